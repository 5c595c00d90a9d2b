"""Counts can be counted again from the archive, exactly, and none is lost on the way."""

import asyncio
from random import Random
from typing import Any

import orjson

from rules.model import Event
from runtime.conversation import handle
from runtime.messages import Message
from runtime.services import Services
from runtime.tasks.due_timers import wake_due
from runtime.tasks.recount import recount


async def counts(services: Services) -> dict[str, dict[str, float]]:
    found = {}
    for pattern in ("arms:*", "hours:*"):
        async for key in services.redis.scan_iter(pattern):
            row: Any = await services.redis.hgetall(key)
            found[key.decode()] = {name.decode(): float(value) for name, value in row.items()}
    return found


async def happen(services: Services, visitor: str, what: str, **properties: Any) -> None:
    event = Event(what, services.now(), properties)
    await handle(services, Message(visitor, "track", kind="event", data={"event": event}))


async def traffic(services: Services, dice: Random, visitors: int) -> None:
    """Some see an offer, some follow it, some buy, hours later, some of them twice."""
    now = services.now()
    for number in range(visitors):
        visitor, begin = f"v{number}", now + dice.uniform(0, 3) * 3600
        services.clock = lambda at=begin: at
        await happen(services, visitor, "Product Viewed", name="iPhone15 Pro")
        services.clock = lambda at=begin: at + 5
        await wake_due(services)
        if dice.random() < 0.5:
            await handle(services, Message(visitor, kind="click", data={"script": "offer"}))
        later = begin + dice.uniform(60, 20 * 3600)
        services.clock = lambda at=later: at
        for _ in range(dice.choice((0, 0, 1, 2))):
            order = f"A{dice.randint(1, 30)}"
            await happen(services, visitor, "Order Completed", order_id=order, total=99.5)


async def test_counting_again_gives_the_same(services: Services) -> None:
    await traffic(services, Random(1), 40)
    before = await counts(services)
    kinds = {field.split("|")[-1].rstrip("0123456789") for field in before["hours:offer"]}
    assert kinds == {"exposures", "clicks", "orders", "value", "squares"}
    assert sum(v for k, v in before["arms:offer"].items() if k.endswith("exposures")) == 40
    await services.redis.delete(*before)
    assert await recount(services) > 60
    assert await counts(services) == before


async def marks(services: Services) -> dict[bytes, Any]:
    redis = services.redis
    found = {key: await redis.get(key) async for key in redis.scan_iter("o:*")}
    return {k: orjson.loads(v) if v.startswith(b"{") else v for k, v in found.items() if v}


async def test_an_order_counts_once_though_redis_was_lost_in_between(services: Services) -> None:
    await traffic(services, Random(3), 30)
    for order in ("A1", "A2", "A3", "A4"):
        await happen(services, "v1", "Order Refunded", order_id=order, total=40.0)
    await happen(services, "v1", "Order Refunded", order_id="A5")
    before, marked = await counts(services), await marks(services)
    assert len(marked) > 10
    assert b"o:A6" in marked
    assert b"refunded" in marked.values()
    await services.redis.delete(*before, *marked)
    await recount(services)
    assert (await counts(services), await marks(services)) == (before, marked)
    for visitor in range(30):
        await happen(services, f"v{visitor}", "Order Completed", order_id="A6", total=99.5)
    assert await counts(services) == before


async def test_turns_that_go_on_are_not_lost(services: Services) -> None:
    await traffic(services, Random(2), 10)
    for number in range(10):
        await asyncio.gather(recount(services), happen(services, f"late{number}", "page", path="/"))
    before = await counts(services)
    await recount(services)
    assert await counts(services) == before


async def test_four_at_once_lose_nothing(services: Services) -> None:
    """Every increment is part of a commit: whoever comes at the same time is not overwritten."""

    async def see(start: int) -> None:
        for number in range(start, start + 50):
            await handle(services, Message(f"w{number}", kind="open", data={"flow": ""}))

    await asyncio.gather(*(see(100 * n) for n in range(4)))
    found = await counts(services)
    opened = [row for key, row in found.items() if key.startswith("arms:")]
    assert max(sum(v for k, v in row.items() if k.endswith("exposures")) for row in opened) == 200
