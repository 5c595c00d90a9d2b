"""Cross-validation: no sentence is judged by a model that knew it, and the figures are right."""

from collections import Counter
from collections.abc import Sequence

import pytest

from runtime.nlu.cross_validation import Outcome, calibration, cross_validate, parted, report
from runtime.nlu.training import Example
from runtime.nlu.understanding import Understanding

EXAMPLES = [Example(f"{intent} {n}", intent) for intent in ("a", "b") for n in range(11)]


class Parrot:
    """Knows just what it was taught."""

    def __init__(self, taught: Sequence[Example]) -> None:
        self.taught = {one.text: one.intent for one in taught}

    def parse(self, text: str) -> Understanding:
        assert text not in self.taught, "it has seen this sentence"
        return Understanding("a", 0.75, (("a", 0.75),))


def test_every_sentence_is_judged_once_by_a_model_that_never_saw_it() -> None:
    told: list[int] = []
    outcomes = cross_validate(EXAMPLES, Parrot, told.append)
    assert told == [1, 2, 3, 4, 5]
    assert Counter(one.text for one in outcomes) == Counter(one.text for one in EXAMPLES)


def test_folds_hold_their_share_of_every_intent() -> None:
    for part in parted(EXAMPLES, 5):
        counts = Counter(one.intent for one in part)
        assert all(2 <= counts[intent] <= 3 for intent in ("a", "b"))
    assert parted(EXAMPLES, 5) == parted(EXAMPLES[::-1], 5), "the same ones fall the same way"


def test_the_figures_of_a_report() -> None:
    said = [
        Outcome("1", "a", "a", 0.95),
        Outcome("2", "a", "b", 0.85),
        Outcome("3", "b", "b", 0.85),
        Outcome("4", "b", "b", 0.25),
    ]
    found = report(said)
    assert found["accuracy"] == 0.75
    assert found["pairs"] == [["a", "a", 1], ["a", "b", 1], ["b", "b", 2]]
    assert [row[0] for row in found["wrong"]] == ["2"]
    assert {row[0]: row[3] for row in found["intents"]} == {
        "a": pytest.approx(2 / 3),
        "b": pytest.approx(4 / 5),
    }
    bins, error = calibration(said)
    assert bins == [[0.25, 1.0, 1.0], [0.85, 0.5, 2.0], [0.95, 1.0, 1.0]]
    assert error == pytest.approx((0.75 + 2 * 0.35 + 0.05) / 4)
