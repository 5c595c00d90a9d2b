"""Weights from counts: Thompson sampling in batches that knows delay and change.

The weight of an arm is the chance that it is the best one (Thompson 1933; Chapelle & Li 2011),
worked out by quadrature: the same counts give the same weights, so every change of weights can be
computed again from what was stored of it. Beside that
- young exposures count only by the share of orders that has come in by their age (`delays.py`);
- every arm keeps a floor, and until its warm-up is over it gets its even share;
- when an arm's rate has changed, what was before counts for little (`memory`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FLOOR = 0.02
WARM_UP = 200
"""Exposures of an arm before anything is believed of it."""
MEMORY = 2 * WARM_UP
"""So many exposures what lies before a change counts for at most."""
SURE = 8.0
"""Nats: how much better a rate that changed must explain the counts than one that did not."""
SPREAD = 7.0
POINTS = 96
_BEFORE, _AFTER = 100, 50
"""Exposures that are needed before and after a change to speak of one."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ArmCount:
    """What one arm has done so far."""

    exposures: int = 0
    clicks: int = 0
    orders: int = 0
    value: float = 0.0


@dataclass(frozen=True)
class Cohorts:
    """What arms were shown and what that has earned, by the hour they were shown, oldest first.

    `exposures`, `rewards` and `squares` are of shape (…, arms, hours): how often an arm was shown,
    and the sum and the sum of squares of what came of it (orders: 0 or 1 each; revenue: its value).
    `mature` of shape (…, hours) is the share of the rewards that must have come in by now, 0 to 1.
    """

    exposures: Floats
    rewards: Floats
    mature: Floats
    squares: Floats | None = None


def weights(cohorts: Cohorts, floor: float = FLOOR, half_life: float = 0.0) -> Floats:
    """Give each arm's share of the next exposures, shape (…, arms): they sum to 1.

    `half_life`, in hours, lets everything fade besides; 0 is for ever.
    """
    shown = cohorts.exposures.sum(-1)
    arms = shown.shape[-1]
    floor = min(floor, 1 / arms)
    share = floor + (1 - floor * arms) * chances(cohorts, half_life)
    share = np.where(shown < WARM_UP, np.maximum(share, 1 / arms), share)
    return np.asarray(share / share.sum(-1, keepdims=True))


def chances(cohorts: Cohorts, half_life: float = 0.0) -> Floats:
    """Give each arm's chance to be the best, shape (…, arms)."""
    kept = memory(cohorts)
    if half_life:
        hours = cohorts.exposures.shape[-1]
        kept = kept * 0.5 ** (np.arange(hours)[::-1] / half_life)
    counted = (cohorts.exposures * cohorts.mature[..., None, :] * kept).sum(-1)
    earned = (cohorts.rewards * kept).sum(-1)
    if cohorts.squares is None:
        return best_rate(1 + earned, 1 + np.maximum(counted - earned, 0))
    return best_mean(*_means(counted, earned, (cohorts.squares * kept).sum(-1)))


def memory(cohorts: Cohorts) -> Floats:
    """Give what every hour of every arm counts for, shape (…, arms, hours), 0 to 1.

    The likelihood of the counts with a rate that changes at some hour is compared with that of one
    that stays (generalised likelihood ratio, Siegmund & Venkatraman 1995; for bandits Besson &
    Kaufmann 2019). Where an arm has changed, the hours before count for `MEMORY` exposures at most,
    of all arms alike: a whole shop that sells less at night must not favour the arm that was last
    shown by day. Hours that are not half mature are no evidence.
    """
    ripe = np.where(cohorts.mature[..., None, :] >= 0.5, 1.0, 0.0)
    counted = cohorts.exposures * cohorts.mature[..., None, :] * ripe
    hits = cohorts.rewards * ripe
    if (
        cohorts.squares is not None
    ):  # Of values only the unit matters: as many as there were orders.
        hits = hits * _per_order(cohorts)
    ratio = _change(counted.cumsum(-1), np.minimum(hits, counted).cumsum(-1)).max(-2)
    change = np.where(ratio.max(-1) > SURE, ratio.argmax(-1) + 1, 0)
    old = np.arange(ratio.shape[-1]) < change[..., None]
    before = (cohorts.exposures * old[..., None, :]).sum(-1, keepdims=True)
    faded = np.minimum(1.0, MEMORY / np.maximum(before, 1.0))
    return np.where(old[..., None, :], faded, 1.0)


