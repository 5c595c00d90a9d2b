"""Recorded events, replayed against a rule: how often would it have spoken?"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, func, select

from flows.conditions import holds
from rules.comparing import why_quiet
from rules.model import MESSAGE, TICK, Event, Rule, Segment
from rules.simulate import Lapse, Shop, replay, simulate
from rules.snapshot import fold, product_of, snapshot
from runtime.db import transaction
from runtime.store.counting import MARKS
from runtime.tables import EventRow

MOST_EVENTS = 20_000
MOST_OF_VISITOR = 1_000
Recorded = tuple[str, list[Event]]
"""A visitor, and what they did."""
INNER = frozenset(
    ("entered", "said", "exposed", "clicked", "converted", "handover", "rule_fired", "rule_silent")
) | {"decided", "emitted", "coupon_given", "agent_said", "agent_took", "handed_back", "loop"}
INNER |= {
    "wanted_person",
    "refunded",
    "asked",
    "answered",
    "request_failed",
    "told",
    "not_told",
    "notified",
    "not_given",
    *MARKS,
}
"""Events we write ourselves; no visitor did them, so no rule wakes by them."""


@dataclass(frozen=True)
class Estimate:
    """What a rule would have done: how often it speaks, to how many, and what kept it quiet."""

    fired: int = 0
    visitors: int = 0
    silent: Mapping[str, int] = field(default_factory=dict)
    events: int = 0
    is_cut: bool = False


def estimate(engine: Engine, rule: Rule, shop: Shop, days: float = 7.0) -> Estimate:
    """Replay the events of the last days against one rule, each visitor by themselves."""
    now = time.time()
    by_visitor, many = _events_since(engine, now - days * 86400)
    fired, visitors, silent = 0, 0, Counter[str]()
    for visitor, events in by_visitor.items():
        # A timer that is still running at the end is let run out.
        ended = Event(TICK, now + rule.trigger.wait)
        moments = simulate([rule], [*events, ended], shop, visitor)
        mine = sum(moment.fired for moment in moments)
        fired, visitors = fired + mine, visitors + bool(mine)
        silent.update(why_quiet(moment) for moment in moments if not moment.fired)
    return Estimate(fired, visitors, dict(silent), many, many >= MOST_EVENTS)


def lapses_of(
    engine: Engine, rules: Sequence[Rule], shop: Shop, visitor: str, until: float
) -> list[Lapse]:
    """Give the waits of rules that an event of a visitor ended in the day before, newest first."""
    mine = EventRow.visitor == visitor, EventRow.at < until, EventRow.at >= until - 86400
    query = select(EventRow.name, EventRow.at, EventRow.data).where(*mine)
    query = query.where(EventRow.name.not_in(INNER)).order_by(
        EventRow.at.desc(), EventRow.id.desc()
    )
    with transaction(engine, writes=False) as database:
        rows = database.execute(query.limit(MOST_OF_VISITOR)).all()
    events = [_event(name, at, data) for name, at, data in reversed(rows)]
    return [one for one in reversed(replay(rules, events, shop, visitor)[1]) if one.by]


def reach(engine: Engine, segment: Segment, days: float = 7.0) -> tuple[int, int]:
    """Count the visitors of the last days who are in a segment now, and all of them."""
    now = time.time()
    by_visitor, _many = _events_since(engine, now - days * 86400)
    local, belonging = datetime.fromtimestamp(now, UTC), 0
    for events in by_visitor.values():
        profile: dict[str, Any] = {}
        for event in events:
            profile = fold(profile, event)
        belonging += holds(segment.when, snapshot(profile, local, {}))
    return belonging, len(by_visitor)


def products_seen(engine: Engine, most: int = 200) -> list[str]:
    """Name the products that visitors looked at lately."""
    query = select(EventRow.data).where(EventRow.name == "Product Viewed")
    with transaction(engine, writes=False) as database:
        rows = database.scalars(query.order_by(EventRow.at.desc()).limit(2_000))
        names = (product_of(_properties(data)) for data in rows)
        return sorted({name for name in names if name})[:most]


def visitors_since(engine: Engine, since: float) -> tuple[int, Iterator[Recorded]]:
    """Give how many visitors did something since a time, and each of them with all they did."""
    mine = EventRow.at >= since, EventRow.name.not_in(INNER)
    with transaction(engine, writes=False) as database:
        query = select(func.count(func.distinct(EventRow.visitor))).where(*mine)
        many = int(database.scalar(query) or 0)
    return many, _each(engine, mine)


def _each(engine: Engine, mine: tuple[Any, ...]) -> Iterator[Recorded]:
    query = select(EventRow.visitor, EventRow.name, EventRow.at, EventRow.data).where(*mine)
    query = query.order_by(EventRow.visitor, EventRow.at, EventRow.id)
    with transaction(engine, writes=False) as database:
        rows = database.execute(query.execution_options(yield_per=2_000))
        for visitor, group in groupby(rows, lambda row: str(row[0])):
            events = [_event(name, at, data) for _visitor, name, at, data in group]
            yield visitor, events


def _event(name: str, at: float, data: Any) -> Event:
    if name == MESSAGE:
        return Event(name, at, data)
    sent = data.get("sent", 0.0) if isinstance(data, dict) else 0.0
    return Event(name, at, _properties(data), sent)


def _events_since(engine: Engine, since: float) -> tuple[dict[str, list[Event]], int]:
    query = select(EventRow.visitor, EventRow.name, EventRow.at, EventRow.data)
    query = query.where(EventRow.at >= since, EventRow.name.not_in(INNER))
    with transaction(engine, writes=False) as database:
        rows = database.execute(query.order_by(EventRow.at.desc()).limit(MOST_EVENTS)).all()
    found: dict[str, list[Event]] = {}
    for visitor, name, at, data in reversed(rows):
        found.setdefault(visitor, []).append(_event(name, at, data))
    return found, len(rows)


def _properties(data: Any) -> dict[str, Any]:
    inner = data.get("properties") if isinstance(data, dict) else None
    return inner if isinstance(inner, dict) else {}
