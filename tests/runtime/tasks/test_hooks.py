"""Rules tell a real HTTP server: signed, again until it takes it, given up after a day."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from rules.model import Event
from runtime.conversation import handle
from runtime.desk import notices
from runtime.desk.undelivered import try_again, undelivered
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from runtime.store.hooks import HOOKS
from runtime.store.streams import ensure_group, events_of
from runtime.tasks.hooks import Hooks
from tests.shops import Shop
from tests.workspaces import publish_files

RULE = """\
rule: big
trigger: {event: Order Completed}
when: {fact: order.total, op: gte, value: 500}
then: [{do: webhook, connector: crm}, {do: notify, text: "大客户: 请留意"}]
"""


@pytest.fixture
def crm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    server = Shop()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("DIALOOM_CONNECTOR_HOSTS", f"127.0.0.1:{server.server_port}")
    yield server
    server.gate.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
async def hooks(services: Services, crm: Shop) -> Hooks:
    await _publish(services, f"http://127.0.0.1:{crm.server_port}/told")
    await ensure_group(services.redis, HOOKS)
    return Hooks(services, "one")


async def _publish(services: Services, url: str) -> None:
    connector = f"connector: crm\nurl: {url}\nseconds: 1\n"
    await publish_files(services, {"rules/big.yaml": RULE, "connectors/crm.yaml": connector})


async def _buy(services: Services, number: int = 1) -> None:
    event = Event("Order Completed", services.now(), {"order_id": str(number), "total": 900})
    message = Message("v", "track", id=f"m{number}", kind="event", data={"event": event})
    await handle(services, message)
    await handle(services, message)  # Sent twice, counted once.


async def _events(services: Services, name: str) -> list[dict[str, Any]]:
    entries = await services.redis.xrange(keys.EVENTS)
    events = [event for entry in entries for _name, event in events_of(*entry)]
    return [event["data"] for event in events if event["name"] == name]


async def test_a_system_is_told_once_with_what_is_known(
    services: Services, crm: Shop, hooks: Hooks
) -> None:
    await _buy(services)
    assert await hooks.tell_once() == 1
    assert await hooks.tell_once(10) == 0
    ((body, key),) = crm.asked
    assert key.startswith("v:big:crm:")
    assert (body["type"], body["data"]["rule"], body["data"]["visitor"]) == (
        "rule.fired",
        "big",
        "v",
    )
    assert body["data"]["facts"]["order.total"] == 900
    (told,) = await _events(services, "told")
    assert (told["connector"], told["key"]) == ("crm", key)
    assert await services.redis.xlen(keys.HOOKS) == 0


async def test_one_that_says_no_is_told_again_later_and_the_others_wait_with_it(
    services: Services, crm: Shop, hooks: Hooks
) -> None:
    now = [1_800_000_000.0]
    services.clock = lambda: now[0]
    crm.answer = (503, {})
    await _buy(services, 1)
    await hooks.tell_once()
    await _buy(services, 2)
    await hooks.tell_once()
    await _buy(services, 3)
    await hooks.tell_once()  # It rests: the third is not even tried.
    assert len(crm.asked) == 2
    left = await undelivered(services, "crm")
    told = [(one.rule, one.gone, one.why is not None and "503" in str(one.why)) for one in left]
    assert sorted(told) == [("big", False, False), *[("big", False, True)] * 2]
    crm.answer = (200, "ok")
    now[0] += 6.1
    await hooks.tell_once()
    assert [body["data"]["visitor"] for body, _key in crm.asked] == ["v"] * 5
    assert await undelivered(services, "crm") == []
    assert len(await _events(services, "told")) == 3


async def test_given_up_after_a_day_and_begun_anew_by_hand(
    services: Services, crm: Shop, hooks: Hooks
) -> None:
    now = [1_800_000_000.0]
    services.clock = lambda: now[0]
    crm.answer = (500, {})
    await _buy(services)
    await hooks.tell_once()
    while not (left := await undelivered(services, "crm"))[0].gone:
        now[0] += 4321
        await hooks.tell_once(10)
    assert 15 < len(crm.asked) < 30
    assert [(one["connector"], "500" in one["why"]) for one in await _events(services, "not_told")]
    assert len(left) == 1
    crm.answer = (204, {})
    assert await try_again(services, "crm") == 1
    assert await try_again(services, "crm") == 0
    now[0] += 4321
    await hooks.tell_once()
    assert len(await _events(services, "told")) == 1


async def test_a_mended_address_is_used_for_what_waits(
    services: Services, crm: Shop, hooks: Hooks
) -> None:
    now = [1_800_000_000.0]
    services.clock = lambda: now[0]
    await _publish(services, "http://127.0.0.1:1/")
    await _buy(services)
    await hooks.tell_once()
    assert [one.why is None for one in await undelivered(services, "crm")] == [False]
    assert not crm.asked
    await _publish(services, f"http://127.0.0.1:{crm.server_port}/told")
    now[0] += 6
    await hooks.tell_once()
    assert len(crm.asked) == 1


async def test_what_a_dead_worker_held_is_told_by_the_next(
    services: Services, crm: Shop, hooks: Hooks
) -> None:
    await _buy(services)
    redis = services.redis
    await redis.xreadgroup(HOOKS.group, "dead", {HOOKS.stream: ">"}, count=1)
    ((entry, _fields),) = await redis.xrange(HOOKS.stream)
    await redis.xclaim(HOOKS.stream, HOOKS.group, "dead", 0, [entry], idle=HOOKS.lying_ms + 1)
    assert await hooks.tell_once() == 1
    assert len(crm.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433/",
        "http://[::ffff:169.254.169.254]/",
        "http://localhost/",
    ],
)
async def test_no_door_is_opened(services: Services, hooks: Hooks, url: str) -> None:
    await _publish(services, url)
    await _buy(services)
    await hooks.tell_once()
    (left,) = await undelivered(services, "crm")
    assert "address" in str(left.why)


async def test_agents_see_a_notice_until_somebody_saw_to_it(
    services: Services, hooks: Hooks
) -> None:
    await _buy(services)
    (one,), many = await notices.notices(services)
    assert (one.visitor, one.rule, one.text, many) == ("v", "big", "大客户: 请留意", 1)
    await notices.dismiss(services, one.stored)
    assert await notices.notices(services) == ([], 0)
