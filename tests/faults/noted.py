"""What visitors note: what was acknowledged to them, how long it took, what was wrong."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from websockets.exceptions import WebSocketException

from tests.journeys.canaries import WORDINGS

PATIENCE = 60.0
"""Seconds for which a visitor goes on sending a message."""
FAILURES = (
    OSError,
    EOFError,
    TimeoutError,
    ValueError,
    WebSocketException,
    asyncio.LimitOverrunError,
)


@dataclass
class Taken:
    """A message that was acknowledged: `said` is its text or event, `after` how long that took."""

    visitor: str
    id: str
    said: str
    after: float = 0.0


@dataclass
class Noted:
    """All that was acknowledged, and what was wrong with the answers."""

    taken: list[Taken] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    kept: int = 0
    gifts: dict[str, int] = field(default_factory=dict)
    lates: dict[str, int] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    tries: int = 0
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def longest(self) -> float:
        """Give how long a visitor waited at most."""
        return max((one.after for one in self.taken), default=0.0)


KEPT = "已收到您的消息，稍后回复您。"
"""What a visitor hears whose message was taken while Redis did not answer."""


class Talk:
    """Where a visitor of the flow stands: it asks for a thing, for its size, and notes both."""

    def __init__(self, visitor: str) -> None:
        self.visitor, self.turn, self.wording = visitor, 0, ""
        self.right = ["您好", ""]

    def next(self) -> str:
        """Give what the visitor writes next."""
        self.turn += 1
        number = (self.turn + 1) // 2
        thing, size = f"{self.visitor}的第{number}件", f"{self.visitor}要{number}号"
        self.right = [f"记下了：{thing}，{size}", self.wording]
        if self.turn % 2:
            self.right = [f"{thing}要多大的？"]
        return thing if self.turn % 2 else size

    def check(self, found: list[str], noted: Noted) -> None:
        """Compare an answer with what is right here."""
        if found == [KEPT]:  # It is answered later; the log says whether it was.
            noted.kept += 1
            return
        if not self.wording and len(found) == len(self.right) == 2 and found[1] in WORDINGS:
            self.wording = self.right[1] = found[1]
        if found != self.right:
            noted.wrong.append(f"{self.visitor}, turn {self.turn}: {found} for {self.right}")
