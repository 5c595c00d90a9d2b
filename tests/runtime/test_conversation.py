import asyncio

import pytest

from rules.model import Event
from runtime import releases
from runtime.conversation import handle
from runtime.db import transaction
from runtime.desk import inbox
from runtime.errors import MessageRefused, NothingPublished
from runtime.insight.decisions import of_visitor
from runtime.messages import Message
from runtime.nlu.misheard import misheard
from runtime.services import Services
from runtime.store import keys
from runtime.store.arm_counts import counts_of
from runtime.store.outbox import EFFECTS
from runtime.store.streams import ensure_group
from runtime.tables import CouponIssue, EventRow
from runtime.tasks.archive import archive
from runtime.tasks.due_timers import wake_due
from runtime.tasks.relay import Relay
from runtime.tasks.weights import weigh
from tests.workspaces import publish_files, script


def _message(text: str, message_id: str = "", visitor: str = "v") -> Message:
    return Message(visitor, "rest", text, message_id)


async def _say(services: Services, text: str, visitor: str = "v") -> list[str]:
    return [reply.text for reply in (await handle(services, _message(text, "", visitor))).replies]


def _event(what: str, at: float, message_id: str = "", **properties: object) -> Message:
    data = {"event": Event(what, at, properties)}
    return Message("v", "track", id=message_id, kind="event", data=data)


async def test_a_visitor_is_greeted_asked_and_answered(services: Services) -> None:
    assert await _say(services, "你好") == ["您好", "请问需要什么？"]
    assert await _say(services, "看价格") == ["7999 元"]


async def test_an_intent_is_answered_without_a_button(services: Services) -> None:
    assert await _say(services, "你好") == ["您好", "请问需要什么？"]
    assert await _say(services, "这个多少钱") == ["7999 元"]


async def test_who_comes_with_a_question_is_not_asked_for_it_again(services: Services) -> None:
    assert await _say(services, "价格是多少") == ["您好", "7999 元"]


async def test_a_page_event_does_not_decide_the_language(services: Services) -> None:
    await handle(services, _event("Product Viewed", services.now(), name="x"))
    assert (await services.sessions.load("v")).session.lang == ""
    answer = await handle(services, _message("hello there, how are you"))
    assert answer.session.lang == "en"


async def test_a_rule_starts_a_flow_and_a_slot_is_filled(services: Services) -> None:
    assert await _say(services, "我的订单到哪了") == ["请问订单号？"]
    assert await _say(services, "不知道啊") == ["订单号是六位以上的数字"]
    order = _event("Order Completed", services.now(), order_id="20260101", total=7999)
    await handle(services, order)
    assert await _say(services, "20260101") == ["订单 20260101 已付款"]


async def test_ten_equal_message_ids_make_one_turn(services: Services) -> None:
    answers = await asyncio.gather(*(handle(services, _message("你好", "same")) for _ in range(10)))
    texts = [[reply.text for reply in answer.replies] for answer in answers]
    assert texts == [["您好", "请问需要什么？"]] * 10
    assert len(await services.sessions.lines_after("v", 0)) == 3
    assert sum(not answer.repeated for answer in answers) == 1


async def test_racing_messages_of_one_visitor_are_all_answered(services: Services) -> None:
    await asyncio.gather(*(handle(services, _message("你好", f"m{i}")) for i in range(6)))
    lines = await services.sessions.lines_after("v", 0)
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert sum(line["from"] == "visitor" for line in lines) == 6


async def test_dwelling_brings_an_offer_and_a_coupon_once(services: Services) -> None:
    now = services.now()
    services.clock = lambda: now
    await handle(services, _event("Product Viewed", now, "e1", name="iPhone15 Pro"))
    assert await services.timers.waiting() == 1
    assert await wake_due(services) == 0
    services.clock = lambda: now + 1.5
    assert await wake_due(services) == 1
    assert await services.timers.waiting() == 0
    await ensure_group(services.redis, EFFECTS)
    assert await Relay(services, "one").once(10) == 1
    assert await Relay(services, "two").once(10) == 0
    lines = await services.sessions.lines_after("v", 0)
    assert "100元券" in lines[0]["text"]
    assert lines[1]["card"]["amount"] == 100
    with transaction(services.engine) as database:
        assert database.query(CouponIssue).count() == 1
    await handle(services, _event("Product Viewed", now + 2, "e2", name="iPhone15 Pro"))
    services.clock = lambda: now + 9
    await wake_due(services)
    assert len(await services.sessions.lines_after("v", 0)) == 2


async def test_what_ends_the_dwell_disarms_the_timer(services: Services) -> None:
    now = services.now()
    await handle(services, _event("Product Viewed", now, name="iPhone15 Pro"))
    await handle(services, _event("page_leave", now))
    assert await services.timers.waiting() == 0


async def test_leaving_the_last_page_may_arrive_after_seeing_the_next(services: Services) -> None:
    now = services.now()
    late = (("page_leave", 19.0), ("page_hidden", 19.0), ("page", 18.0))
    for what, sent in (("Product Viewed", 20.0), *late):
        event = Event(what, now, {"name": "iPhone15 Pro", "path": "/x"}, sent)
        await handle(services, Message("v", "track", kind="event", data={"event": event}))
    assert await services.timers.waiting() == 1
    leave = Event("page_leave", now, {}, 21.0)
    await handle(services, Message("v", "track", kind="event", data={"event": leave}))
    assert await services.timers.waiting() == 0


