"""Weights: the chance to be best, maturity, warm-up, floor, and forgetting what was before a change."""

import numpy as np
import pytest
from mabwiser.mab import MAB, LearningPolicy
from scipy.stats import norm

from runtime.engine.bandits import (
    FLOOR,
    MEMORY,
    Cohorts,
    as_shares,
    best_mean,
    best_rate,
    memory,
    weights,
)
from runtime.engine.delays import HOURS, curve, mature


def cohorts(exposures: list[list[float]], rewards: list[list[float]]) -> Cohorts:
    shown = np.array(exposures, float)
    return Cohorts(shown, np.array(rewards, float), np.ones(shown.shape[-1]))


def test_the_chance_to_be_best_is_that_of_drawing() -> None:
    dice = np.random.default_rng(1)
    for hits, shown in (((30, 40, 38), (600, 610, 590)), ((0, 1, 3), (5, 40, 9_000))):
        a, b = 1 + np.array(hits, float), 1 + np.array(shown, float) - hits
        drawn = dice.beta(a, b, (400_000, 3)).argmax(1)
        assert best_rate(a, b) == pytest.approx(np.bincount(drawn, minlength=3) / 4e5, abs=0.004)
    mean, error = np.array([1.0, 1.2, 0.5]), np.array([0.3, 0.1, 1.0])
    drawn = dice.normal(mean, error, (400_000, 3)).argmax(1)
    assert best_mean(mean, error) == pytest.approx(np.bincount(drawn) / 4e5, abs=0.004)


def test_two_arms_have_the_exact_chance() -> None:
    # P(Beta(2, 1) > Beta(1, 1)) = 2/3; alike arms share.
    assert best_rate(np.array([2.0, 1.0]), np.array([1.0, 1.0]))[0] == pytest.approx(
        2 / 3, abs=1e-3
    )
    assert best_rate(np.full(4, 9.0), np.full(4, 90.0)) == pytest.approx(0.25, abs=1e-9)


def test_many_rule_sets_are_weighed_at_once_as_one_by_one() -> None:
    dice = np.random.default_rng(2)
    shown = dice.poisson(300, (20, 3, 5)).astype(float)
    won = dice.binomial(shown.astype(int), 0.1).astype(float)
    together = weights(Cohorts(shown, won, np.ones(5)))
    alone = [
        weights(Cohorts(one, orders, np.ones(5))) for one, orders in zip(shown, won, strict=True)
    ]
    assert together == pytest.approx(np.stack(alone))


def test_it_learns_what_mabwiser_learns() -> None:
    shown, won = (1200, 900), (96, 45)
    peer = MAB([0, 1], LearningPolicy.ThompsonSampling(), seed=3)
    decisions = [arm for arm in (0, 1) for _ in range(shown[arm])]
    rewards = [int(n < won[arm]) for arm in (0, 1) for n in range(shown[arm])]
    peer.fit(decisions, rewards)
    theirs = np.mean([peer.predict() == 0 for _ in range(4_000)])
    ours = best_rate(1.0 + np.array(won), 1.0 + np.array(shown) - np.array(won))[0]
    assert ours == pytest.approx(theirs, abs=0.02)


def test_no_arm_gets_less_than_the_floor_and_a_new_one_its_even_share() -> None:
    found = weights(cohorts([[5000], [5000], [199]], [[500], [200], [0]]))
    assert found[1] == pytest.approx(FLOOR, abs=0.01)
    assert found[2] > 0.2
    assert found.sum() == pytest.approx(1)


def test_young_exposures_count_by_what_must_have_come_in() -> None:
    shown, won = np.array([[2000.0], [2000.0]]), np.array([[50.0], [100.0]])
    young = Cohorts(
        np.hstack([shown, [[3000.0], [0.0]]]), np.hstack([won, won * 0]), np.array([1, 0.01])
    )
    old = Cohorts(shown, won, np.ones(1))
    assert weights(young) == pytest.approx(weights(old), abs=0.01)


def test_what_was_before_a_change_counts_for_little() -> None:
    good, bad = [10.0] * 20, [3.0] * 10
    shown = [[150.0] * 30, [150.0] * 30]
    steady, died = (
        cohorts(shown, [[8.0] * 30, [8.0] * 30]),
        cohorts(shown, [[8.0] * 30, good + bad]),
    )
    assert (memory(steady) == 1).all()
    kept = memory(died)
    assert (kept[:, 20:] == 1).all()
    assert (kept * died.exposures)[:, :20].sum(-1) == pytest.approx(MEMORY)
    assert weights(died)[0] > 0.95


def test_a_half_life_lets_old_hours_fade() -> None:
    known = cohorts([[2000.0, 400.0], [2000.0, 400.0]], [[130.0, 18.0], [100.0, 24.0]])
    assert weights(known)[0] > 0.5
    assert weights(known, half_life=0.3)[1] > 0.5


def test_revenue_is_weighed_by_its_mean() -> None:
    shown = np.full((2, 1), 4000.0)
    won, squares = np.array([[4000.0], [8000.0]]), np.array([[4e5], [8e6]])
    found = weights(Cohorts(shown, won, np.ones(1), squares))
    # A mean of 2 ± 0.71 against 1 ± 0.16.
    chance = norm.cdf(1 / np.hypot(0.7064, 0.1573))
    assert found[1] == pytest.approx(FLOOR + (1 - 2 * FLOOR) * chance, abs=0.003)


def test_shares_are_rounded_and_still_sum_to_one() -> None:
    shares = as_shares("abc", np.array([1 / 3, 1 / 3, 1 / 3]))
    assert sum(shares.values()) == pytest.approx(1, abs=1e-12)


def test_the_curve_of_delays_is_learnt_though_young_exposures_hide_long_ones() -> None:
    dice = np.random.default_rng(4)
    ages, delays = dice.integers(0, 48, 40_000), np.minimum(dice.exponential(6, 40_000), 23.9)
    seen = delays.astype(int) <= ages
    found = np.zeros((HOURS, HOURS + 1))
    np.add.at(found, (delays.astype(int)[seen], np.minimum(ages, HOURS)[seen]), 1)
    share = curve(found)
    true = np.array([np.mean(delays < hour) for hour in range(HOURS + 1)])
    assert share == pytest.approx(true, abs=0.02)
    naive = np.array([np.mean(delays[seen] < hour) for hour in range(HOURS + 1)])
    assert np.abs(naive - true).max() > 0.03  # What it would be without the correction.


def test_before_anything_is_known_orders_take_about_two_hours() -> None:
    assert curve()[[0, 2, 24]] == pytest.approx([0, 1 - np.exp(-1), 1], abs=0.01)
    assert mature(curve(), np.array([0.0, 1.5, 99.0])) == pytest.approx([0, 0.51, 1], abs=0.03)
