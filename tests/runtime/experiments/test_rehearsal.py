"""Ways to decide, tried with dice: what they lose, and whether they are right."""

import pytest

from runtime.experiments.forecasts import hits_needed
from runtime.experiments.rehearsal import Plan, rehearse


def _ways(plan: Plan, runs: int = 120) -> dict[str, dict[str, float]]:
    return {str(row["way"]): row for row in rehearse(plan, lambda _done: None, runs)}


def test_who_decides_loses_less_than_who_never_does() -> None:
    told: list[float] = []
    plan = Plan((0.05, 0.065), 2_000, 21)
    found = {str(row["way"]): row for row in rehearse(plan, told.append, 120)}
    expected = 2_000 / 2 * 21 * 0.015
    assert found["even"]["lost"] == pytest.approx(expected, rel=0.02)
    assert found["bandit"]["lost"] < found["ab"]["lost"] < found["even"]["lost"]
    assert found["canary"]["lost"] < found["even"]["lost"]
    assert found["ab"]["right"] > 0.97
    assert told == sorted(told)
    assert 0.9 < told[-1] <= 1.0


def test_where_nothing_differs_nothing_is_lost_and_little_decided() -> None:
    found = _ways(Plan((0.05, 0.05), 2_000, 14))
    assert all(row["lost"] == 0 for row in found.values())
    assert found["ab"]["decided"] <= 0.05
    assert found["canary"]["decided"] <= 0.05


def test_a_canary_that_harms_goes_back() -> None:
    found = _ways(Plan((0.05, 0.03), 4_000, 14))
    assert found["canary"]["decided"] > 0.97
    assert found["canary"]["right"] > 0.97


def test_three_arms_have_no_canary_and_the_same_dice_fall_the_same() -> None:
    plan = Plan((0.05, 0.06, 0.04), 1_000, 7)
    assert set(_ways(plan, 30)) == {"even", "ab", "bandit"}
    assert _ways(plan, 30) == _ways(plan, 30)


def test_the_orders_it_takes_are_about_those_that_dice_take() -> None:
    found = _ways(Plan((0.05, 0.06), 3_000, 28), runs=200)
    days = hits_needed(0.2, 0.5) / (3_000 * 0.055)
    assert found["ab"]["days"] == pytest.approx(days, rel=0.35)
