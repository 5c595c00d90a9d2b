"""Commands of many turns in one batch: each gets its own answers, whatever happens to the others."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisDown
from redis.exceptions import NoScriptError, ResponseError
from redis.exceptions import TimeoutError as RedisLate

from runtime.services import Services, open_redis
from runtime.settings import Settings
from runtime.store.batches import Batches


async def test_each_gets_its_own_answers(services: Services) -> None:
    batches = Batches(services.redis)

    async def turn(number: int) -> list[Any]:
        name = f"n{number}"
        return await batches.run(("HSET", name, "a", number), ("HGETALL", name))

    found = await asyncio.gather(*map(turn, range(200)))
    assert found == [[1, {b"a": str(number).encode()}] for number in range(200)]


async def test_a_refusal_is_that_of_its_own_turn(services: Services) -> None:
    batches = Batches(services.redis)
    good, wrong, unknown = await asyncio.gather(
        batches.run(("SET", "a", "话"), ("GET", "a")),
        batches.run(("HGET", "a", "b")),
        batches.run(("EVALSHA", "0" * 40, 0)),
        return_exceptions=True,
    )
    assert good == [b"OK", "话".encode()]
    assert isinstance(wrong, ResponseError)
    assert isinstance(unknown, NoScriptError)


async def test_who_is_cancelled_takes_nobody_along(services: Services) -> None:
    batches = Batches(services.redis)
    tasks = [asyncio.create_task(batches.run(("ECHO", str(n)))) for n in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert found[1::2] == [[str(n).encode()] for n in range(1, 20, 2)]
    assert all(isinstance(one, asyncio.CancelledError) for one in found[::2])


@pytest.fixture
async def hasty(settings: Settings) -> Any:
    """A connection that waits for a fifth of a second, and tries once."""
    redis: Redis = Redis.from_url(settings.redis, socket_timeout=0.2, retry=None)
    yield redis
    await redis.aclose()


async def test_an_answer_that_comes_too_late_is_nobody_elses(
    hasty: Redis, services: Services
) -> None:
    batches = Batches(hasty)
    assert await batches.run(("SET", "a", "1")) == [b"OK"]
    await services.redis.execute_command("CLIENT", "PAUSE", 600, "ALL")
    with pytest.raises(RedisLate):
        await batches.run(("GET", "a"))
    await asyncio.sleep(0.7)
    assert await batches.run(("ECHO", "b")) == [b"b"]


async def test_a_connection_that_was_cut_is_opened_anew(services: Services) -> None:
    batches = Batches(services.redis)
    (mine,) = await batches.run(("CLIENT", "ID"))
    await services.redis.execute_command("CLIENT", "KILL", "SKIPME", "yes", "TYPE", "normal")
    with_another = open_redis(services.settings)
    await with_another.execute_command("CLIENT", "KILL", "ID", mine)
    await with_another.aclose()
    assert await batches.run(("ECHO", "b")) == [b"b"]


async def test_a_redis_that_is_away_is_said(settings: Settings) -> None:
    nowhere = replace(settings, redis_url="redis://127.0.0.1:1/0")
    redis: Redis = Redis.from_url(nowhere.redis, retry=None)
    batches = Batches(redis)
    found = await asyncio.gather(
        *(batches.run(("PING",)) for _ in range(3)), return_exceptions=True
    )
    assert all(isinstance(one, RedisDown) for one in found)
    await redis.aclose()
