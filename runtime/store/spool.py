"""What was accepted while Redis did not answer: a file of this machine, in the order it came.

A row is written through to the disk before its message is acknowledged. A mark beside the file says
that there are some; who is not in it need not wait for those who are.
"""

import os
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from runtime.errors import NoRoom
from runtime.messages import Message
from runtime.spoken import message_of, stored

MOST_ROWS = 1_000_000
MOST_TRIES = 5
_TABLE = """
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, visitor TEXT NOT NULL, id TEXT NOT NULL,
    message TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    UNIQUE (visitor, id)
)
"""


@dataclass(frozen=True)
class Spooled:
    """A message that waits."""

    number: int
    message: Message


class Spool:
    """The messages of one data folder that wait for Redis; all methods block."""

    def __init__(self, folder: Path) -> None:
        self._path, self._mark = folder / "spool.db", folder / "spool.open"
        self._lock = threading.Lock()
        self._file: sqlite3.Connection | None = None

    @property
    def is_open(self) -> bool:
        """Say whether there may be messages that wait."""
        return os.access(self._mark, os.F_OK)

    def keep(self, message: Message) -> None:
        """Keep a message, once; NoRoom where there are too many or the disk is full."""
        row = (message.visitor, message.id or f"spool-{uuid4().hex}", stored(message))
        try:
            with self._lock:
                file = self._opened()
                if self._count(file) >= MOST_ROWS:
                    raise NoRoom
                with file:
                    file.execute(
                        "INSERT OR IGNORE INTO messages (visitor, id, message) VALUES (?, ?, ?)",
                        row,
                    )
                self._mark.touch()
        except (sqlite3.Error, OSError) as error:
            raise NoRoom from error

    def holds(self, visitor: str) -> bool:
        """Say whether something of a visitor waits."""
        query = "SELECT 1 FROM messages WHERE visitor = ? AND tries < ? LIMIT 1"
        with self._lock:
            return bool(self._opened().execute(query, (visitor, MOST_TRIES)).fetchone())

    def first(self, most: int = 100) -> list[Spooled]:
        """Give what came first."""
        query = "SELECT number, message, id FROM messages WHERE tries < ? ORDER BY number LIMIT ?"
        with self._lock:
            rows = self._opened().execute(query, (MOST_TRIES, most)).fetchall()
        return [Spooled(number, message_of(said, name)) for number, said, name in rows]

    def done(self, number: int) -> None:
        """Take a message out."""
        with self._lock, self._opened() as file:
            file.execute("DELETE FROM messages WHERE number = ?", (number,))

    def failed(self, number: int) -> None:
        """Note that a message could not be answered; after five times it holds up nobody."""
        with self._lock, self._opened() as file:
            file.execute("UPDATE messages SET tries = tries + 1 WHERE number = ?", (number,))

    def waiting(self) -> tuple[int, int]:
        """Count what waits, and what could not be answered and stays."""
        if not self._path.exists():
            return 0, 0
        query = "SELECT count(*) FROM messages WHERE tries >= ?"
        with self._lock:
            whole = self._count(self._opened())
            stuck = int(self._opened().execute(query, (MOST_TRIES,)).fetchone()[0])
        return whole - stuck, stuck

    def remember(self) -> None:
        """Put the mark there again where something waits: who took it away may have died then."""
        if self.waiting()[0]:
            self._mark.touch()

    def shut(self) -> None:
        """Take the mark away where nothing waits; what comes in between puts it there again."""
        self._mark.unlink(missing_ok=True)
        self.remember()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _opened(self) -> sqlite3.Connection:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = sqlite3.connect(self._path, timeout=10, check_same_thread=False)
            try:
                file.execute("PRAGMA journal_mode = WAL")
                file.execute("PRAGMA synchronous = FULL")
                file.execute(_TABLE)
            except sqlite3.Error:  # With a full disk there is no table; the next one tries again.
                file.close()
                raise
            self._file = file
        return self._file

    def _count(self, file: sqlite3.Connection) -> int:
        with closing(file.execute("SELECT count(*) FROM messages")) as found:
            return int(found.fetchone()[0])
