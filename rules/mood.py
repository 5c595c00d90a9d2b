"""How a visitor's mood goes on from message to message: strikes, and when these are enough.

One bad message may be a slip, so it takes two that call for a person: at the threshold of their
language or above. A calm message takes one strike back only when it lies clearly below (the gap is
the hysteresis), and an upset visitor stays upset until no strike is left.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

THRESHOLDS = {"zh": 0.45, "en": 0.4}
"""How much a message must call for a person, by language, where the workspace says nothing."""
GAP = 0.2
STRIKES = 2
REMEMBERED = 3
_CHINESE = re.compile("[\u2e80-\u9fff]")


@dataclass(frozen=True)
class Mood:
    """Strikes so far (0 to 2), whether they were enough, and the last compound scores."""

    strikes: int = 0
    upset: bool = False
    recent: tuple[float, ...] = ()

    @property
    def facts(self) -> dict[str, Any]:
        """Give what conditions may ask of it; the mean of the last three messages is 0 of none."""
        mean = sum(self.recent) / len(self.recent) if self.recent else 0.0
        return {"visitor.upset": self.upset, "sentiment.recent": round(mean, 4)}


def escalation(compound: float, anger: float) -> float:
    """Say how much a message calls for a person, 0 to 1: half anger, half how negative it is."""
    return 0.5 * anger + 0.5 * max(0.0, -compound)


def language_of(text: str) -> str:
    """Name the language whose threshold holds for a text: zh where it has Chinese, else en."""
    return "zh" if _CHINESE.search(text) else "en"


def after(mood: Mood, compound: float, anger: float, threshold: float) -> Mood:
    """Take in one more message."""
    recent = (*mood.recent, compound)[-REMEMBERED:]
    level, strikes = escalation(compound, anger), mood.strikes
    if level >= threshold:
        strikes = min(strikes + 1, STRIKES)
    elif level < threshold - GAP:
        strikes = max(strikes - 1, 0)
    upset = strikes == STRIKES or (mood.upset and strikes > 0)
    return Mood(strikes, upset, recent)


def threshold_for(text: str, chosen: Mapping[str, float]) -> float:
    """Give the threshold that holds for a text: the workspace's own, or the usual one."""
    language = language_of(text)
    return chosen.get(language, THRESHOLDS[language])
