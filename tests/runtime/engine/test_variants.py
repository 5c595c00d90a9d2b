from collections import Counter
from random import Random

import pytest

from flows.scripts import Script, Variant
from runtime.engine.bandits import FLOOR, ArmCount, thompson
from runtime.engine.variants import choose, shares

SCRIPT = Script(
    "s", {key: Variant(key) for key in "ab"}, weighting="fixed", weights={"a": 9, "b": 1}
)


def test_shares_are_kept_over_many_visitors() -> None:
    drawn = Counter(choose(SCRIPT, f"v{i}", "", {}) for i in range(20_000))
    assert drawn["a"] / 20_000 == pytest.approx(0.9, abs=0.01)


def test_a_visitor_meets_the_same_variant_again() -> None:
    assert choose(SCRIPT, "v", "b", {}) == "b"
    assert choose(SCRIPT, "v", "gone", {}) == choose(SCRIPT, "v", "", {})


def test_a_weight_of_zero_is_never_drawn() -> None:
    never = Script("s", SCRIPT.variants, weighting="fixed", weights={"a": 0, "b": 1})
    assert {choose(never, f"v{i}", "", {}) for i in range(500)} == {"b"}


def test_weights_that_do_not_fit_the_variants_are_ignored() -> None:
    bandit = Script("s", SCRIPT.variants, weighting="bandit")
    assert shares(bandit, {"a": 0.9, "gone": 0.1}) == {"a": 0.5, "b": 0.5}


def test_the_better_arm_gets_more_and_no_arm_gets_nothing() -> None:
    counts = {"a": ArmCount(2000, 0, 200), "b": ArmCount(2000, 0, 100), "c": ArmCount(2000, 0, 90)}
    weights = thompson(counts, Random(1))
    assert weights["a"] > 0.9
    assert min(weights.values()) >= FLOOR
    assert sum(weights.values()) == pytest.approx(1, abs=0.001)


def test_arms_that_know_nothing_are_alike() -> None:
    weights = thompson({"a": ArmCount(), "b": ArmCount()}, Random(1))
    assert weights["a"] == pytest.approx(0.5, abs=0.05)
