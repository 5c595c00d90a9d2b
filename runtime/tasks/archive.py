"""Copies the event stream into the database; an entry's place in the stream makes it count once."""

from typing import Any

import orjson
from celery import shared_task
from sqlalchemy import Engine, select

from runtime.db import transaction
from runtime.insight.decisions import DECIDED, note_decisions
from runtime.releases import refill
from runtime.services import Services, portal
from runtime.store.keys import EVENTS
from runtime.store.streams import Share, ensure_group, entries_of
from runtime.tables import EventRow

ARCHIVED = Share(EVENTS, "archive")
BATCH = 500


@shared_task(name="runtime.archive", ignore_result=True)
def archive_events() -> None:
    """Copy what came since the last time, once a Redis that was emptied serves again."""
    portal().call(lambda services: refill(services.redis, services.engine))
    portal().call(archive)


async def archive(services: Services) -> int:
    """Copy every waiting event, what an earlier run left first; gives how many."""
    redis, copied = services.redis, 0
    await ensure_group(redis, ARCHIVED)
    for since in ("0", ">"):
        while True:
            streams: dict[Any, Any] = {EVENTS: since}
            found: Any = await redis.xreadgroup(ARCHIVED.group, "archive", streams, count=BATCH)
            entries = entries_of(found)
            if not entries:
                break
            write_events(services.engine, entries)
            await redis.xack(EVENTS, ARCHIVED.group, *(entry_id for entry_id, _ in entries))
            copied += len(entries)
    return copied


def write_events(engine: Engine, entries: list[Any]) -> None:
    """Write stream entries as rows; those already there are passed over."""
    rows = {}
    for entry_id, fields in entries:
        event = orjson.loads(fields[b"e"])
        name = entry_id.decode()
        text = str(event["data"].get("text", ""))
        rows[name] = EventRow(
            id=name,
            name=event["name"],
            visitor=event["visitor"],
            at=event["at"],
            release=event.get("release", 0),
            data=event["data"],
            text=text,
        )
    with transaction(engine) as database:
        known = set(database.scalars(select(EventRow.id).where(EventRow.id.in_(rows))))
        fresh = [row for name, row in rows.items() if name not in known]
        database.add_all(fresh)
        note_decisions(database, [row for row in fresh if row.name == DECIDED])
