"""The far ends of open connections: who says nothing any more, or takes nothing, is let go.

A browser that lost its network says no goodbye, and a page that is stopped does not read. One
round every few seconds looks at all of them, which costs less than a timer for each. Whoever is let
go comes back by itself and asks for what came after the last line it has shown.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

ROUND = 5.0
MOST_QUIET, MOST_STUCK = 90.0, 30.0
"""Seconds without a frame from a socket; seconds in which the far end makes no room for one."""
MOST_WAITING = 1024 * 1024
"""Bytes that may wait for one far end; the server stops us at 64 KB, but answers its own pings."""

MOST_UNSENT = 64 * 1024
"""Bytes that the system takes from us without having sent them; else it takes four megabytes."""
_LOWAT = getattr(socket, "TCP_NOTSENT_LOWAT", 25)


class Peer:
    """One far end. `quiet` is for how many seconds it may say nothing, where that is special."""

    def __init__(
        self,
        receive: Callable[..., Awaitable[Any]],
        send: Callable[..., Awaitable[Any]],
        quiet: float = 0.0,
    ) -> None:
        self._time = asyncio.get_running_loop().time
        self.heard, self.stuck, self._send = self._time(), 0.0, send
        self._quiet = quiet or MOST_QUIET
        self._task, self._transport = asyncio.current_task(), _transport_of(receive, send)
        _set(self._transport, socket.IPPROTO_TCP, _LOWAT, MOST_UNSENT)

    async def send(self, event: dict[str, Any]) -> None:
        """Send something; the server lets us wait while the far end makes no room."""
        self.stuck = self.stuck or self._time()
        await self._send(event)
        self.stuck = 0.0

    def is_gone(self, now: float) -> bool:
        """Say whether nobody seems to be there."""
        if now - self.heard > self._quiet or (self.stuck and now - self.stuck > MOST_STUCK):
            return True
        waiting = self._transport and self._transport.get_write_buffer_size()
        return bool(waiting and waiting > MOST_WAITING)

    def cut(self) -> None:
        """Let go. A polite close would wait until the far end has read what is on its way."""
        if self._transport is not None:
            _set(self._transport, socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
        elif self._task is not None:
            self._task.cancel()


class Peers:
    """The far ends of a process."""

    def __init__(self) -> None:
        self.open: set[Peer] = set()

    async def watch(self) -> None:
        """Let go of who is gone, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + ROUND
            await asyncio.sleep(ROUND)
            self.look(loop.time(), loop.time() - due)

    def look(self, now: float, late: float = 0.0) -> None:
        """Let go of who is gone; a process that was stopped itself heard nobody meanwhile."""
        for peer in list(self.open):
            if late > ROUND:
                peer.heard += late
                peer.stuck += late if peer.stuck else 0.0
            if peer.is_gone(now):
                peer.cut()


def _transport_of(*ways: object) -> Any:
    """Find the connection under ASGI, which has no word for cutting it; None if it is not there."""
    for way in ways:
        owner = getattr(way, "__self__", None)
        for holder in (owner, getattr(owner, "protocol", None)):
            transport = getattr(holder, "transport", None)
            if hasattr(transport, "abort") and hasattr(transport, "get_write_buffer_size"):
                return transport
    return None


def _set(transport: Any, level: int, option: int, value: int | bytes) -> None:
    """Set an option of the socket below, where it is there still and knows it."""
    with suppress(AttributeError, OSError, ValueError):
        transport.get_extra_info("socket").setsockopt(level, option, value)
