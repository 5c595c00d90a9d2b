"""Statistics for whoever looks often: exact where there is an exact answer, true at every look."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, binom, norm

from runtime.engine.canary import HARM, Terms, may_switch, must_go_back
from runtime.engine.sequential import (
    PRIOR,
    RATIOS,
    adjusted,
    boundary,
    difference,
    lift,
    likelihood,
    mean,
    mismatch,
    rate,
)


def one(value: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([value], float)


def known(hits_a: float, shown_a: float, hits_b: float, shown_b: float) -> np.ndarray:
    return likelihood(one(hits_a), one(shown_a), one(hits_b), one(shown_b))


def test_the_likelihood_is_that_of_a_share_of_all_hits() -> None:
    found, ratio = known(30, 500, 50, 700), np.exp(RATIOS)
    share = 700 * ratio / (700 * ratio + 500)
    right = binom.logpmf(50, 80, share)
    assert found - found[300] == pytest.approx(right - right[300])


def test_hours_of_other_seasons_and_shares_add_up_to_the_same_lift() -> None:
    dice, hours = np.random.default_rng(1), 400
    base = 0.02 + 0.03 * (np.arange(hours) % 24 > 12)
    shown = dice.integers(20, 400, (2, hours)).astype(float)
    shown[1, 200:] *= 20  # A bandit that turned round, and a night.
    hits = dice.poisson(shown * base * np.array([[1.0], [1.2]])).astype(float)
    found = lift(likelihood(hits[0], shown[0], hits[1], shown[1]))
    assert found.low < 0.2 < found.high
    assert found.best == pytest.approx(0.2, abs=0.06)


def test_nothing_seen_says_nothing() -> None:
    found = lift(known(0, 0, 0, 0))
    assert (found.low, found.high) == (-1, np.inf)
    assert found.best == pytest.approx(0, abs=1e-9)
    assert (found.better, found.worse) == (pytest.approx(1), pytest.approx(1))


def test_a_lift_is_found_and_shrunk() -> None:
    few, many = lift(known(10, 200, 14, 200)), lift(known(1000, 20_000, 1400, 20_000))
    assert 0 < few.best < 0.2
    assert few.low < 0 < few.high
    kept = PRIOR**2 / (PRIOR**2 + 1 / 1000 + 1 / 1400)  # As a normal prior would have it.
    assert many.best == pytest.approx(np.expm1(kept * np.log(1.4)), abs=0.01)
    assert many.low > 0.2
    assert many.better > 1e6
    assert many.worse < 1


def test_frequent_hits_vary_less_than_rare_ones() -> None:
    hits = known(300, 1000, 350, 1000)
    rare, frequent = lift(hits), lift(hits, common=0.325)
    assert frequent.low > rare.low
    assert frequent.high < rare.high


def test_the_interval_of_a_rate_is_where_its_e_value_is_small() -> None:
    low, high = rate(one(12), one(300))
    for end in (float(low[0]), float(high[0])):
        mixed, _ = quad(lambda p: binom.pmf(12, 300, p) * beta.pdf(p, 0.5, 0.5), 0, 0.3)
        assert mixed / binom.pmf(12, 300, end) == pytest.approx(20, rel=1e-3)
    assert rate(one(0), one(0)) == (pytest.approx(0, abs=1e-9), pytest.approx(1, abs=1e-9))


def test_the_boundary_is_the_published_one() -> None:
    # Theorem 2.2 with rho² = 0.01 at n = 10,000, alpha 0.05, written out.
    rho, n, alpha = (-2 * np.log(0.05) + np.log(-2 * np.log(0.05)) + 1) / 5_000, 10_000.0, 0.05
    margin = np.sqrt(2 * (n * rho + 1) / (n**2 * rho) * np.log(np.sqrt(n * rho + 1) / alpha))
    assert boundary(one(n))[0] / np.sqrt(n) == pytest.approx(margin)
    assert boundary(one(n))[0] > norm.ppf(0.975)


def test_means_and_their_difference() -> None:
    low, high = mean(one(1000), one(5000), one(29_000))
    assert low < 5 < high
    assert high - low == pytest.approx(2 * np.sqrt(4 / 1000) * boundary(one(1000))[0])
    less, more = difference((one(4000), one(4000), one(8000)), (one(4000), one(6000), one(13_000)))
    assert 0 < less < 0.5 < more


def test_a_split_that_is_wrong_is_told_and_a_right_one_is_not() -> None:
    dice = np.random.default_rng(5)
    share = np.repeat([[0.5, 0.5], [0.9, 0.1]], 200, axis=0)
    right = np.stack([dice.multinomial(500, row) for row in share]).astype(float)
    assert mismatch(right, share) < 20
    wrong = np.stack([dice.multinomial(500, row) for row in share]).astype(float)
    wrong[:, 1] = np.round(wrong[:, 1] * 0.93)  # Some of B's visitors are not counted.
    assert mismatch(wrong, share) > 1_000


def test_a_canary_waits_for_days_orders_and_certainty() -> None:
    sure, enough = lift(known(400, 10_000, 520, 10_000)), one(400)
    assert may_switch(sure, 7, enough, Terms())
    assert not may_switch(sure, 6.9, enough, Terms())
    assert not may_switch(sure, 7, one(99), Terms())
    assert not may_switch(sure, 7, enough, Terms(target=0.4))
    assert not may_switch(lift(known(40, 1000, 52, 1000)), 7, enough, Terms())


def test_a_canary_that_harms_goes_back() -> None:
    assert must_go_back(lift(known(400, 10_000, 280, 10_000)))
    assert not must_go_back(lift(known(400, 10_000, 395, 10_000)))
    assert pytest.approx(1 / HARM) == 0.03


def test_what_was_known_before_is_taken_off_as_a_regression_does() -> None:
    dice = np.random.default_rng(8)
    arm = dice.integers(0, 2, 8000)
    before = dice.poisson(2.0, 8000).astype(float)
    after = 3 * before + 1.5 * arm + dice.normal(0, 4, 8000)
    sums, earlier = (
        tuple(np.array([part[arm == side].sum() for side in (0, 1)]) for part in parts)
        for parts in (
            (np.ones(8000), after, after**2),
            (before, before**2, before * after),
        )
    )
    total, squares, explained = adjusted(sums, earlier)  # type: ignore[arg-type]
    # With a slope of its own for all arms together it is the analysis of covariance.
    design = np.stack([np.ones(8000), arm, before], 1)
    fitted, residuals, *_ = np.linalg.lstsq(design, after, rcond=None)
    means = total / sums[0]
    assert means[1] - means[0] == pytest.approx(fitted[1], abs=1e-9)
    left = (squares - total**2 / sums[0]).sum()
    assert left == pytest.approx(residuals[0], rel=1e-9)
    plain = (sums[2] - sums[1] ** 2 / sums[0]).sum()
    assert explained == pytest.approx(1 - left / plain)
    assert 0.4 < explained < 0.6
    nothing = tuple(np.zeros(2) for _ in range(3))
    assert adjusted(sums, nothing)[2] == 0  # type: ignore[arg-type]
