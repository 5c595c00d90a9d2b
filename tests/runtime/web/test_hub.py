"""The hub stops when it is told to, whatever it is doing."""

import asyncio
from types import SimpleNamespace
from typing import Any

from redis.exceptions import ConnectionError as RedisDown

from runtime.web.live import Hub


class Swallowing:
    """A Redis that, as a connection attempt may, turns the first cancellation into a failure."""

    def __init__(self) -> None:
        self.asked = 0

    def pubsub(self) -> Any:
        return self

    async def __aenter__(self) -> Any:
        self.asked += 1
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if self.asked == 1:
                raise RedisDown("cancelled while connecting") from None
            raise

    async def __aexit__(self, *_said: object) -> None:
        """Nothing to close."""


async def test_a_cancellation_that_is_swallowed_does_not_keep_it_alive() -> None:
    redis, hub = Swallowing(), Hub()
    services: Any = SimpleNamespace(redis=redis)
    hub.start(services)
    await asyncio.sleep(0.05)
    await asyncio.wait_for(hub.stop(), 5)
    assert redis.asked >= 1
