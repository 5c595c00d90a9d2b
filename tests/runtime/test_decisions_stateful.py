"""Random rules and visitors, with crashes in between, held against a simulation; shrunk when wrong.

A machine of hypothesis: what happens, time that goes by, workers that die with a timer in hand,
events that are sent again, and processes that are started anew. In the end everything that was
decided, over real Valkey, is what the simulation decides, which is single-threaded and keeps
nothing.
"""

import asyncio
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from migrations.run import migrate
from rules.model import TICK, Event
from rules.simulate import Shop, simulate
from runtime.conversation import handle
from runtime.db import open_engine
from runtime.messages import Message
from runtime.releases import publish
from runtime.services import Services, open_services
from runtime.settings import Settings
from runtime.store import keys
from runtime.store.timers import LEASE_MS
from runtime.tasks.due_timers import wake_due
from tests.runtime.test_equal_decisions import (
    BEGIN,
    MARKETING,
    NAMES,
    decided,
    drawn_rule,
)
from tests.workspaces import SMALL, script

GAPS = (1, 5, 31, 91, 203, 407, 1009, 2503, 20_011)
EVENTS = (*NAMES, "page_leave", "Product Viewed", "Product Added")


class Decisions(RuleBasedStateMachine):
    """One visitor of a shop, whose clock stands still but for what the machine lets go by."""

    place: Settings

    def __init__(self) -> None:
        super().__init__()
        client = redis.Redis.from_url(self.place.redis)
        client.flushall()
        client.close()
        self.runner = asyncio.Runner()
        self.engine = open_engine(self.place.database)
        self.now, self.events = BEGIN, list[Event]()
        self.last: Message | None = None
        self.services = self._open()

    @initialize(seed=some.integers(0, 10_000), size=some.integers(1, 8))
    def begin(self, seed: int, size: int) -> None:
        """Publish a few rules."""
        dice = Random(seed)
        files = {p: text for p, text in SMALL.items() if not p.startswith(("rules/", "nlu/"))}
        files |= {f"rules/r{number}.yaml": drawn_rule(number, dice) for number in range(size)}
        files["segments/buyers.yaml"] = (
            "segment: buyers\nwhen: {fact: order.count, op: gte, value: 2}\n"
        )
        files["workspace.yaml"] = SMALL["workspace.yaml"] + MARKETING
        files["scripts/hi.yaml"] = script("hi", "您好")
        self.runner.run(publish(self.services.redis, self.engine, files, "test", "test"))

    @rule(name=some.sampled_from(EVENTS), product=some.sampled_from("AB"))
    def happen(self, name: str, product: str) -> None:
        """Let the visitor do something."""
        number = len(self.events)
        said: dict[str, Any] = {"name": product, "price": 5}
        if name == "Order Completed":
            said = {"order_id": f"o{number}", "total": 100}
        event = Event(name, self.now, said)
        self.events.append(event)
        self.last = Message("v", "track", id=f"e{number}", kind="event", data={"event": event})
        self.runner.run(handle(self.services, self.last))

    @rule(gap=some.sampled_from(GAPS))
    def time_goes_by(self, gap: int) -> None:
        """Let timers come due, one after the other."""
        self._pass(self.now + gap)

    @rule()
    def it_is_sent_again(self) -> None:
        """Send the last event once more, as clients do that heard no answer."""
        if self.last:
            self.runner.run(handle(self.services, self.last))

    @rule(gap=some.sampled_from(GAPS))
    def a_worker_dies(self, gap: int) -> None:
        """Let a worker claim what comes due next, and die; its lease gives that back."""
        at = min((at for _g, at in self._armed().values()), default=None)
        if at is not None and at <= self.now + gap:
            self.now = at + 0.002
            self.runner.run(self.services.timers.claim(self.now))
            self.runner.run(self._end_leases())

    @rule()
    def processes_are_started_anew(self) -> None:
        """Forget all that was in memory."""
        self.runner.run(self._close())
        self.services = self._open()

    def teardown(self) -> None:
        """Compare, once every timer has run out."""
        if self.events:
            self._pass(self.now + 4000)
            number = int(self.runner.run(self.services.redis.get(keys.CURRENT)) or 0)
            release = self.runner.run(self.services.releases.get(number))
            zone = ZoneInfo(self.place.time_zone)
            shop = Shop(release.segments, release.book.workspace.marketing, zone)
            events = [*self.events, Event(TICK, self.now)]
            moments = simulate(release.rules, events, shop, "v")
            expected = Counter(
                (round(one.at), one.rule, "" if one.fired else one.reason) for one in moments
            )
            assert self.runner.run(decided(self.services)) == expected
        self.runner.run(self._close())
        self.engine.dispose()
        self.runner.close()

    def _open(self) -> Services:
        async def open_here() -> Services:
            return open_services(self.place, self.engine)

        found = self.runner.run(open_here())
        return replace(found, clock=lambda: self.now)

    async def _close(self) -> None:
        await self.services.redis.aclose()
        await asyncio.sleep(0)  # Sockets are closed by the loop, a moment later.

    def _armed(self) -> Any:
        return self.runner.run(self.services.sessions.load("v")).session.rules.armed

    def _pass(self, until: float) -> None:
        while (armed := self._armed()) and min(at for _g, at in armed.values()) <= until:
            self.now = max(self.now, min(at for _g, at in armed.values()) + 0.002)
            self.runner.run(wake_due(self.services))
        self.now = max(self.now, until)

    async def _end_leases(self) -> None:
        for shard in range(keys.TIMER_SHARDS):
            for member in await self.services.redis.zrange(f"timers:{shard}", 0, -1):
                await self.services.redis.zincrby(f"timers:{shard}", -LEASE_MS, member)


CHOSEN = settings(
    max_examples=100,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def machine(request: pytest.FixtureRequest) -> type[Decisions]:
    place: Settings = request.getfixturevalue("settings")
    engine = open_engine(place.database)
    migrate(engine)
    engine.dispose()
    return type("Here", (Decisions,), {"place": place})


def test_decisions_are_those_of_the_simulation_whatever_crashes(machine: type[Decisions]) -> None:
    run_state_machine_as_test(machine, settings=CHOSEN)  # type: ignore[no-untyped-call]
