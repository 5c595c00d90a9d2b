"""What other systems are told: waiting, to be told again, and given up."""

from typing import Any

import orjson
from redis.asyncio import Redis

from runtime.store import keys
from runtime.store.streams import Share

HOOKS = Share(keys.HOOKS, "hooks", lying_ms=75_000)
"""Given again after longer than any call may take, so that nobody tells twice at once."""
_BACK = """
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', 'e', ARGV[2])
return 1
"""


async def told(redis: Redis, entry_id: bytes, entry: dict[str, Any], now: float) -> None:
    """Take a delivered message out, and remember that it was."""
    pipe = redis.pipeline(transaction=True)
    _take_out(pipe, entry_id)
    _remember(pipe, entry, "told", now)
    await pipe.execute()


async def tell_later(redis: Redis, entry_id: bytes, entry: dict[str, Any], at: float) -> None:
    """Put a message off until a time in seconds since 1970."""
    pipe = redis.pipeline(transaction=True)
    _take_out(pipe, entry_id)
    pipe.zadd(keys.HOOKS_LATER, {orjson.dumps(entry): int(at * 1000)})
    await pipe.execute()


async def give_up(redis: Redis, entry_id: bytes, entry: dict[str, Any], now: float) -> None:
    """Lay a message aside for an operator to look at; the newest thousand are kept."""
    pipe = redis.pipeline(transaction=True)
    _take_out(pipe, entry_id)
    pipe.zadd(keys.HOOKS_FAILED, {orjson.dumps(entry): entry["since"]})
    pipe.zremrangebyrank(keys.HOOKS_FAILED, 0, -1 - keys.MOST_FAILED)
    _remember(pipe, entry, "not_told", now)
    await pipe.execute()


async def bring_back(redis: Redis, now: float, most: int = 100) -> int:
    """Let the messages whose time has come wait again; gives how many they are."""
    due: Any = await redis.zrangebyscore(keys.HOOKS_LATER, 0, int(now * 1000), 0, most)
    return sum([await wait_again(redis, keys.HOOKS_LATER, stored, stored) for stored in due])


async def wait_again(redis: Redis, name: str, stored: bytes, entry: bytes) -> int:
    """Move a message from a set to those that wait; 0 where somebody else was quicker."""
    return int(await redis.eval(_BACK, 2, name, keys.HOOKS, stored, entry))


def _take_out(pipe: Any, entry_id: bytes) -> None:
    pipe.xack(HOOKS.stream, HOOKS.group, entry_id)
    pipe.xdel(HOOKS.stream, entry_id)


def _remember(pipe: Any, entry: dict[str, Any], name: str, now: float) -> None:
    data = {
        "connector": entry["connector"],
        "key": entry["key"],
        "why": entry.get("why", "") % entry.get("values", {}),
    }
    event = {"name": name, "visitor": entry["visitor"], "at": now, "data": data}
    stored = orjson.dumps(event | {"release": entry["release"]})
    pipe.xadd(keys.EVENTS, {"e": stored}, maxlen=keys.MOST_EVENTS)