async def test_a_relay_that_died_before_its_acknowledgement_does_no_harm(
    services: Services,
) -> None:
    now = services.now()
    services.clock = lambda: now + 2
    await handle(services, _event("Product Viewed", now, name="iPhone15 Pro"))
    await wake_due(services)
    await ensure_group(services.redis, EFFECTS)
    entries = await services.redis.xrange("outbox")
    await Relay(services, "one").once(10)
    await services.redis.xadd("outbox", entries[0][1])  # Delivered, yet not acknowledged.
    await Relay(services, "two").once(10)
    cards = [line for line in await services.sessions.lines_after("v", 0) if "card" in line]
    assert len(cards) == 1


async def test_an_order_is_credited_once_and_moves_the_weights(services: Services) -> None:
    now = services.now()
    services.clock = lambda: now + 2
    await handle(services, _event("Product Viewed", now, name="iPhone15 Pro"))
    await wake_due(services)
    await handle(services, Message("v", kind="click", id="c", data={"script": "offer"}))
    await handle(services, Message("v", kind="click", id="d", data={"script": "offer"}))
    for message_id in ("o1", "o2"):
        order = _event("Order Completed", now + 3, message_id, order_id="A1", total=7999)
        await handle(services, order)
    counts = (await counts_of(services.redis, ["offer"]))["offer"]
    (arm,) = counts.values()
    assert (arm.exposures, arm.clicks, arm.orders, arm.value) == (1, 1, 1, 7999)


async def test_hours_of_orders_move_the_weights(services: Services) -> None:
    services.clock = lambda: 100.5 * 86400
    arms = list((await services.releases.get(1)).book.scripts["offer"].variants)
    hour = int(100.5 * 24)
    for arm, orders in zip(arms, (120, 60), strict=False):
        counts = {f"{arm}|{hour - 30}|exposures": 1000, f"{arm}|{hour - 30}|orders1": orders}
        counts |= {f"{arm}|{hour - 700}|exposures": 9, f"{arm}|{hour - 700}|orders0": 9}
        await services.redis.hset(keys.hours("offer"), mapping=counts)
    weights = (await weigh(services))["offer"]
    assert weights[arms[0]] > 0.9
    assert sum(weights.values()) == pytest.approx(1, abs=1e-9)
    left = await services.redis.hkeys(keys.hours("offer"))
    assert len(left) == 4  # What is older than four weeks was forgotten.


async def test_a_person_answers_and_hands_back(services: Services) -> None:
    await _say(services, "你好")
    assert await _say(services, "转人工") == ["正在转接"]
    assert await _say(services, "在吗") == []
    (row,) = await inbox.at_desk(services)
    assert (row.visitor, row.state, row.queue, row.last) == ("v", "waiting", "service", "在吗")
    await inbox.reply(services, "v", "小林", ("我在", "r1"))
    lines, state, agent = await inbox.conversation(services, "v")
    assert (lines[-1].text, lines[-1].sender, state, agent) == ("我在", "agent", "agent", "小林")
    await inbox.hand_back(services, "v", "小林")
    assert await inbox.at_desk(services) == []
    assert await _say(services, "看价格") == ["7999 元"]


async def test_what_is_written_to_a_person_keeps_rules_quiet_and_is_not_called_misheard(
    services: Services,
) -> None:
    every = "rule: every\ntrigger: {event: message}\nthen: [{do: notify, text: hey}]\n"
    await publish_files(services, {"rules/every.yaml": every})
    await _say(services, "咕噜咕噜")
    await _say(services, "转人工")
    await _say(services, "我的包裹摔坏了")
    await archive(services)
    found = of_visitor(services.engine, "v", services.now() + 1)
    assert [one.outcome for one in found if one.key == "every"] == ["with_person", "fired", "fired"]
    texts = [one.text for one in misheard(services.engine, 0.2, ())]
    assert "我的包裹摔坏了" not in texts
    assert "咕噜咕噜" in texts


async def test_an_open_session_keeps_its_release_and_a_new_one_gets_the_new(
    services: Services,
) -> None:
    await _say(services, "你好", "old")
    await publish_files(services, {"scripts/price.yaml": script("price", "6999 元")})
    assert await _say(services, "看价格", "old") == ["7999 元"]
    await _say(services, "你好", "new")
    assert await _say(services, "看价格", "new") == ["6999 元"]
    await releases.point_to(services.redis, services.engine, 1)
    await _say(services, "你好", "after rollback")
    assert await _say(services, "看价格", "after rollback") == ["7999 元"]


async def test_a_flow_that_turns_in_a_circle_is_cut_short(services: Services) -> None:
    loop = "flow: welcome\nstart: a\nsteps: {a: {say: hi, next: b}, b: {say: hi, next: a}}\n"
    await publish_files(services, {"flows/welcome.yaml": loop})
    assert (await _say(services, "你好"))[-1] == "抱歉，没听懂"


async def test_an_emptied_redis_is_filled_from_the_database(services: Services) -> None:
    await services.redis.flushall()
    with pytest.raises(NothingPublished):
        await handle(services, _message("你好"))
    assert await releases.restore(services.redis, services.engine) == 1
    assert await _say(services, "你好") == ["您好", "请问需要什么？"]


async def test_events_reach_the_database_once(services: Services) -> None:
    await _say(services, "你好")
    copied = await archive(services)
    assert copied > 0
    assert await archive(services) == 0
    with transaction(services.engine) as database:
        names = [row.name for row in database.query(EventRow).order_by(EventRow.id)]
    assert len(names) == copied
    assert {"message", "entered", "said", "exposed"} <= set(names)


async def test_what_breaks_a_limit_is_refused(services: Services) -> None:
    with pytest.raises(MessageRefused):
        await handle(services, _message("x" * 10_001))
    for text in ("", "\u200b\u202e", "😀" * 500, "' OR 1=1 --", "<script>alert(1)</script>"):
        assert await _say(services, text, "odd")
