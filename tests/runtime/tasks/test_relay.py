"""The outbox on a real Redis: again until it arrives, never twice where that would count."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from runtime.desk.laid_aside import deliver_again, drop, laid_aside
from runtime.errors import ConnectorFailed, OutcomeUnknown
from runtime.services import Services
from runtime.store import keys
from runtime.store.outbox import EFFECTS
from runtime.store.streams import ensure_group, events_of
from runtime.tasks.relay import Relay


@dataclass
class Book:
    """A coupon system in this process; `says` is what the next calls raise, in their order."""

    key: str = "coupons"
    keyed: bool = True
    says: list[Exception] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def call(self, arguments: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        self.calls.append(key)
        if self.says:
            raise self.says.pop(0)
        return {"code": f"code-{key}"}


async def give(services: Services, key: str, visitor: str = "v") -> None:
    arguments = {"visitor": visitor, "coupon": "IP15-100", "expires": 0}
    entry = {"connector": "coupons", "key": key, "arguments": arguments, "visitor": visitor}
    entry["card"] = {"kind": "coupon", "title": "立减券", "amount": 100}
    await services.redis.xadd(keys.OUTBOX, {"e": orjson.dumps(entry)})


async def cards(services: Services, visitor: str = "v") -> list[str]:
    lines = await services.sessions.lines_after(visitor, 0)
    return [line["card"]["code"] for line in lines if "card" in line]


@pytest.fixture
async def relay(services: Services) -> Relay:
    await ensure_group(services.redis, EFFECTS)
    return Relay(services, "one")


def turned(services: Services, seconds: float) -> None:
    now = services.now() + seconds
    services.clock = lambda: now


async def test_a_system_that_fails_is_tried_again_later_and_left_alone_meanwhile(
    services: Services, relay: Relay
) -> None:
    book = Book(says=[ConnectorFailed("down") for _ in range(3)])
    services.connectors = {"coupons": book}
    turned(services, 0)
    await give(services, "a")
    assert await relay.once(10) == 0
    await give(services, "b")
    assert await relay.once(10) == 0
    await give(services, "c")
    assert await relay.once(10) == 0
    assert book.calls == ["a", "b"], "it rests: the third is not even tried"
    assert [one.waits for one in await laid_aside(services)] == [True] * 3
    for _ in range(6):
        turned(services, 30)
        await relay.once(10)
    assert sorted(await cards(services)) == ["code-a", "code-b", "code-c"]
    assert await laid_aside(services) == []
    assert await services.redis.xlen(keys.OUTBOX) == 0


async def test_after_a_day_it_is_laid_aside_and_given_by_hand(
    services: Services, relay: Relay
) -> None:
    book = Book(says=[ConnectorFailed("%(name)s is down", name="crm") for _ in range(40)])
    services.connectors = {"coupons": book}
    await give(services, "a")
    while not (left := await laid_aside(services)) or left[0].waits:
        await relay.once(10)
        turned(services, 4321)
    assert (left[0].unknown, str(left[0].why), left[0].what) == (False, "crm is down", "IP15-100")
    book.says.clear()
    turned(services, 4321)
    assert await deliver_again(services, "a") == 1
    assert await deliver_again(services, "a") == 0
    assert await relay.once(10) == 1
    assert await cards(services) == ["code-a"]
    entries = await services.redis.xrange(keys.EVENTS)
    events = [event for entry in entries for _name, event in events_of(*entry)]
    assert [event["name"] for event in events].count("not_given") == 1


async def test_without_keys_what_may_have_arrived_waits_for_a_person(
    services: Services, relay: Relay
) -> None:
    book = Book(keyed=False, says=[OutcomeUnknown("it timed out"), ValueError("broken")])
    services.connectors = {"coupons": book}
    delivered = 0
    for key in ("a", "b", "c"):
        await give(services, key)
        delivered += await relay.once(10)
    assert delivered == 1
    left = await laid_aside(services)
    assert [(one.key, one.unknown, one.waits) for one in left] == [
        ("a", True, False),
        ("b", True, False),
    ]
    assert await cards(services) == ["code-c"]
    assert await drop(services, "a") == 1
    assert await deliver_again(services, "b") == 1
    await relay.once(10)
    assert book.calls == ["a", "b", "c", "b"]
    assert await laid_aside(services) == []


async def test_without_keys_a_plain_no_is_tried_again(services: Services, relay: Relay) -> None:
    book = Book(keyed=False, says=[ConnectorFailed("no")])
    services.connectors = {"coupons": book}
    turned(services, 0)
    await give(services, "a")
    await relay.once(10)
    turned(services, 7)
    assert await relay.once(10) == 1
    assert await cards(services) == ["code-a"]


@pytest.mark.parametrize("outcome", [b"begun", b'{"code":"kept"}'])
async def test_without_keys_a_relay_that_died_in_a_call_is_not_followed_by_another(
    services: Services, relay: Relay, outcome: bytes
) -> None:
    book = Book(keyed=False)
    services.connectors = {"coupons": book}
    await give(services, "a")
    await services.redis.set(keys.begun("a"), outcome)  # What the dead one left behind.
    await relay.once(10)
    assert book.calls == []
    if outcome == b"begun":
        assert [one.unknown for one in await laid_aside(services)] == [True]
    else:
        assert await cards(services) == ["kept"]


async def test_a_system_that_breaks_holds_up_no_other(services: Services, relay: Relay) -> None:
    book, other = Book(says=[ValueError("broken")]), Book(key="gifts")
    services.connectors = {"coupons": book, "gifts": other}
    await give(services, "a")
    entry = {
        "connector": "gifts",
        "key": "g",
        "arguments": {"coupon": "g"},
        "visitor": "v",
        "card": {},
    }
    await services.redis.xadd(keys.OUTBOX, {"e": orjson.dumps(entry)})
    await services.redis.xadd(
        keys.OUTBOX, {"e": orjson.dumps(entry | {"connector": "gone", "key": "x"})}
    )
    assert await relay.once(10) == 1
    assert await cards(services) == ["code-g"]
    assert {str(one.why) for one in await laid_aside(services)} == {
        "ValueError",
        "There is no connector “gone”",
    }


async def test_an_entry_that_a_system_cannot_cope_with_holds_up_no_other(
    services: Services, relay: Relay
) -> None:
    book = Book(says=[KeyError("what no connector should do")])
    services.connectors = {"coupons": book}
    for number in range(3):
        await give(services, f"g{number}", f"v{number}")
    assert await relay.once(10) == 2
    assert await cards(services, "v1") == ["code-g1"]
    turned(services, 7)
    assert await relay.once(10) == 1
