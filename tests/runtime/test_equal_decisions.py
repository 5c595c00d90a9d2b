"""The service decides as a simulation does: random rules, random visitors, real Valkey, real timers.

The simulation is single-threaded and keeps nothing, so it is the model the service is held against.
Some runs are interrupted: what a dead worker had claimed is claimed again, and a message that was
sent twice counts once.
"""

from collections import Counter
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rules.model import TICK, Event
from rules.simulate import Shop, simulate
from runtime.conversation import handle
from runtime.messages import Message
from runtime.releases import publish
from runtime.services import Services
from runtime.store import keys
from runtime.store.streams import events_of
from runtime.store.timers import LEASE_MS
from runtime.tasks.due_timers import wake_due
from tests.workspaces import SMALL, script

BEGIN = 1_767_600_000.0
NAMES = (
    "page",
    "Product Viewed",
    "Product Added",
    "Order Completed",
    "page_hidden",
    "page_shown",
    "page_beat",
)
Outcome = tuple[int, str, str]
TRIGGERS = (
    "{event: Product Viewed}",
    "{event: Product Viewed, where: {product: A}}",
    "{event: Product Viewed, dwell: {more_than: 2m, end_on: [page_leave, Product Added]}}",
    "{event: Product Added, without: {events: [Order Completed], for: 10m}}",
    "{event: Product Viewed, then: {event: Product Added, within: 5m, without: [page_leave]}}",
    "{event: visit_start}",
    "{event: visit_start, where: {visit: return}}",
    "{event: visit_end}",
    "{event: segment_entered, where: {segment: buyers}}",
    "{event: page, schedule: {days: [mon, wed, fri], from: '08:00', to: '20:00'}}",
    "{event: told}",
)
CONDITIONS = (
    "{all: []}",
    "{fact: cart.count, op: gte, value: 1}",
    "{not: {fact: order.count, op: gte, value: 1}}",
    "{fact: order.month_count, op: gte, value: 2}",
    "{fact: tag.told, op: eq, value: true}",
    "{fact: segment.buyers, op: eq, value: true}",
    "{count: {event: Product Viewed, in_last: 10m, reset_on: [Order Completed]}, op: gte, value: 2}",
)
LIMITS = (
    "{}",
    "{cooldown: 10m}",
    "{per_session: 2}",
    "{per_visitor: {max: 2, in: 1h}, group: marketing}",
    "{cooldown: 1m, group: marketing}",
)
DEEDS = (
    "[{do: send_script, script: hi}]",
    "[{do: set, tag: told}, {do: emit, event: told}]",
    "[{do: set, tag: told, value: false}]",
)
MARKETING = (
    "marketing: {per_visitor: {max: 3, in: 2h}, quiet_hours: {from: '23:00', to: '06:00'}}\n"
)


def drawn_rule(number: int, dice: Random) -> str:
    lines = [
        f"rule: r{number}",
        f"priority: {dice.randint(1, 3)}",
        f"trigger: {dice.choice(TRIGGERS)}",
        f"when: {dice.choice(CONDITIONS)}",
        f"then: {dice.choice(DEEDS)}",
        f"limits: {dice.choice(LIMITS)}",
    ]
    if dice.random() < 0.4:
        lines.append(f"conflict: {{exclusive_group: g{dice.randint(1, 2)}}}")
    elif dice.random() < 0.2:
        lines.append("conflict: {suppress_groups: [marketing, g1]}")
    if dice.random() < 0.3:
        lines.append(f"else: {dice.choice(DEEDS)}")
    return "\n".join(lines) + "\n"


def _events(dice: Random) -> list[Event]:
    at, found = BEGIN, []
    for number in range(40):
        at += dice.choice((1, 5, 30, 90, 200, 400, 1000, 2500, 20_000))
        name = dice.choice((*NAMES, "page_leave", "Product Viewed", "Product Added"))
        said: dict[str, Any] = {"name": dice.choice("AB"), "price": 5}
        if name == "Order Completed":
            said = {"order_id": f"o{number}", "total": 100}
        found.append(Event(name, at, said))
    return found


async def _let_time_go_by(services: Services, now: list[float], until: float, dice: Random) -> None:
    """Wake what comes due, one after the other; now and then by a second worker, too late."""
    while armed := (await services.sessions.load("v")).session.rules.armed:
        at = min(at for _generation, at in armed.values())
        if at > until:
            return
        now[0] = at + 0.002
        if dice.random() < 0.2:  # A worker claims it and dies; the lease gives it back.
            await services.timers.claim(services.now())
            for shard in range(keys.TIMER_SHARDS):
                for member in await services.redis.zrange(f"timers:{shard}", 0, -1):
                    await services.redis.zincrby(f"timers:{shard}", -LEASE_MS, member)
        await wake_due(services)
        await wake_due(services)


async def decided(services: Services) -> Counter[Outcome]:
    found: Counter[Outcome] = Counter()
    entries = await services.redis.xrange(keys.EVENTS)
    for event in (event for entry in entries for _name, event in events_of(*entry)):
        if event["name"] == "decided":
            data, at = event["data"], round(event["at"])
            found.update((at, rule, "") for rule in data["fired"])
            found.update((at, rule, "condition") for rule in data["unmet"])
            found.update((at, rule, reason) for rule, reason, _by in data["drops"])
    return found


@pytest.mark.parametrize("seed", range(80))
async def test_decisions_are_those_of_the_simulation(services: Services, seed: int) -> None:
    dice = Random(seed)
    files = {f"rules/r{number}.yaml": drawn_rule(number, dice) for number in range(8)}
    files["segments/buyers.yaml"] = (
        "segment: buyers\nwhen: {fact: order.count, op: gte, value: 2}\n"
    )
    files["workspace.yaml"] = SMALL["workspace.yaml"] + MARKETING
    files["scripts/hi.yaml"] = script("hi", "您好")
    kept = {path: text for path, text in SMALL.items() if not path.startswith("rules/")}
    number = await publish(services.redis, services.engine, kept | files, "test", "test")
    release = await services.releases.get(number)
    now, events = [BEGIN], _events(dice)
    services.clock = lambda: now[0]
    for place, event in enumerate(events):
        await _let_time_go_by(services, now, event.at, dice)
        now[0] = event.at
        data = {"event": event}
        message = Message("v", "track", id=f"e{place}", kind="event", data=data)
        for _again in range(dice.choice((1, 1, 1, 2))):
            await handle(services, message)
    end = events[-1].at + 4000
    await _let_time_go_by(services, now, end, dice)
    shop = Shop(
        release.segments,
        release.book.workspace.marketing,
        ZoneInfo(services.settings.time_zone),
    )
    moments = simulate(release.rules, [*events, Event(TICK, end)], shop, "v")
    expected = Counter((round(m.at), m.rule, "" if m.fired else m.reason) for m in moments)
    assert await decided(services) == expected
    assert expected
