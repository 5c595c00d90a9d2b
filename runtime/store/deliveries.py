"""What waits to reach another system: put off until later, laid aside for a person, taken up again.

An entry is in one place at any time, moved by one command or one transaction, so a process that
dies in between neither loses it nor doubles it.
"""

from dataclasses import dataclass
from typing import Any

import orjson
from redis.asyncio import Redis

from runtime.store import keys
from runtime.store.streams import Share

_BACK = """
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', 'e', ARGV[2])
return 1
"""


@dataclass(frozen=True)
class Deliveries:
    """A stream of what waits, what is put off until a time (in ms), and what was laid aside."""

    share: Share
    later: str
    aside: str


async def put_off(
    redis: Redis, kind: Deliveries, entry_id: bytes, entry: dict[str, Any], at: float
) -> None:
    """Put an entry off until a time in seconds since 1970."""
    pipe = redis.pipeline(transaction=True)
    take_out(pipe, kind, entry_id)
    pipe.zadd(kind.later, {orjson.dumps(entry): int(at * 1000)})
    await pipe.execute()


async def lay_aside(
    redis: Redis, kind: Deliveries, entry_id: bytes, entry: dict[str, Any], event: dict[str, Any]
) -> None:
    """Lay an entry aside for a person to look at, and note that; the newest thousand are kept."""
    pipe = redis.pipeline(transaction=True)
    take_out(pipe, kind, entry_id)
    pipe.zadd(kind.aside, {orjson.dumps(entry): entry["since"]})
    pipe.zremrangebyrank(kind.aside, 0, -1 - keys.MOST_FAILED)
    note(pipe, event)
    await pipe.execute()


async def bring_back(redis: Redis, kind: Deliveries, now: float, most: int = 100) -> int:
    """Let the entries whose time has come wait again; gives how many they are."""
    due: Any = await redis.zrangebyscore(kind.later, 0, int(now * 1000), 0, most)
    return sum([await wait_again(redis, kind, kind.later, stored, stored) for stored in due])


async def wait_again(
    redis: Redis, kind: Deliveries, place: str, stored: bytes, entry: bytes
) -> int:
    """Move an entry from a set to those that wait; 0 where somebody else was quicker."""
    return int(await redis.eval(_BACK, 2, place, kind.share.stream, stored, entry))


def take_out(pipe: Any, kind: Deliveries, entry_id: bytes) -> None:
    """Take an entry off those that wait."""
    pipe.xack(kind.share.stream, kind.share.group, entry_id)
    pipe.xdel(kind.share.stream, entry_id)


def note(pipe: Any, event: dict[str, Any]) -> None:
    """Write an event into the log."""
    pipe.xadd(keys.EVENTS, {"e": orjson.dumps(event)}, maxlen=keys.MOST_EVENTS)
