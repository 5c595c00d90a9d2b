"""Counts again what variants were shown and earned, from the archived events.

The events say all that the counts say, so after a Redis that was lost nothing is missing. Turns go
on meanwhile: what they count between looking and writing makes it look again.
"""

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from redis.exceptions import WatchError
from sqlalchemy import select

from runtime.db import transaction
from runtime.services import Services
from runtime.store import keys
from runtime.store.counting import COUNTED, Count, counts_after, left_of
from runtime.store.streams import place_of
from runtime.tables import EventRow
from runtime.tasks.archive import archive

MOST_TRIES = 50
REFUNDED = "refunded"
Happened = tuple[str, float, Mapping[str, Any]]
"""Name, time and data of an event."""
Counts = dict[str, dict[str, float]]
Credit = tuple[float, list[Count]]
"""What an order is worth, and what it counts."""


class TooBusy(RuntimeError):
    """Turns kept coming in between; try again when less is going on."""


def counted(events: Iterable[Happened]) -> Counts:
    """Give all counts by hash and field; an order counts the first time it is reported.

    A refund takes back what it is worth, and one that comes first keeps the order from counting.
    """
    return credited(events)[0]


def credited(events: Iterable[Happened]) -> tuple[Counts, dict[str, Credit]]:
    """Give all counts, and what is credited for each order: nothing, where that was refunded."""
    found: Counts = {}
    credits: dict[str, Credit] = {}
    for name, at, said in events:
        order = str(said.get("order") or "")
        if name == "refunded":
            credits[order] = _taken_back(found, credits.get(order), float(said.get("total") or 0))
            continue
        if name == "converted" and order in credits:
            continue
        counts = counts_after(name, said, at)
        if name == "converted" and order:
            credits[order] = (float(said["value"]), counts)
        _add(found, counts)
    return found, credits


def _taken_back(found: Counts, credit: Credit | None, total: float) -> Credit:
    """Take a refund off the counts; gives what is left of the credit."""
    value, counts = credit or (0.0, [])
    if total <= 0 or total >= value:
        _add(found, [(key, field, -many) for key, field, many in counts])
        return 0.0, []
    left = value - total
    caps = {key: value - many for key, field, many in counts if field.endswith("|over")}
    kept = [
        (key, field, left_of(field, many, value, left, caps.get(key, 0.0)))
        for key, field, many in counts
    ]
    pairs = zip(counts, kept, strict=True)
    _add(found, [(key, field, now - before) for (key, field, before), (_, _, now) in pairs])
    return left, kept


def _add(found: Counts, counts: Iterable[Count]) -> None:
    for key, field, many in counts:
        fields = found.setdefault(key, {})
        fields[field] = fields.get(field, 0.0) + many


async def recount(services: Services) -> int:
    """Replace all counts by those of the events; gives how many events counted."""
    for _attempt in range(MOST_TRIES):
        await archive(services)
        async with services.redis.pipeline(transaction=True) as pipe:
            await pipe.watch(keys.EVENTS)
            newest: Any = await pipe.xrevrange(keys.EVENTS, count=1)
            events = _archived(services, newest[0][0].decode() if newest else "")
            if events is None:
                continue
            counts, credits = credited(events)
            await _replace(services, pipe, counts)
            young = services.now() - keys.ORDER_TTL
            recent = {said.get("order") for _name, at, said in events if at >= young}
            _mark(pipe, {order: credits[order] for order in credits if order in recent})
            with contextlib.suppress(WatchError):
                await pipe.execute()
                return len(events)
    raise TooBusy


async def _replace(
    services: Services, pipe: Any, counts: Mapping[str, Mapping[str, float]]
) -> None:
    old = [key async for key in services.redis.scan_iter(keys.arms("*"))]
    old += [key async for key in services.redis.scan_iter(keys.hours("*"))]
    pipe.multi()
    if old:
        pipe.delete(*old)
    for key, fields in counts.items():
        pipe.hset(key, mapping={name: orjson.dumps(many) for name, many in fields.items()})


def _mark(pipe: Any, credits: Mapping[str, Credit]) -> None:
    """Mark orders as their turns did: none is counted again, and a refund finds its credit."""
    for order, (value, counts) in credits.items():
        credit = orjson.dumps({"counts": counts, "value": value}) if counts else REFUNDED
        pipe.set(keys.order(order), credit, ex=keys.ORDER_TTL)


def _archived(services: Services, newest: str) -> list[Happened] | None:
    """Give the events that count, in order; None while the newest entry is not archived yet."""
    with transaction(services.engine, writes=False) as database:
        is_there = select(EventRow.id).where(EventRow.id == newest)
        if newest and database.scalar(is_there) is None:
            return None
        columns = (EventRow.id, EventRow.name, EventRow.at, EventRow.data)
        rows = database.execute(select(*columns).where(EventRow.name.in_(COUNTED))).all()
    ordered = sorted(rows, key=lambda row: place_of(row.id))
    # What a page reported under such a name, before those were told apart, has properties.
    ours = [row for row in ordered if "properties" not in row.data]
    return [(row.name, row.at, row.data) for row in ours]
