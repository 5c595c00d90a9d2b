from collections import Counter

import pytest

from flows.scripts import Script, Variant
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
