"""Streams that several workers share: what waits is given once, what was left lying again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import ResponseError

MOST_HELD = 500
ORPHANS = "orphans"
LONG_AGO = 86_400_000
"""Milliseconds; more than anything may lie."""


@dataclass(frozen=True)
class Share:
    """A stream and the group of workers that share it; what lies for `lying_ms` is given again."""

    stream: str
    group: str
    lying_ms: int = 0


async def ensure_group(redis: Redis, share: Share) -> None:
    """Make the consumer group, once."""
    try:
        await redis.xgroup_create(share.stream, share.group, id="0", mkstream=True)
    except ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise


async def waiting_entries(
    redis: Redis, share: Share, consumer: str, most: int, wait_ms: int
) -> list[Any]:
    """Give what another consumer left lying for too long, else what is new; waits for that."""
    left = await redis.xautoclaim(
        share.stream, share.group, consumer, min_idle_time=share.lying_ms, count=most
    )
    entries: list[Any] = list(left[1])
    if entries:
        return entries
    streams: dict[Any, Any] = {share.stream: ">"}
    found: Any = await redis.xreadgroup(share.group, consumer, streams, count=most, block=wait_ms)
    return entries_of(found)


async def leave_for_others(redis: Redis, share: Share, is_gone: Callable[[str], bool]) -> None:
    """Let what workers have in hand who are gone be given again at once, and forget them."""
    rows: Any = await redis.xinfo_consumers(share.stream, share.group)
    for row in rows:
        name = row["name"].decode()
        if not is_gone(name):
            continue
        while held := await redis.xpending_range(
            share.stream, share.group, "-", "+", MOST_HELD, consumername=name
        ):
            ids: Any = [entry["message_id"] for entry in held]
            # Lying for so long that whoever asks next is given it; the name says whose it was.
            await redis.xclaim(
                share.stream, share.group, ORPHANS, 0, ids, idle=LONG_AGO, justid=True
            )
        await redis.xgroup_delconsumer(share.stream, share.group, name)


async def acknowledge(redis: Redis, share: Share, entry_id: bytes) -> None:
    """Take an entry out of a stream: it is done.

    Both at once: one that is no longer given to anybody would lie there for ever.
    """
    pipe = redis.pipeline(transaction=True)
    pipe.xack(share.stream, share.group, entry_id)
    pipe.xdel(share.stream, entry_id)
    await pipe.execute()


def after(entry_id: bytes) -> str:
    """Give the first name that an entry could have which comes after one."""
    milliseconds, _, nth = entry_id.decode().partition("-")
    return f"{milliseconds}-{int(nth) + 1}"


def events_of(entry_id: bytes, fields: Any) -> list[tuple[str, dict[str, Any]]]:
    """Give the events of an entry by name: that of the entry, and with a number from the second."""
    said, name = orjson.loads(fields[b"e"]), entry_id.decode()
    if isinstance(said, dict):  # Written before entries held whole turns, or by the way.
        return [(name, said)]
    return [(f"{name}.{nth:03}" if nth else name, event) for nth, event in enumerate(said)]


def place_of(name: str) -> tuple[int, int, int]:
    """Give what the names of archived events are sorted by, the first one that happened first."""
    entry, _, number = name.partition(".")
    milliseconds, _, nth = entry.partition("-")
    return int(milliseconds), int(nth), int(number or 0)


def entries_of(found: Any) -> list[Any]:
    """Give the entries of one stream, whichever protocol the client speaks."""
    if not found:
        return []
    if isinstance(found, dict):
        return [entry for batches in found.values() for batch in batches for entry in batch]
    return [entry for _, entries in found for entry in entries]
