"""What other systems are told by rules: waiting, to be told again, and given up."""

from typing import Any

from redis.asyncio import Redis

from runtime.store import deliveries, keys
from runtime.store.deliveries import Deliveries
from runtime.store.streams import Share

HOOKS = Share(keys.HOOKS, "hooks", lying_ms=75_000)
"""Given again after longer than any call may take, so that nobody tells twice at once."""
TOLD = Deliveries(HOOKS, keys.HOOKS_LATER, keys.HOOKS_FAILED)


async def told(redis: Redis, entry_id: bytes, entry: dict[str, Any], now: float) -> None:
    """Take a delivered message out, and remember that it was."""
    pipe = redis.pipeline(transaction=True)
    deliveries.take_out(pipe, TOLD, entry_id)
    deliveries.note(pipe, event_of(entry, "told", now))
    await pipe.execute()


def event_of(entry: dict[str, Any], name: str, now: float) -> dict[str, Any]:
    """Give the event of the log that says what became of a message."""
    why = entry.get("why", "") % entry.get("values", {})
    data = {"connector": entry["connector"], "key": entry["key"], "why": why}
    event = {"name": name, "visitor": entry["visitor"], "at": now, "data": data}
    return event | {"release": entry["release"]}
