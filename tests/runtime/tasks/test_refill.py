"""A Redis that was lost whole gets its visitors back, on a real one; and what is old is forgotten."""

import time

from sqlalchemy import select

from rules.model import Event
from runtime.conversation import handle
from runtime.db import transaction
from runtime.experiments.beginning import begin
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from runtime.tables import EventRow, SessionRow
from runtime.taking import take
from runtime.tasks.archive import archive
from runtime.tasks.records import forget
from runtime.tasks.refill import refill
from runtime.tasks.spooled import answer_spooled
from tests.runtime.experiments.acting import AB, meet, order


async def _state(services: Services, visitor: str) -> dict[str, object]:
    redis = services.redis
    return {
        "session": await redis.hget(keys.session(visitor), "d"),
        "lasting": await redis.get(keys.lasting(visitor)),
        "log": await redis.lrange(keys.log(visitor), 0, -1),
        "timers": await redis.zrange(keys.timers(visitor), 0, -1, withscores=True),
    }


async def test_everybody_goes_on_where_they_stood(services: Services) -> None:
    await handle(services, Message("asked", "rest", "你好"))
    await handle(services, Message("asked", "rest", payload="/welcome.need.1"))
    view = Event("Product Viewed", services.now(), {"name": "iPhone15 Pro"})
    await handle(services, Message("looks", "track", kind="event", data={"event": view}))
    await handle(services, Message("waits", "rest", kind="human"))
    await archive(services)
    before = {name: await _state(services, name) for name in ("asked", "looks", "waits")}
    assert before["looks"]["timers"], "a dwell is armed"
    await services.redis.flushall()
    assert await refill(services)
    assert not await refill(services), "once is enough"
    assert {name: await _state(services, name) for name in before} == before
    assert [name for name, _since in await services.sessions.at_desk()] == ["waits"]
    answer = await handle(services, Message("asked", "rest", "1234567"))
    assert answer.session.slots["order_number"] == "1234567"


async def test_counts_of_experiments_are_there_again(services: Services) -> None:
    run = await begin(services, AB, "a@b")
    for number in range(6):
        await meet(services, f"v{number}")
        await order(services, f"v{number}", f"o{number}")
    await archive(services)
    before = await services.redis.hgetall(keys.hours(run))
    await services.redis.flushall()
    await refill(services)
    again = await services.redis.hgetall(keys.hours(run))
    assert {k: float(v) for k, v in again.items()} == {k: float(v) for k, v in before.items()}


async def test_who_writes_meanwhile_is_answered_from_where_they_stood(services: Services) -> None:
    await take(services, Message("v", "rest", "你好", "m1"))
    await take(services, Message("v", "rest", "查订单", "m2", payload="/welcome.need.1"))
    await archive(services)
    await services.redis.flushall()
    assert await take(services, Message("v", "rest", "1234567", "m3")) is None, "it is kept"
    assert await answer_spooled(services) == 0
    await refill(services)
    assert await answer_spooled(services) == 1
    session = (await services.sessions.load("v")).session
    assert session.slots["order_number"] == "1234567"


async def test_a_session_that_ran_out_is_not_brought_back(services: Services) -> None:
    await handle(services, Message("old", "rest", "你好"))
    await archive(services)
    now = services.now() + keys.SESSION_TTL + 1
    services.clock = lambda: now
    await services.redis.flushall()
    await refill(services)
    assert not await services.redis.exists(keys.session("old"))


async def test_what_is_old_is_forgotten_and_what_counts_stays(services: Services) -> None:
    await begin(services, AB, "a@b")
    await meet(services, "v")
    await handle(services, Message("v", "rest", "你好"))
    await archive(services)
    assert forget(services.engine, 30, time.time() + 29 * 86400) == 0
    gone = forget(services.engine, 30, time.time() + 31 * 86400)
    assert gone > 3
    assert forget(services.engine, 30, time.time() + 31 * 86400) == 0
    with transaction(services.engine, writes=False) as database:
        assert set(database.scalars(select(EventRow.name))) == {"exposed"}
        assert list(database.scalars(select(SessionRow.visitor))) == ["v"]
    assert forget(services.engine, 30, time.time() + 181 * 86400) == 1
