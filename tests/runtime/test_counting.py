"""A rule that counts, in service: over several turns, kept with the session, explained in the log."""

import pytest

from rules.model import Event
from runtime.conversation import handle
from runtime.engine.session import from_values, to_values
from runtime.messages import Message
from runtime.services import Services
from tests.workspaces import publish_files, script

RULE = """\
rule: patience
priority: 95
trigger: {event: message}
when: {count: {event: message, where: {sentiment: negative}, in_last: 3 messages}, op: gte, value: 2}
then: [{do: send_script, script: sorry}]
limits: {cooldown: 1h}
"""
LOOKS = """\
rule: looks
trigger: {event: Product Viewed}
when: {count: {event: Product Viewed, in_last: 10m, reset_on: [Order Completed]}, op: gte, value: 3}
then: [{do: send_script, script: help}]
"""


@pytest.fixture
async def counting(services: Services) -> Services:
    files = {"rules/patience.yaml": RULE, "rules/looks.yaml": LOOKS}
    files |= {
        "scripts/sorry.yaml": script("sorry", "对不起"),
        "scripts/help.yaml": script("help", "要帮忙吗"),
    }
    await publish_files(services, files)
    return services


async def _say(services: Services, text: str) -> list[str]:
    return [one.text for one in (await handle(services, Message("v", "rest", text))).replies]


async def _see(services: Services, name: str, at: float) -> list[str]:
    data = {"event": Event(name, at, {"name": "Mate 60 Pro", "order_id": f"o{at}"})}
    message = Message("v", "track", id=f"{name}{at}", kind="event", data=data)
    return [one.text for one in (await handle(services, message)).replies]


async def test_two_bad_messages_of_three_are_answered_once(counting: Services) -> None:
    assert "对不起" not in await _say(counting, "太差了，气死我了")
    assert "对不起" not in await _say(counting, "这个多少钱")
    assert "对不起" in await _say(counting, "质量太差了，骗子")
    assert "对不起" not in await _say(counting, "垃圾，再也不买了")
    session = (await counting.sessions.load("v")).session
    assert from_values(to_values(session)).rules.counted == session.rules.counted
    (name,) = (name for name in session.rules.counted if "3 messages" in name)
    assert session.rules.counted[name] == (0.0, 1.0, 1.0)


async def test_the_third_look_within_ten_minutes_and_anew_after_an_order(
    counting: Services,
) -> None:
    start = counting.now() - 600
    found = [await _see(counting, "Product Viewed", start + at) for at in (10, 20, 30)]
    assert found == [[], [], ["要帮忙吗"]]
    await _see(counting, "Order Completed", start + 40)
    assert await _see(counting, "Product Viewed", start + 50) == []
