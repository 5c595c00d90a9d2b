"""How well a model does on sentences it has not seen: k-fold cross-validation and its figures.

Folds are stratified: each holds its share of every intent (Kohavi 1995). Calibration compares how
sure the model was with how often it was right, in ten bins; the expected calibration error is their
mean difference weighted by size (Naeini et al. 2015).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from runtime.nlu.training import Classifier, Example, scored

FOLDS = 5
BINS = 10
MOST_WRONG = 100
Train = Callable[[Sequence[Example]], Classifier]
Tell = Callable[[int], None]


@dataclass(frozen=True)
class Outcome:
    """One sentence, what was meant, what was found, and how sure the model was of it."""

    text: str
    expected: str
    found: str
    confidence: float


def cross_validate(
    examples: Sequence[Example], train: Train, tell: Tell, folds: int = FOLDS
) -> list[Outcome]:
    """Judge every sentence by a model trained without its fold; `tell` hears how many are done."""
    outcomes: list[Outcome] = []
    for number, part in enumerate(parted(examples, folds), 1):
        kept = set(part)
        model = train([one for one in examples if one not in kept])
        for one in part:
            found = model.parse(one.text)
            outcomes.append(Outcome(one.text, one.intent, found.intent, found.confidence))
        tell(number)
    return outcomes


def parted(examples: Sequence[Example], folds: int) -> list[list[Example]]:
    """Deal sentences out to folds, each intent by itself; the same ones fall the same way."""
    parts: list[list[Example]] = [[] for _ in range(folds)]
    by_intent: dict[str, list[Example]] = {}
    for example in sorted(set(examples), key=lambda one: (one.intent, one.text)):
        by_intent.setdefault(example.intent, []).append(example)
    at = 0
    for mine in by_intent.values():
        Random(0).shuffle(mine)  # noqa: S311  The same cards every time.
        for example in mine:
            parts[at % folds].append(example)
            at += 1
    return parts


def report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Give what a page shows of an evaluation, as plain values for JSON."""
    found = scored(Counter((one.expected, one.found) for one in outcomes))
    bins, error = calibration(outcomes)
    wrong = sorted((one for one in outcomes if one.expected != one.found), key=_surest)
    pairs = Counter((one.expected, one.found) for one in outcomes)
    return {
        "size": found.size,
        "accuracy": found.accuracy,
        "macro_f1": found.macro_f1,
        "intents": [[s.intent, s.precision, s.recall, s.f1, s.size] for s in found.intents],
        "pairs": [[truth, guess, many] for (truth, guess), many in sorted(pairs.items())],
        "calibration": bins,
        "calibration_error": error,
        "wrong": [[o.text, o.expected, o.found, o.confidence] for o in wrong[:MOST_WRONG]],
    }


def calibration(outcomes: Sequence[Outcome]) -> tuple[list[list[float]], float]:
    """Give mean confidence, share right and size of each bin that is not empty, and the error."""
    bins: list[list[Outcome]] = [[] for _ in range(BINS)]
    for one in outcomes:
        bins[min(int(one.confidence * BINS), BINS - 1)].append(one)
    rows, error = [], 0.0
    for mine in filter(None, bins):
        sure = sum(one.confidence for one in mine) / len(mine)
        right = sum(one.expected == one.found for one in mine) / len(mine)
        rows.append([sure, right, float(len(mine))])
        error += abs(sure - right) * len(mine) / len(outcomes)
    return rows, error


def _surest(outcome: Outcome) -> float:
    return -outcome.confidence
