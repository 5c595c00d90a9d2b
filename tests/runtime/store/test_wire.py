"""The connection that all turns share: whatever happens to it, each turn gets its own answer."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import AuthenticationError, BusyLoadingError
from redis.exceptions import ConnectionError as RedisDown
from redis.exceptions import TimeoutError as RedisLate

from runtime.engine.session import Session
from runtime.services import open_redis
from runtime.settings import Settings
from runtime.store import batches as module
from runtime.store.batches import Batches
from runtime.store.sessions import Commit, Seen, Sessions
from runtime.store.wire import refusal
from tests.runtime.store.servers import Between, Server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    found = Server(tmp_path)
    found.start()
    yield found
    found.freeze(False)
    found.kill()


def _settings(server: Server, url: str = "") -> Settings:
    return Settings(data=server.folder, redis_url=url or f"redis://127.0.0.1:{server.port}/0")


@pytest.fixture
async def redis(server: Server) -> AsyncIterator[Redis]:
    found = open_redis(_settings(server))
    yield found
    await found.aclose()


async def test_many_callers_each_get_their_own_in_order(redis: Redis) -> None:
    batches = Batches(redis)

    async def caller(name: int) -> list[Any]:
        said = []
        for turn in range(40):
            said += await batches.run(("RPUSH", f"l{name}", turn), ("LRANGE", f"l{name}", 0, -1))
            if turn % 7 == name % 7:
                await asyncio.sleep(0)
        return said

    found = await asyncio.gather(*map(caller, range(150)))
    for said in found:
        assert said[::2] == list(range(1, 41))
        assert said[-1] == [b"%d" % turn for turn in range(40)]
    clients: Any = await redis.client_list()
    assert len(clients) == 2, "one is for all of them, and one asks"


async def test_what_is_large_comes_whole(redis: Redis) -> None:
    batches = Batches(redis)
    large = bytes(range(256)) * 100_000
    await asyncio.gather(*(batches.run(("SET", f"k{n}", large)) for n in range(3)))
    found = await asyncio.gather(*(batches.run(("GET", f"k{n % 3}"), ("PING",)) for n in range(9)))
    assert all(answer == [large, b"PONG"] for answer in found)


async def test_a_server_that_was_killed_and_started_again_goes_on(
    server: Server, redis: Redis
) -> None:
    batches, given = Batches(redis), 0

    async def caller(name: int) -> None:
        nonlocal given
        for turn in range(60):
            await batches.run(("SET", f"k{name}", turn))
            given += 1
            await asyncio.sleep(0.01)

    callers = asyncio.gather(*map(caller, range(20)))
    await asyncio.sleep(0.2)
    await asyncio.to_thread(server.kill)
    before = given
    await asyncio.sleep(0.2)
    assert given == before
    await asyncio.to_thread(server.start)
    await callers
    assert given == 20 * 60
    assert await batches.run(*(("GET", f"k{name}") for name in range(20))) == [b"59"] * 20


async def test_a_server_that_stays_away_is_said_to_all(server: Server, redis: Redis) -> None:
    batches = Batches(redis)
    await batches.run(("PING",))
    await asyncio.to_thread(server.kill)
    callers = (batches.run(("PING",)) for _ in range(50))
    found = await asyncio.gather(*callers, return_exceptions=True)
    assert all(isinstance(error, RedisDown) for error in found)
    await asyncio.to_thread(server.start)
    assert await batches.run(("PING",)) == [b"PONG"]


@pytest.fixture
async def between(server: Server) -> AsyncIterator[Between]:
    async with Between(server.port) as found:
        yield found


@pytest.fixture
async def hasty(between: Between) -> AsyncIterator[Redis]:
    """A client that waits for a third of a second, and tries three times."""
    retry = Retry(ExponentialBackoff(cap=0.1, base=0.01), 3)
    url = f"redis://127.0.0.1:{between.port}/0"
    found: Redis = Redis.from_url(url, protocol=3, socket_timeout=0.3, retry=retry)
    yield found
    await found.aclose()


async def test_a_half_open_connection_is_given_up_and_asked_anew(
    between: Between, hasty: Redis
) -> None:
    batches = Batches(hasty)
    await batches.run(("SET", "a", "1"))
    between.swallows = True  # The server does not see it go, and we see nothing at all.
    waiting = [asyncio.create_task(batches.run(("GET", "a"))) for _ in range(10)]
    await asyncio.sleep(0.2)
    between.swallows = False
    assert await asyncio.gather(*waiting) == [[b"1"]] * 10


async def test_a_half_open_connection_that_stays_so_is_said_in_time(
    between: Between, hasty: Redis
) -> None:
    batches = Batches(hasty)
    await batches.run(("PING",))
    between.swallows = True
    started = time.monotonic()
    callers = (batches.run(("PING",)) for _ in range(10))
    found = await asyncio.gather(*callers, return_exceptions=True)
    assert all(isinstance(error, RedisLate | RedisDown) for error in found)
    assert time.monotonic() - started < 4


async def test_a_slow_way_keeps_the_order(between: Between, hasty: Redis) -> None:
    between.slow = 0.05
    batches = Batches(hasty)
    found = await asyncio.gather(*(batches.run(("ECHO", str(n)), ("PING",)) for n in range(300)))
    assert found == [[b"%d" % n, b"PONG"] for n in range(300)]


async def test_cuts_under_load_lose_no_answer(between: Between, hasty: Redis) -> None:
    batches = Batches(hasty)

    async def caller(name: int) -> None:
        for turn in range(30):
            await asyncio.sleep(0.02)
            assert await batches.run(("SET", f"c{name}", turn), ("GET", f"c{name}")) == [
                b"OK",
                b"%d" % turn,
            ]

    callers = asyncio.gather(*map(caller, range(20)))
    for _ in range(6):
        await asyncio.sleep(0.1)
        between.cut()
    await callers


async def test_too_many_that_wait_are_told_so(
    server: Server, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 20)
    batches = Batches(redis)
    await batches.run(("PING",))
    server.freeze(True)
    held = [asyncio.create_task(batches.run(("PING",))) for _ in range(30)]
    await asyncio.sleep(0.1)
    late = [asyncio.create_task(batches.run(("PING",))) for _ in range(30)]
    await asyncio.sleep(0.1)
    server.freeze(False)
    assert all(isinstance(one, list) for one in await asyncio.gather(*held[:20]))
    found = await asyncio.gather(*held[20:], *late, return_exceptions=True)
    told = [one for one in found if isinstance(one, RedisDown)]
    assert told
    assert all(one == [b"PONG"] for one in found if not isinstance(one, RedisDown))


async def test_the_script_is_there_again_after_a_restart(server: Server, redis: Redis) -> None:
    sessions = Sessions(redis)
    for version in range(3):
        commit = Commit(Session("v", tries=version), now=1.0)
        seen = Seen(str(version), Session("v"), None, 0, {})
        assert await sessions.commit(seen, commit, f"m{version}")
        await redis.script_flush()
    assert (await sessions.load("v")).session.tries == 2
    assert not await sessions.commit(Seen("3", Session("v"), None, 0, {}), commit, "m2")


async def test_a_server_that_reads_what_it_kept_is_asked_again(redis: Redis) -> None:
    batches, answers = Batches(redis), iter([BusyLoadingError("LOADING"), b"1"])
    await batches.run(("PING",))
    assert batches._wire is not None
    answered = batches._wire._answered

    def first(asked: Any) -> None:
        asked.answers = [next(answers)]
        answered(asked)

    batches._wire._answered = first  # type: ignore[method-assign]
    assert await batches.run(("GET", "a")) == [b"1"]
    assert isinstance(refusal("LOADING Redis is loading"), BusyLoadingError)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Server]:
    found = Server(tmp_path, "--requirepass", "geheim")
    found.start()
    yield found
    found.kill()


@pytest.mark.parametrize("form", ["user", "password", "number", "socket"])
async def test_every_form_of_an_address_is_understood(
    locked: Server, tmp_path: Path, form: str
) -> None:
    server = locked
    url = {
        "user": f"redis://default:geheim@127.0.0.1:{server.port}/0",
        "password": f"redis://:geheim@127.0.0.1:{server.port}",
        "number": f"redis://:geheim@127.0.0.1:{server.port}/3",
        "socket": f"unix://:geheim@{tmp_path / 'valkey.sock'}?db=3",
    }[form]
    redis = open_redis(_settings(server, url))
    batches = Batches(redis)
    assert await batches.run(("SET", "a", "1")) == [b"OK"]
    (info,) = await batches.run(("CLIENT", "INFO"))
    assert (b"db=3" in info) == (form in ("number", "socket"))
    await redis.aclose()
    wrong: Redis = Redis.from_url(url.replace("geheim", "falsch"), protocol=3, retry=None)
    with pytest.raises((AuthenticationError, RedisDown)):
        await Batches(wrong).run(("PING",))
    await wrong.aclose()


async def test_it_speaks_through_tls(server: Server, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    async with Between(server.port, context) as between:
        more = f"ssl_ca_certs={tmp_path / 'ca.pem'}"
        url = f"rediss://localhost:{between.port}/0?{more}"
        redis = open_redis(_settings(server, url))
        batches = Batches(redis)
        large = b"x" * 300_000
        assert await batches.run(("SET", "a", large), ("GET", "a")) == [b"OK", large]
        between.cut()
        assert await batches.run(("GET", "a")) == [large]
        await redis.aclose()


async def test_what_is_published_is_heard_again_after_a_cut(redis: Redis, server: Server) -> None:
    batches, heard, began = Batches(redis), list[bytes](), list[int]()
    batches.listen("news", heard.append, lambda: began.append(1))
    batches.listen("other", heard.append, lambda: began.append(2))
    await asyncio.sleep(0.1)
    await asyncio.gather(*(batches.run(("PUBLISH", "news", str(n))) for n in range(50)))
    await asyncio.sleep(0.05)
    assert heard == [b"%d" % n for n in range(50)]
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(0.1)
    await asyncio.to_thread(server.start)
    async with asyncio.timeout(10):
        while len(began) < 4:
            await asyncio.sleep(0.05)
    batches.stop_listening("other")
    await batches.run(("PUBLISH", "other", "silence"))
    await batches.run(("PUBLISH", "news", "again"))
    await asyncio.sleep(0.05)
    assert heard[50:] == [b"again"]
    assert sorted(began) == [1, 1, 2, 2]
