"""Wakes the sockets of a visitor when something was committed, by whichever process.

A commit says how long the visitor's log is now; a socket that has sent as much already, because the
turn was its own, has nothing to look up.
"""

from collections import defaultdict
from typing import Protocol

from runtime.services import Services
from runtime.store.keys import LIVE


class Listener(Protocol):
    """A socket: told how far its visitor's log goes, and whether a person is with them."""

    def grew(self, seq: int, at_desk: bool) -> None:
        """Take note that something was committed."""

    def look(self) -> None:
        """Look for what is new: something may have been missed."""


class Hub:
    """The open sockets of a process, by visitor."""

    def __init__(self) -> None:
        self._sockets: dict[bytes, set[Listener]] = defaultdict(set)
        self._services: Services | None = None

    def start(self, services: Services) -> None:
        """Begin to listen, once."""
        if self._services is None:
            self._services = services
            services.sessions.listen(LIVE, self._heard, self._look)

    def stop(self) -> None:
        """Stop listening."""
        if self._services is not None:
            self._services.sessions.stop_listening(LIVE)

    def join(self, visitor: str, listener: Listener) -> None:
        """Tell a socket from now on when its visitor's log may have grown."""
        self._sockets[visitor.encode()].add(listener)

    def leave(self, visitor: str, listener: Listener) -> None:
        """Forget a socket."""
        name = visitor.encode()
        self._sockets[name].discard(listener)
        if not self._sockets[name]:
            del self._sockets[name]

    def _heard(self, said: bytes) -> None:
        visitor, _, rest = said.partition(b" ")
        listeners = self._sockets.get(visitor)
        if not listeners:
            return
        seq, _, desk = rest.partition(b" ")
        for listener in listeners:
            if seq:
                listener.grew(int(seq), desk == b"1")
            else:  # A version of ours that says no more than who it was.
                listener.look()

    def _look(self) -> None:
        for listeners in self._sockets.values():
            for listener in listeners:
                listener.look()
