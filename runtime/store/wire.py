"""One connection to Redis that many turns share: what they ask goes out together, in order.

redis-py opens it (addresses, TLS, sign-in), and then this protocol takes its place: it minds time
and failure once for all that is on its way. `runtime/store/batches.py` opens it anew when lost.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import hiredis
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisDown
from redis.exceptions import TimeoutError as RedisLate

_NOTHING = object()
_REFUSALS: dict[str, type[RedisError]] = {
    "NOSCRIPT": NoScriptError,
    "LOADING": BusyLoadingError,
    "READONLY": ReadOnlyError,
    "OOM": OutOfMemoryError,
    "NOAUTH": AuthenticationError,
    "WRONGPASS": AuthenticationError,
}


class Asked:
    """What one turn asks: its commands as they are sent, and who waits for the answers."""

    __slots__ = ("answers", "found", "many", "packed", "tries")

    def __init__(self, commands: Sequence[tuple[Any, ...]], found: asyncio.Future[Any]) -> None:
        self.packed = [hiredis.pack_command(command) for command in commands]
        self.many, self.found, self.tries = len(commands), found, 0
        self.answers: list[Any] = []

    def refuse(self, error: BaseException) -> None:
        """Tell whoever waits that there will be no answer."""
        if not self.found.done():
            self.found.set_exception(error)


class Owner(Protocol):
    """Who uses a wire, and is told what becomes of it."""

    def free(self) -> None:
        """Go on: everything was answered, or there is room to send again."""

    def lost(self, wire: "Wire", error: RedisError) -> None:
        """Take back what is in `wire.out`: the connection is gone, and that was not answered."""

    def busy(self, asked: Asked, error: RedisError) -> None:
        """Take this back: Redis is being started, and did not take it."""


class Wire(asyncio.Protocol):
    """The protocol of one connection. `out` is what was sent and not answered yet."""

    def __init__(self, owner: Owner, heard: Callable[[bytes, bytes], None]) -> None:
        self.out: deque[Asked] = deque()
        self.is_full = False
        self._done: list[Asked] = []
        self._owner, self._heard = owner, heard
        self._transport: Any = None
        self._streams: Any = None
        self._late_after, self._sent_at = 0.0, 0.0
        self._watch: asyncio.TimerHandle | None = None
        self._error: RedisError = RedisDown("the connection was cut")
        self._reader = hiredis.Reader(replyError=refusal, notEnoughData=_NOTHING)

    def take_over(self, connection: Any) -> None:
        """Take the place of redis-py's own protocol on a connection that it has opened."""
        self._transport = connection._writer.transport
        self._streams = self._transport.get_protocol()
        self._transport.set_protocol(self)
        self._late_after = connection.socket_timeout or 10.0

    def send(self, batch: Sequence[Asked]) -> None:
        """Send what some turns ask; Redis must have answered all of it after `socket_timeout`."""
        self.out.extend(batch)
        self.write(b"".join([part for asked in batch for part in asked.packed]))
        loop = asyncio.get_running_loop()
        self._sent_at = loop.time()
        if self._watch is None:
            self._watch = loop.call_later(self._late_after, self._look)

    def write(self, packed: bytes) -> None:
        """Send commands as they are packed."""
        self._transport.write(packed)

    def tell(self, name: str, *channels: bytes) -> None:
        """Send a command that is answered by what is heard later."""
        command: tuple[Any, ...] = name, *channels
        self.write(hiredis.pack_command(command))

    def data_received(self, data: bytes) -> None:
        """Read answers, each to the turn that waits longest, and what is heard in between."""
        reader, out = self._reader, self.out
        try:
            reader.feed(data)
            while (answer := reader.gets()) is not _NOTHING:
                if isinstance(answer, hiredis.PushNotification):
                    if answer[0] == b"message":
                        self._heard(answer[1], answer[2])
                    continue
                asked = out[0]
                asked.answers.append(answer)
                if len(asked.answers) == asked.many:
                    self._done.append(out.popleft())
        except (hiredis.ProtocolError, IndexError) as error:
            self.cut(RedisDown(f"Redis said what nobody understands: {error!r}"))
            return
        if not out:
            done, self._done = self._done, []
            for asked in done:
                self._answered(asked)
            self._owner.free()

    def _answered(self, asked: Asked) -> None:
        for answer in asked.answers:
            if isinstance(answer, BusyLoadingError):
                self._owner.busy(asked, answer)
                return
        if not asked.found.done():  # Whoever waited may have been cancelled.
            asked.found.set_result(asked.answers)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        left = self._sent_at + self._late_after - loop.time()
        self._watch = None
        if self.out and left <= 0:
            self.cut(RedisLate("Redis did not answer in time"))
        elif self.out:
            self._watch = loop.call_later(left, self._look)

    def cut(self, error: RedisError) -> None:
        """Give the connection up: an answer that comes too late must be nobody else's."""
        self._error = error
        self._transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        """Tell the owner, and redis-py, which waits for this when it closes the connection."""
        if self._watch:
            self._watch.cancel()
        self._streams.connection_lost(error)
        self._owner.lost(self, self._error)

    def pause_writing(self) -> None:
        """Send no more until what was sent has left the house."""
        self.is_full = True

    def resume_writing(self) -> None:
        """Go on sending."""
        self.is_full = False
        self._owner.free()


def refusal(said: str) -> RedisError:
    """Give what Redis refuses with as the error that redis-py has for it."""
    return _REFUSALS.get(said.partition(" ")[0], ResponseError)(said)