def best_rate(a: Floats, b: Floats) -> Floats:
    """Give the chance of each to be the largest of Beta(a, b), all of shape (…, arms)."""
    mean = a / (a + b)
    points = _points(mean, np.sqrt(mean * (1 - mean) / (a + b + 1)), 1e-12, 1 - 1e-12)
    log, log_not = np.log(points)[..., None, :], np.log1p(-points)[..., None, :]
    return _best(points, (a[..., None] - 1) * log + (b[..., None] - 1) * log_not)


def best_mean(mean: Floats, error: Floats) -> Floats:
    """Give the chance of each to be the largest of Normal(mean, error²), shape (…, arms)."""
    points = _points(mean, error, -np.inf, np.inf)
    away = (points[..., None, :] - mean[..., None]) / error[..., None]
    return _best(points, -(away**2) / 2)


def as_shares(arms: Sequence[str], share: Floats) -> dict[str, float]:
    """Name the shares by arm, rounded so that they still sum to 1."""
    rounded = [round(float(one), 4) for one in share]
    rounded[int(np.argmax(share))] += 1 - sum(rounded)
    return {arm: round(one, 4) for arm, one in zip(arms, rounded, strict=True)}


def _points(mean: Floats, error: Floats, least: float, most: float) -> Floats:
    """Give places to look at, dense where any of the distributions is; shape (…, places)."""
    around = mean[..., None] + error[..., None] * np.linspace(-SPREAD, SPREAD, POINTS)
    flat = np.clip(around, least, most).reshape(*mean.shape[:-1], -1)
    return np.sort(flat, axis=-1)


def _best(points: Floats, log_density: Floats) -> Floats:
    """Integrate every arm's density times the chance that all others lie below it."""
    density = np.exp(log_density - log_density.max(-1, keepdims=True))
    mass = (density[..., 1:] + density[..., :-1]) / 2 * np.diff(points)[..., None, :]
    mass /= mass.sum(-1, keepdims=True)
    below = np.log(np.maximum(mass.cumsum(-1) - mass / 2, 1e-300))
    others = below.sum(-2, keepdims=True) - below
    found = (mass * np.exp(others)).sum(-1)
    return np.asarray(found / found.sum(-1, keepdims=True))


def _means(counted: Floats, earned: Floats, squares: Floats) -> tuple[Floats, Floats]:
    """Give mean and standard error of each arm; one that has earned nothing spreads as all do."""
    counted = np.maximum(counted, 1.0)
    mean = earned / counted
    pooled = squares.sum(-1, keepdims=True) / counted.sum(-1, keepdims=True)
    spread = np.where(squares > 0, np.maximum(squares / counted - mean**2, 0), pooled)
    return mean, np.sqrt(np.maximum(spread / counted, 1e-18))


def _per_order(cohorts: Cohorts) -> Floats:
    """Give about how many orders a unit of value stands for: the mean by the mean square."""
    if cohorts.squares is None:
        return np.ones(1)
    whole = cohorts.squares.sum((-2, -1), keepdims=True)
    return np.asarray(cohorts.rewards.sum((-2, -1), keepdims=True) / np.maximum(whole, 1e-12))


def _change(shown: Floats, hits: Floats) -> Floats:
    """Give by hour how much better two rates explain an arm than one, from sums up to each hour."""
    after, hits_after = shown[..., -1:] - shown, hits[..., -1:] - hits
    better = _fit(hits, shown) + _fit(hits_after, after) - _fit(hits[..., -1:], shown[..., -1:])
    return np.where((shown >= _BEFORE) & (after >= _AFTER), better, 0.0)


def _fit(hits: Floats, shown: Floats) -> Floats:
    """Give the log likelihood of so many hits at the rate that explains them best."""
    misses = np.maximum(shown - hits, 0.0)
    rate = np.clip(hits / np.maximum(shown, 1e-9), 1e-12, 1 - 1e-12)
    return np.asarray(hits * np.log(rate) + misses * np.log1p(-rate))
