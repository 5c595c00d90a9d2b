"""Simulated shops: arms whose true rates are known, orders that take their time, many runs at once.

The parameters were chosen so that plain policies lose about what the guidelines' table says of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from runtime.engine.bandits import Cohorts, best_rate, weights

Floats = NDArray[np.float64]
BATCHES = 100
_TIME = np.linspace(0, 1, BATCHES, endpoint=False)


@dataclass(frozen=True)
class Scenario:
    """Arms in 100 batches. `rates` (arms, batches) are the true ones, NaN while an arm is not there.

    `delay` is the mean time from exposure to order, in batches; 0 is at once.
    """

    name: str
    rates: Floats
    visitors: int
    delay: float = 0.0

    @property
    def mature(self) -> Floats:
        """Give the share of orders that has come in by an age in batches, shape (101,)."""
        ages = np.arange(BATCHES + 1)
        return 1 - np.exp(-ages / self.delay) if self.delay else np.minimum(ages, 1.0)


def stable(*rates: float) -> Floats:
    """Give arms that stay as they are."""
    return np.array([np.full(BATCHES, rate) for rate in rates])


SCENARIOS = (
    Scenario("A: two stable arms", stable(0.05, 0.065), 130),
    Scenario("A: three stable arms", stable(0.05, 0.06, 0.075), 130),
    Scenario("A: four stable arms", stable(0.04, 0.05, 0.055, 0.07), 130),
    Scenario("B: delayed orders", stable(0.05, 0.06, 0.075), 150, 12),
    Scenario(
        "C: the best arm dies half-way",
        np.array([*stable(0.05, 0.06), np.where(_TIME < 0.5, 0.075, 0.03)]),
        150,
    ),
    Scenario(
        "D: a better arm comes late",
        np.array([*stable(0.05, 0.06), np.where(_TIME < 0.4, np.nan, 0.08)]),
        200,
        10,
    ),
    Scenario("E: 5.0 % against 5.6 %", stable(0.05, 0.056), 700),
    Scenario(
        "S: rates that swing by 40 %",
        stable(0.05, 0.06, 0.075) * (1 + 0.4 * np.sin(10 * np.pi * _TIME)),
        130,
    ),
)


@dataclass
class Shop:
    """What has been seen of many runs: exposures and orders (runs, arms, batches)."""

    scenario: Scenario
    shown: Floats
    orders: Floats
    now: int = 0
    winner: NDArray[np.int64] | None = None

    @property
    def there(self) -> NDArray[np.bool_]:
        """Say which arms there are."""
        return ~np.isnan(self.scenario.rates[:, self.now])

    @property
    def rates(self) -> Floats:
        """Give the measured rates, (runs, arms); one never seen is best, one not there is worst."""
        shown, orders = self.shown.sum(-1), self.orders.sum(-1)
        rate = np.where(shown > 0, orders / np.maximum(shown, 1), 1.0)
        return np.where(self.there, rate, -1.0)


Policy = Callable[[Shop], Floats]
"""Gives the weights (runs, arms) of the next batch."""


def lost(scenario: Scenario, policy: Policy, runs: int, seed: int) -> Floats:
    """Give the orders that each run lost against always showing the best arm, shape (runs,)."""
    dice, arms = np.random.default_rng(seed), len(scenario.rates)
    shop = Shop(scenario, np.zeros((runs, arms, BATCHES)), np.zeros((runs, arms, BATCHES)))
    coming = np.zeros((BATCHES + 1, runs, arms, BATCHES), np.int16)
    missed = np.zeros(runs)
    for now in range(BATCHES):
        shop.now = now
        shop.orders += coming[now]
        share = np.where(shop.there, policy(shop), 0.0)
        came = dice.multinomial(scenario.visitors, share / share.sum(-1, keepdims=True))
        rate = np.where(shop.there, scenario.rates[:, now], 0.0)
        shop.shown[:, :, now] = came
        missed += (came * (rate.max() - rate)).sum(-1)
        left, still = dice.binomial(came, rate), 1.0
        for later in range(now + 1, BATCHES):
            part = scenario.mature[later - now] - scenario.mature[later - now - 1]
            arrived = dice.binomial(left, min(part / still, 1.0)) if still > 1e-9 else left * 0
            coming[later, :, :, now] = arrived
            left, still = left - arrived, still - part
            if not left.any():
                break
    return missed


def uniform(shop: Shop) -> Floats:
    """Show all arms alike."""
    return np.ones(shop.shown.shape[:2]) * shop.there


def fixed_test(shop: Shop) -> Floats:
    """Test for a fifth of the time, then show the winner for good."""
    if shop.now < BATCHES // 5:
        return uniform(shop)
    if shop.winner is None:
        shop.winner = shop.rates.argmax(-1)
    return _only(shop.winner, shop.shown.shape[1])


def greedy(shop: Shop) -> Floats:
    """Show the best so far, and one time in ten any."""
    even = uniform(shop) / shop.there.sum()
    return 0.9 * _only(shop.rates.argmax(-1), even.shape[1]) + 0.1 * even


def plain_thompson(shop: Shop) -> Floats:
    """Thompson sampling in batches with a floor of 1 %, deaf to delay and change."""
    shown, orders = shop.shown.sum(-1), shop.orders.sum(-1)
    return _among(shop, lambda there: best_rate(1 + orders, 1 + shown - orders)[:, there], 0.01)


def ours(shop: Shop, half_life: float = 0.0) -> Floats:
    """Weigh as Dialoom does, with no knob turned unless a half-life is given, in batches."""
    there, past = shop.there, slice(0, max(shop.now, 1))
    ages = shop.now - np.arange(max(shop.now, 1))
    known = Cohorts(
        shop.shown[:, there, past], shop.orders[:, there, past], shop.scenario.mature[ages]
    )
    found = np.zeros(shop.shown.shape[:2])
    found[:, there] = weights(known, half_life=half_life)
    return found


def with_half_life(shop: Shop) -> Floats:
    """Weigh the same with a half-life of 25 batches."""
    return ours(shop, 25.0)


def margin(values: Floats) -> float:
    """Give half the width of the 95 % interval of a mean."""
    return float(norm.ppf(0.975) * values.std(ddof=1) / np.sqrt(len(values)))


def _among(shop: Shop, chance: Callable[[NDArray[np.bool_]], Floats], floor: float) -> Floats:
    found, many = np.zeros(shop.shown.shape[:2]), shop.there.sum()
    share = chance(shop.there)
    found[:, shop.there] = floor + (1 - floor * many) * share / share.sum(-1, keepdims=True)
    return found


def _only(chosen: NDArray[np.int64], arms: int) -> Floats:
    return np.eye(arms)[chosen]
