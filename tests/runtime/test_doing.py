"""What rules do in service: hand over, set, report events to other rules, give gifts."""

from typing import Any

import orjson
import pytest

from rules.model import Event
from runtime.conversation import handle
from runtime.desk import inbox
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from runtime.store.streams import events_of
from tests.workspaces import SMALL, publish_files, script

VIP = """\
rule: vip
trigger: {event: message, where: {intent: ask_human}}
when: {fact: tag.big, op: eq, value: true}
then: [{do: escalate, queue: vip}]
"""
BIG = """\
rule: big
trigger: {event: Order Completed}
when: {fact: order.total, op: gte, value: 500}
then: [{do: set, tag: big}, {do: set, slot: level, value: 3}, {do: emit, event: bought_big}]
else: [{do: set, tag: big, value: false}]
"""
THANKS = """\
rule: thanks
trigger: {event: bought_big}
when: {fact: slot.level, op: eq, value: 3}
then: [{do: send_script, script: thanks}, {do: grant_gift, gift: MUG}]
"""
ROUND = """\
rule: round
trigger: {event: around}
then: [{do: emit, event: around}]
"""
UPSET = """\
rule: upset
trigger: {event: message}
when: {fact: sentiment.label, op: eq, value: negative}
then: [{do: start_flow, flow: orders}, {do: escalate, queue: senior}]
"""
START = """\
rule: begin
trigger: {event: Cart Viewed}
then: [{do: emit, event: around}]
"""


async def _happen(services: Services, name: str, **said: Any) -> list[str]:
    event = Event(name, services.now(), said)
    message = Message("v", "track", kind="event", data={"event": event})
    return [one.text for one in (await handle(services, message)).replies]


async def _events(services: Services, name: str) -> list[dict[str, Any]]:
    entries = await services.redis.xrange(keys.EVENTS)
    events = [event for entry in entries for _name, event in events_of(*entry)]
    return [event["data"] for event in events if event["name"] == name]


@pytest.fixture
async def shop(services: Services) -> Services:
    rules = {"vip": VIP, "big": BIG, "thanks": THANKS, "round": ROUND, "begin": START}
    files = {f"rules/{key}.yaml": text for key, text in rules.items()}
    files["rules/upset.yaml"] = UPSET
    files["scripts/thanks.yaml"] = script("thanks", "谢谢，送您一个杯子")
    workspace = SMALL["workspace.yaml"]
    files["workspace.yaml"] = workspace.replace(
        "coupons: {", "coupons: {MUG: {title: 杯子, kind: gift}, "
    )
    await publish_files(services, files)
    return services


async def test_a_rule_sets_and_another_hears_of_it(shop: Services) -> None:
    assert await _happen(shop, "Order Completed", order_id="1", total=900) == ["谢谢，送您一个杯子"]
    session = (await shop.sessions.load("v")).session
    assert (session.profile["tag.big"], session.slots["level"]) == (True, 3)
    (entry,) = await shop.redis.xrange(keys.OUTBOX)
    said = orjson.loads(entry[1][b"e"])
    assert (said["card"]["kind"], said["arguments"]["coupon"]) == ("gift", "MUG")
    assert [one["event"] for one in await _events(shop, "emitted")] == ["bought_big"]


async def test_else_is_done_when_the_conditions_do_not_hold(shop: Services) -> None:
    await _happen(shop, "Order Completed", order_id="1", total=900)
    assert await _happen(shop, "Order Completed", order_id="2", total=9) == []
    assert (await shop.sessions.load("v")).session.profile["tag.big"] is False
    decided = [one for one in await _events(shop, "decided") if one["on"] == "Order Completed"]
    assert [one["otherwise"] for one in decided] == [[], ["big"]]


async def test_who_is_handed_over_urgently_waits_in_front(shop: Services) -> None:
    await handle(shop, Message("early", "rest", "我要找人工客服"))
    await _happen(shop, "Order Completed", order_id="1", total=900)
    await handle(shop, Message("v", "rest", "我要找人工客服"))
    rows = await inbox.at_desk(shop)
    assert [(row.visitor, row.queue, row.urgent) for row in rows] == [
        ("v", "vip", True),
        ("early", "service", False),
    ]
    await inbox.hand_back(shop, "v", "agent")
    assert (await shop.sessions.load("v")).session.urgent is False


async def test_events_that_bring_about_each_other_come_to_an_end(shop: Services) -> None:
    assert await _happen(shop, "Cart Viewed") == []
    assert len(await _events(shop, "emitted")) == 5
    assert await _events(shop, "loop") == [{"event": "around"}]


async def test_a_person_is_called_over_a_flow_that_asks_but_no_other_flow_starts(
    shop: Services,
) -> None:
    await handle(shop, Message("v", "rest", "我的订单到哪了"))
    answer = await handle(shop, Message("v", "rest", "太差了，气死我了，20260101"))
    assert (answer.session.queue, answer.session.urgent) == ("senior", True)
    assert "请问订单号？" not in [one.text for one in answer.replies]
