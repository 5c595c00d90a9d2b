"""What an evaluation found differently from the one before, and how both engines do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from designer.tables import Evaluation

LEAST = 0.005
"""A difference of F1 below which an intent is called unchanged: a page shows whole per cents."""


@dataclass(frozen=True)
class Moved:
    """The F1 of an intent before and now; `by` is the difference."""

    intent: str
    before: float
    now: float

    @property
    def by(self) -> float:
        """Give how much better it got; worse is below 0."""
        return self.now - self.before


@dataclass(frozen=True)
class Difference:
    """What moved between two evaluations: shares, and intents with the largest move first."""

    accuracy: float
    macro_f1: float
    calibration_error: float
    size: int
    better: tuple[Moved, ...]
    worse: tuple[Moved, ...]
    fresh: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def by_intent(self) -> Mapping[str, float]:
        """Give how far the F1 of each intent moved that did."""
        return {one.intent: one.by for one in (*self.better, *self.worse)}


def between(now: Mapping[str, Any], before: Mapping[str, Any]) -> Difference:
    """Compare the outcomes of two evaluations."""
    new, old = _f1_of(now), _f1_of(before)
    moved = [Moved(intent, old[intent], new[intent]) for intent in new if intent in old]
    return Difference(
        now["accuracy"] - before["accuracy"],
        now["macro_f1"] - before["macro_f1"],
        now["calibration_error"] - before["calibration_error"],
        now["size"] - before["size"],
        tuple(sorted((one for one in moved if one.by >= LEAST), key=lambda one: -one.by)),
        tuple(sorted((one for one in moved if one.by <= -LEAST), key=lambda one: one.by)),
        tuple(intent for intent in new if intent not in old),
        tuple(intent for intent in old if intent not in new),
    )


def newest_measured(trainings: Sequence[Evaluation]) -> Evaluation | None:
    """Find the newest training of Rasa that was measured beside the built-in engine."""
    done = (one for one in trainings if one.state == "done")
    return next((one for one in done if one.outcome.get("rasa")), None)


def _f1_of(outcome: Mapping[str, Any]) -> dict[str, float]:
    return {str(intent): float(f1) for intent, _p, _r, f1, _size in outcome["intents"]}
