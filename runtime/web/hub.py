"""Wakes the sockets of a visitor when something was committed, by whichever process.

Each visitor with an open socket has a channel of their own, so a turn reaches the processes that
somebody watches it from, and most turns none. A commit says how long the visitor's log is now; a
socket that has sent as much already, because the turn was its own, has nothing to look up.
"""

from functools import partial
from typing import Protocol

from runtime.services import Services
from runtime.store.keys import live
from runtime.web.peers import Peers


class Listener(Protocol):
    """A socket: told how far its visitor's log goes, and whether a person is with them."""

    def grew(self, seq: int, at_desk: bool) -> None:
        """Take note that something was committed."""

    def look(self) -> None:
        """Look for what is new: something may have been missed."""


class Hub:
    """The open sockets of a process, by visitor, and their far ends."""

    def __init__(self, services: Services) -> None:
        self._sessions, self.peers = services.sessions, Peers()
        self._sockets: dict[str, set[Listener]] = {}

    def join(self, visitor: str, listener: Listener) -> None:
        """Tell a socket from now on when its visitor's log may have grown; it looks at once."""
        listeners = self._sockets.setdefault(visitor, set())
        listeners.add(listener)
        if len(listeners) == 1:
            heard, missed = partial(_heard, listeners), partial(_look, listeners)
            self._sessions.listen(live(visitor), heard, missed)
        else:
            listener.look()

    def leave(self, visitor: str, listener: Listener) -> None:
        """Forget a socket."""
        listeners = self._sockets.get(visitor, set())
        listeners.discard(listener)
        if not listeners and self._sockets.pop(visitor, None) is not None:
            self._sessions.stop_listening(live(visitor))

    def stop(self) -> None:
        """Stop listening."""
        for visitor in self._sockets:
            self._sessions.stop_listening(live(visitor))
        self._sockets.clear()


def _heard(listeners: set[Listener], said: bytes) -> None:
    seq, _, desk = said.partition(b" ")
    for listener in listeners:
        listener.grew(int(seq), desk == b"1")


def _look(listeners: set[Listener]) -> None:
    for listener in listeners:
        listener.look()
