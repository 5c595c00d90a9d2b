"""A breaker for each other system: one that fails is left alone for a while, longer each time."""

import random
from dataclasses import dataclass, field

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 3600.0
GROWTH = 4
JITTER = 0.2
"""So that what failed together is not tried again in the same moment."""


def pause(failures: int, dice: random.Random) -> float:
    """Give how many seconds to wait after so many failures in a row."""
    longest = min(FIRST_PAUSE * float(GROWTH) ** min(failures, 10), LONGEST_PAUSE)
    return longest * (1 + JITTER * (2 * dice.random() - 1))


@dataclass
class Resting:
    """The systems that failed last, until when they are left alone, and how often they failed.

    It takes two entries in a row: one that a system cannot cope with must not hold up the others.
    """

    dice: random.Random
    _until: dict[str, tuple[float, int]] = field(default_factory=dict)
    _failing: dict[str, str] = field(default_factory=dict)

    def until(self, system: str, now: float) -> float:
        """Give until when a system is left alone; 0 where it may be tried."""
        until, _failures = self._until.get(system, (0.0, 0))
        return until if now < until else 0.0

    def failed(self, system: str, key: str, now: float) -> None:
        """Note that an entry failed; the second one in a row lets the system be left alone."""
        if self._failing.setdefault(system, key) == key:
            return
        _until, failures = self._until.get(system, (0.0, 0))
        self._until[system] = now + pause(failures, self.dice), failures + 1

    def went_well(self, system: str) -> None:
        """Take a system for well again."""
        self._until.pop(system, None)
        self._failing.pop(system, None)
