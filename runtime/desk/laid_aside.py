"""What visitors were to be given and were not: for operators to look at, and to decide."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from runtime.errors import ConnectorFailed
from runtime.services import Services
from runtime.store import keys
from runtime.store.deliveries import wait_again
from runtime.store.outbox import GIVEN
from runtime.store.spool import Spool

MOST_SHOWN = 100


@dataclass(frozen=True)
class LaidAside:
    """Something that did not reach a visitor; `since` is in seconds since 1970.

    `unknown` says that it may have arrived all the same: who gives it again may give it twice.
    `waits` says that it is tried again by itself.
    """

    key: str
    visitor: str
    what: str
    connector: str
    since: float
    why: ConnectorFailed
    unknown: bool
    waits: bool


async def laid_aside(services: Services) -> list[LaidAside]:
    """List what was not delivered, the oldest first, at most a hundred."""
    found = [
        LaidAside(
            key=str(entry["key"]),
            visitor=str(entry["visitor"]),
            what=str(entry["arguments"].get("coupon", "")),
            connector=str(entry["connector"]),
            since=entry["since"] / 1000,
            why=ConnectorFailed(entry.get("why", ""), **entry.get("values", {})),
            unknown=bool(entry.get("unknown")),
            waits=place == GIVEN.later,
        )
        for place, _stored, entry in await _entries(services)
    ]
    return sorted(found, key=lambda one: one.since)[:MOST_SHOWN]


async def deliver_again(services: Services, key: str) -> int:
    """Deliver something anew; 0 where somebody was quicker."""
    many, now = 0, int(services.now() * 1000)
    for place, stored, entry in await _entries(services):
        if entry["key"] == key:
            anew = orjson.dumps(entry | {"tries": 0, "since": now, "unknown": False})
            await services.redis.delete(keys.begun(key))
            many += await wait_again(services.redis, GIVEN, place, stored, anew)
    return many


async def drop(services: Services, key: str) -> int:
    """Take something off the list that did arrive, or need not any more."""
    rows = [
        (place, stored) for place, stored, entry in await _entries(services) if entry["key"] == key
    ]
    return sum([int(await services.redis.zrem(place, stored)) for place, stored in rows])


async def _entries(services: Services) -> list[tuple[str, bytes, dict[str, Any]]]:
    found = []
    for place in (GIVEN.later, GIVEN.aside):
        rows: Any = await services.redis.zrange(place, 0, -1)
        found += [(place, stored, orjson.loads(stored)) for stored in rows]
    return found


def kept_messages(folder: Path) -> tuple[int, int]:
    """Count the messages that wait for Redis in a data folder, and those that stay there."""
    spool = Spool(folder)
    try:
        return spool.waiting()
    finally:
        spool.close()
