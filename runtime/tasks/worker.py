"""The runtime worker: timers, the outbox relay and questions to other systems, in one loop."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from functools import partial

import uvloop
from redis.exceptions import RedisError

from runtime.clock import since_start
from runtime.embedded import sync_appended
from runtime.logs import set_up_logging
from runtime.services import Services, open_services
from runtime.settings import read_settings
from runtime.store.hooks import HOOKS
from runtime.store.outbox import EFFECTS
from runtime.store.streams import ensure_group, leave_for_others
from runtime.tasks.due_timers import wake_due
from runtime.tasks.hooks import Hooks
from runtime.tasks.relay import Relay
from runtime.tasks.requests import QUESTIONS, Requests
from runtime.tasks.spooled import answer_spooled

TICK_SECONDS = 0.2
SYNC_SECONDS = 1.0
_HERE = f"worker-{socket.gethostname()}-"
_log = logging.getLogger(__name__)


async def work(services: Services) -> None:
    """Run until cancelled; a Redis that is away is waited for."""
    consumer = f"{_HERE}{os.getpid()}-{int(since_start())}"

    async def timers() -> None:
        await services.steady.keep(services.redis)
        while await wake_due(services):
            pass  # There may be more than one claim takes.
        await asyncio.sleep(TICK_SECONDS)

    async def outbox() -> None:
        await ensure_group(services.redis, EFFECTS)
        await relay.once()

    async def systems() -> None:
        await ensure_group(services.redis, QUESTIONS)
        await asking.ask_once()

    async def webhooks() -> None:
        await ensure_group(services.redis, HOOKS)
        await telling.tell_once()

    async def kept() -> None:
        await answer_spooled(services)

    async def synced() -> None:
        if not services.settings.redis_url:
            await asyncio.to_thread(sync_appended, services.settings)
        await asyncio.sleep(SYNC_SECONDS)

    async def inherit() -> None:
        for share in (EFFECTS, QUESTIONS, HOOKS):
            await ensure_group(services.redis, share)
            gone = partial(_is_gone, me=consumer)
            await leave_for_others(services.redis, share, gone)

    asking, telling = Requests(services, consumer), Hooks(services, consumer)
    relay = Relay(services, consumer)
    parts = (timers, outbox, systems, webhooks, kept, synced)
    await asyncio.gather(_until_done(inherit), *map(_forever, parts))


async def _forever(once: Callable[[], Awaitable[None]]) -> None:
    while True:
        await _until_done(once)


async def _until_done(once: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await once()
        except (RedisError, OSError) as error:
            _log.warning("Redis is away (%s); trying again", type(error).__name__)
            await asyncio.sleep(0.5)
        except Exception:
            _log.exception("the worker goes on after an error")
            await asyncio.sleep(0.5)
        else:
            return


def _is_gone(consumer: str, me: str) -> bool:
    """Say whether a worker of this machine has ended; of others nothing is known."""
    number = consumer.removeprefix(_HERE).partition("-")[0]
    if consumer == me or not consumer.startswith(_HERE) or not number.isdigit():
        return False
    if int(number) == os.getpid():
        return True  # Who had this number before.
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


async def _run() -> None:
    services = open_services(read_settings())
    services.spool.remember()
    working = asyncio.create_task(work(services))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        # Whatever is cut off is claimed again by the next worker: nothing was acknowledged yet.
        loop.add_signal_handler(name, working.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await working
    await services.redis.aclose()


def main() -> None:
    """Run the worker as a process."""
    set_up_logging(read_settings().log)
    uvloop.run(_run())


if __name__ == "__main__":
    main()
