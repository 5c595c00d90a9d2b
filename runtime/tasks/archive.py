"""Copies the event stream into the database; an event's place in the stream makes it count once.

An entry holds all that one turn brought about. What is copied is taken out of the stream, so that
holds what waits, and not the past. Whoever copies begins at its front: nobody has to note what was
given to whom, and what another one was about to copy when it died is the front again.
"""

from typing import Any

import orjson
from sqlalchemy import Engine, select

from runtime.db import rows_into, transaction
from runtime.insight.decisions import DECIDED, Decided, forget_decisions, note_decisions
from runtime.services import Services
from runtime.store.keys import EVENTS
from runtime.store.streams import after, events_of
from runtime.tables import EventRow
from runtime.tasks.copies import keep_sessions

BATCH = 1_000


async def archive(services: Services) -> int:
    """Copy every waiting event, and where its visitors stand; gives how many events that were."""
    redis, copied, visitors = services.redis, 0, set[str]()
    while True:
        entries: Any = await redis.xrange(EVENTS, count=BATCH)
        if not entries:
            break
        events = write_events(services.engine, entries)
        copied += len(events)
        visitors |= {event["visitor"] for event in events}
        await redis.xtrim(EVENTS, minid=after(entries[-1][0]), approximate=False)
        if len(entries) < BATCH:  # What comes meanwhile is the next run's.
            break
    await keep_sessions(services, visitors)
    if copied:
        forget_decisions(services.engine)
    return copied


def write_events(engine: Engine, entries: list[Any]) -> list[dict[str, Any]]:
    """Write stream entries as rows; those already there are passed over. Gives all events."""
    events = dict(event for entry in entries for event in events_of(*entry))
    if not events:
        return []
    with transaction(engine) as database:
        # Of what another run has copied, if anything, everything lies between these two.
        within = EventRow.id >= min(events), EventRow.id <= max(events)
        known = set(database.scalars(select(EventRow.id).where(*within)))
        fresh = {name: event for name, event in events.items() if name not in known}
        rows_into(database, EventRow, [_row(name, event) for name, event in fresh.items()])
        decided = [
            Decided(name, event["at"], event["data"])
            for name, event in fresh.items()
            if event["name"] == DECIDED
        ]
        note_decisions(database, decided)
    return list(events.values())


def _row(name: str, event: dict[str, Any]) -> tuple[Any, ...]:
    data = event["data"]
    text = str(data.get("text", ""))
    stored, release = orjson.dumps(data).decode(), event.get("release", 0)
    return name, event["name"], event["visitor"], event["at"], release, stored, text
