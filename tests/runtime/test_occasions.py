"""Visits, segments, fallbacks in service: the same events as a simulation derives."""

from typing import Any

import pytest

from rules.model import Event
from runtime.conversation import handle
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from tests.workspaces import publish_files, script

WAKES = {
    "first": "{event: visit_start, where: {visit: first}}",
    "again": "{event: visit_start, where: {visit: return}}",
    "buyer": "{event: segment_entered, where: {segment: buyers}}",
    "sequence": "{event: Product Viewed, then: {event: Cart Viewed, within: 10m}}",
}
LOST = """\
rule: lost
trigger: {event: fallback}
when: {count: {event: fallback, in_last: 10m}, op: gte, value: 3}
then: [{do: handover, queue: service}]
"""


@pytest.fixture
async def shop(services: Services) -> Services:
    files = {"rules/lost.yaml": LOST}
    for key, trigger in WAKES.items():
        deed = f"then: [{{do: send_script, script: {key}}}]"
        files[f"rules/{key}.yaml"] = f"rule: {key}\ntrigger: {trigger}\n{deed}\n"
        files[f"scripts/{key}.yaml"] = script(key, key)
    buyers = "segment: buyers\nwhen: {fact: order.count, op: gte, value: 1}\n"
    files["segments/buyers.yaml"] = buyers
    await publish_files(services, files)
    return services


async def _happen(services: Services, name: str, at: float, **said: Any) -> list[str]:
    event = Event(name, at, {"name": "A", **said})
    message = Message("v", "track", kind="event", data={"event": event})
    return [one.text for one in (await handle(services, message)).replies]


async def test_visits_begin_and_visitors_come_back(shop: Services) -> None:
    now = shop.now()
    assert await _happen(shop, "page", now) == ["first"]
    assert await _happen(shop, "page", now + 1700) == []
    assert await _happen(shop, "page", now + 3600) == ["again"]
    await shop.redis.delete(keys.session("v"))
    assert await _happen(shop, "page", now + 3601) == ["again"], "who was here once is no stranger"


async def test_a_segment_is_entered_and_a_sequence_completed(shop: Services) -> None:
    now = shop.now()
    await _happen(shop, "Product Viewed", now)
    assert await _happen(shop, "Cart Viewed", now + 60) == ["sequence"]
    assert await _happen(shop, "Order Completed", now + 61, order_id="1", total=5) == ["buyer"]
    assert await _happen(shop, "Order Completed", now + 62, order_id="2", total=5) == []


async def test_the_third_time_we_are_lost_a_person_is_called(shop: Services) -> None:
    desks = []
    for text in ("你好", "啊啊呜呜", "咕噜咕噜", "哔哔叭叭", "嘟嘟囔囔", "叽里呱啦"):
        answer = await handle(shop, Message("v", "rest", text))
        desks.append((answer.session.fallbacks, answer.session.desk))
    calls = [times for times, desk in desks if desk]
    assert calls, desks
    assert calls[0] == 3, desks
