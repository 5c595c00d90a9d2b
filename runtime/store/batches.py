"""Commands of turns that run at the same time, sent to Redis together.

A round trip costs a client ten times what it costs Redis. So while one batch is on its way the next
one gathers; a turn that is alone waits for nobody. All of a process goes over one connection. When
that is lost, what was not answered is asked again over the next one, as often as `Redis` would: a
commit that was done all the same finds a newer version, and its message answered.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisDown
from redis.exceptions import RedisError

from runtime.store.wire import Asked, Wire

Command = tuple[Any, ...]
MOST_AT_ONCE = 256
"""Turns whose commands go out together."""
MOST_WAITING = 20_000
"""Turns that may wait; beyond that it is kinder to say so at once."""
AGAIN_AFTER = 0.3
Heard = Callable[[bytes], None]


class Batches:
    """Sends what several turns ask in one go, in order, and hands each its own answers."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: deque[Asked] = deque()
        self._connection: Any = None
        self._wire: Wire | None = None
        self._opening: asyncio.Task[None] | None = None
        self._will_send = False
        self._ears: dict[bytes, tuple[Heard, Callable[[], None]]] = {}

    async def run(self, *commands: Command) -> list[Any]:
        """Give the answers to some commands, as RESP3 has them; the first that failed is raised."""
        if len(self._waiting) >= MOST_WAITING:
            raise RedisDown("too many turns wait for Redis")
        asked = Asked(commands, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        self._soon()
        answers: list[Any] = await asked.found
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

    def listen(self, channel: str, heard: Heard, again: Callable[[], None]) -> None:
        """Call `heard` with what is published on a channel, until told to stop.

        `again` is called whenever listening begins, the first time too: what was published while
        the connection was away is not heard.
        """
        self._ears[channel.encode()] = heard, again
        if self._wire is None:
            self._open()
        else:
            self._wire.tell("SUBSCRIBE", channel.encode())
            again()

    def stop_listening(self, channel: str) -> None:
        """Hear no more of a channel."""
        self._ears.pop(channel.encode(), None)
        if self._wire is not None:
            self._wire.tell("UNSUBSCRIBE", channel.encode())

    def _soon(self) -> None:
        """Send when this round of the loop is over; other turns may ask something in it, too."""
        if not self._will_send and not (self._wire and self._wire.out):
            self._will_send = True
            asyncio.get_running_loop().call_soon(self.free)

    def free(self) -> None:
        """Send what waits, where nothing is on its way."""
        self._will_send = False
        wire, waiting = self._wire, self._waiting
        if not waiting:
            return
        if wire is None:
            self._open()
        elif not wire.out and not wire.is_full:
            batch: list[Asked] = []
            while waiting and len(batch) < MOST_AT_ONCE:
                asked = waiting.popleft()
                if not asked.found.done():  # Whoever waited may have been cancelled.
                    batch.append(asked)
            if batch:
                wire.send(batch)

    def lost(self, wire: Wire, error: RedisError) -> None:
        """Ask again what the lost connection did not answer."""
        if self._wire is wire:
            self._wire = None
        for asked in reversed(wire.out):
            if self._may_try(asked, error):
                self._waiting.appendleft(asked)
        wire.out.clear()
        if self._waiting or self._ears:
            self._open()

    def busy(self, asked: Asked, error: RedisError) -> None:
        """Ask again in a while: Redis is reading what it had kept."""
        if self._may_try(asked, error):
            later = asyncio.get_running_loop().call_later
            later(AGAIN_AFTER, self._ask_again, asked)

    def _ask_again(self, asked: Asked) -> None:
        self._waiting.append(asked)
        self._soon()

    def _may_try(self, asked: Asked, error: RedisError) -> bool:
        asked.tries += 1
        asked.answers = []
        if asked.tries <= self._connection.retry.get_retries():
            return not asked.found.done()
        asked.refuse(error)
        return False

    def _open(self) -> None:
        if self._opening is None:
            self._opening = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        """Open the connection; when that fails after all tries, nobody waits any longer."""
        try:
            if self._connection is None:
                pool: Any = self._redis.connection_pool
                self._connection = await pool.get_connection()
            else:
                await self._connection.disconnect(nowait=True)
                await self._connection.connect()
            wire = Wire(self, self._heard)
            wire.take_over(self._connection)
        except BaseException as error:
            self._opening = None
            given = error if isinstance(error, Exception) else RedisDown("cut off")
            while self._waiting:
                self._waiting.popleft().refuse(given)
            if not isinstance(error, RedisError | OSError):
                raise
            if self._ears:
                asyncio.get_running_loop().call_later(AGAIN_AFTER, self._listen_again)
            return
        self._wire, self._opening = wire, None
        if self._ears:
            wire.tell("SUBSCRIBE", *self._ears)
        for _heard, again in list(self._ears.values()):
            again()
        self.free()

    def _listen_again(self) -> None:
        if self._ears and self._wire is None:
            self._open()

    def _heard(self, channel: bytes, said: bytes) -> None:
        if channel in self._ears:
            self._ears[channel][0](said)
