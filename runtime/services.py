"""Services: all that has a socket, a clock or dice, in one dataclass.

Everything below gets it as an argument. Views and tasks, which are called without arguments of
ours, run coroutines through a `Portal`: one event loop in a thread of its own, with services of
its own, so that plain Flask and Celery code can use the asynchronous shell.
"""

import asyncio
import random
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisDown
from redis.exceptions import TimeoutError as RedisLate
from sqlalchemy import Engine

from runtime.clock import SteadyClock
from runtime.db import open_engine
from runtime.hookspecs import Connector
from runtime.nlu.rasa import Rasa
from runtime.nlu.sentiment import tables
from runtime.plugin_loader import load_connectors, load_facts
from runtime.releases import ReleaseCache
from runtime.settings import Settings, kept_secret
from runtime.store.sessions import Sessions
from runtime.store.spool import Spool
from runtime.store.timers import Timers

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class Services:
    """What the shell needs of the outside."""

    settings: Settings
    redis: Redis
    engine: Engine
    sessions: Sessions
    timers: Timers
    releases: ReleaseCache
    connectors: dict[str, Connector]
    spool: Spool
    rasa: Rasa | None = None
    steady: SteadyClock = field(default_factory=SteadyClock)
    clock: Callable[[], float] = time.time
    dice: random.Random = field(default_factory=random.SystemRandom)
    under_way: int = 0
    """Messages that this process is answering right now."""
    away_until: float = 0.0
    """Until when, by the loop's own clock, Redis is taken for gone."""

    def now(self) -> float:
        """Give the time in seconds since 1970."""
        return self.clock()

    def local_time(self) -> datetime:
        """Give the time where the shop is."""
        return datetime.fromtimestamp(self.clock(), ZoneInfo(self.settings.time_zone))


def open_redis(settings: Settings) -> Redis:
    """Connect to Redis; a server that is being restarted is tried again for a few seconds."""
    retry = Retry(ExponentialBackoff(cap=0.5, base=0.05), 6)
    redis: Redis = Redis.from_url(
        settings.redis,
        retry=retry,
        retry_on_error=[RedisDown, RedisLate, ConnectionRefusedError, FileNotFoundError],
        protocol=3,
        socket_timeout=10,
        max_connections=512,
    )
    return redis


def open_services(settings: Settings, engine: Engine | None = None) -> Services:
    """Build the services of one event loop."""
    redis = open_redis(settings)
    engine = engine or open_engine(settings.database)
    clock = SteadyClock()
    load_facts()
    tables.serve(settings.data / "moods")
    return Services(
        settings,
        redis,
        engine,
        Sessions(redis, clock),
        Timers(redis),
        ReleaseCache(redis, engine),
        load_connectors(engine),
        Spool(settings.data),
        open_rasa(settings),
        clock,
        clock,
    )


def open_rasa(settings: Settings) -> Rasa | None:
    """Find the Rasa to ask: the one that is named, or the one the supervisor runs."""
    if settings.rasa_url:
        return Rasa(settings.rasa_url, settings.rasa_token)
    address = settings.rasa.folder / "address"
    if not address.exists():
        return None
    token = kept_secret(settings, "rasa-token")
    return Rasa(address.read_text("ascii").strip(), token, home=settings.rasa)


class Portal:
    """A way into the asynchronous shell for code that is not asynchronous."""

    def __init__(self, settings: Settings, engine: Engine | None = None) -> None:
        self._settings, self._engine = settings, engine
        self._loop: asyncio.AbstractEventLoop | None = None
        self._services: Services | None = None
        self._lock = threading.Lock()

    def call(
        self,
        function: Callable[Concatenate[Services, P], Awaitable[T]],
        *args: P.args,
        **values: P.kwargs,
    ) -> T:
        """Run `await function(services, …)` on the loop and give what it returns."""
        loop = self._running()

        async def work() -> T:
            return await function(self.services, *args, **values)

        return asyncio.run_coroutine_threadsafe(work(), loop).result(60)

    @property
    def services(self) -> Services:
        """Give the services of the loop; for what needs no waiting."""
        self._running()
        if self._services is None:
            raise RuntimeError("the portal is closed")
        return self._services

    def close(self) -> None:
        """Close the connections and end the thread."""
        loop, services = self._loop, self._services
        if loop is None or services is None:
            return
        asyncio.run_coroutine_threadsafe(services.redis.aclose(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        self._loop = self._services = None

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                ready = threading.Event()
                loop = asyncio.new_event_loop()

                def run() -> None:
                    asyncio.set_event_loop(loop)
                    self._services = open_services(self._settings, self._engine)
                    loop.call_soon(ready.set)
                    loop.run_forever()
                    loop.close()

                threading.Thread(target=run, name="portal", daemon=True).start()
                ready.wait(30)
                self._loop = loop
            return self._loop


_portal: list[Portal] = []


def set_portal(portal: Portal) -> Any:
    """Name the portal of this process; called once, by `wsgi.py` or a test."""
    _portal[:] = [portal]
    return portal


def portal() -> Portal:
    """Give the portal of this process."""
    if not _portal:
        raise RuntimeError("no portal was set; wsgi.py does that")
    return _portal[0]
