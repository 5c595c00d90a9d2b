"""How the arms of a run stand: everything its page shows, from counts that anyone can count again.

Intervals and evidence hold at all looks together (`runtime/engine/sequential.py`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from flows.experiments import LOWER_IS_BETTER, VALUES
from runtime.engine.bandits import WARM_UP, Cohorts, chances
from runtime.engine.canary import HARM, SURE
from runtime.engine.sequential import (
    ALPHA,
    adjusted,
    difference,
    lift,
    likelihood,
    mean,
    mismatch,
    rate,
)
from runtime.experiments.forecasts import days_left
from runtime.experiments.runs import setup_of, steps
from runtime.experiments.steering import HOUR, compared, rewards, tally
from runtime.services import Services
from runtime.store.arm_counts import Floats, Tally, tally_of
from runtime.store.counting import HELD_OUT
from runtime.tables import ExperimentRow, ExperimentStep

Range = tuple[float, float, float]
"""The lower end, the best estimate and the upper end."""
FEW = 20
"""Visitors below which a picture of a rate says nothing."""
FAULT = 1000.0
"""The e-value at which the split is taken for faulty."""
CERTAIN = SURE
"""The e-value at which an arm is taken for better."""
ALARM, WATCH = HARM, 3.0
"""E-values against "no more of them want a person": taken as harm, and worth an eye."""


@dataclass(frozen=True)
class Arm:
    """What one arm was shown and earned. `rate` is what the metric measures, for each visitor.

    `lift` is how much more that is than the control's (0.12: 12 % more), None for the control;
    `chance` that of being best, None until it was seen often enough. `firsts` are the orders where
    this arm was what the visitor saw first, `hits` what the metric counts (of amounts, the orders).
    `evidence` are the e-values that it is better, and worse, than the control. `guards` says of
    every guardrail how many met it, and the evidence that these are more than the control's.
    """

    key: str
    share: float
    shown: int
    clicks: int
    orders: int
    revenue: float
    firsts: int
    hits: int
    rate: Range
    chance: float | None
    lift: Range | None
    guards: Mapping[str, tuple[int, float]]
    evidence: tuple[float, float] = (1.0, 1.0)
    belief: tuple[tuple[float, float], ...] = ()
    """How likely each rate is by now, (rate, density); of revenue there is none."""


@dataclass(frozen=True)
class Figures:
    """A run as it stands.

    `course` is the lift of the arm that is `ahead` by hour: time, low, best, high; `shares` are
    (time, share by arm) whenever these changed; `days_left` says at this traffic how long a lift of
    the target would take to show, None where that cannot be said yet; `split` is the e-value that
    visitors were dealt otherwise than the shares say. `explained` is the share of the differences
    in revenue that earlier orders explain, and that was taken off.
    """

    arms: tuple[Arm, ...]
    ahead: str
    course: tuple[tuple[float, float, float, float], ...]
    shares: tuple[tuple[float, dict[str, float]], ...]
    split: float | None
    days: float
    days_left: float | None
    explained: float = 0.0

    @property
    def split_is_wrong(self) -> bool:
        """Say whether visitors were not dealt out as they should have been."""
        return self.split is not None and self.split >= FAULT


async def figures(services: Services, row: ExperimentRow) -> Figures:
    """Give how a run stands now."""
    found, changes = await tally(services, row), steps(services.engine, row.run)
    metric, names = row.setup["metric"], row.setup["arms"]
    chance = _chances(rewards(found, metric))
    arms = tuple(_arm(row, found, place, chance) for place in range(len(names)))
    way = -1 if metric in LOWER_IS_BETTER else 1
    ahead = max(arms[1:], key=lambda arm: way * arm.lift[1] if arm.lift else 0.0)
    days = ((row.ended or services.now()) - row.began) / 86400
    return Figures(
        arms=arms,
        ahead=ahead.key,
        course=_course(found, names.index(ahead.key), metric),
        shares=tuple((step.at, step.shares) for step in changes),
        split=_split(found, changes, names),
        days=days,
        days_left=days_left(found, days, row.setup["target"], metric),
        explained=_without_before(found)[2] if metric == "revenue" else 0.0,
    )


@dataclass(frozen=True)
class HeldOut:
    """Orders a visitor of the last four weeks, in experiments and out of all, and how many each."""

    in_rate: Range
    out_rate: Range
    in_shown: int
    out_shown: int


async def held_out(services: Services) -> HeldOut | None:
    """Say what experiments bring in all; None where nobody is held out."""
    found = await tally_of(services.redis, HELD_OUT, ("in", "out"), services.now())
    shown = found.exposures.sum(-1)
    if shown[1] == 0:
        return None
    rates = _rate(found, 0, "orders"), _rate(found, 1, "orders")
    return HeldOut(*rates, int(shown[0]), int(shown[1]))


def _arm(row: ExperimentRow, found: Tally, place: int, chance: dict[int, float]) -> Arm:
    metric, key = row.setup["metric"], row.setup["arms"][place]
    guards = {}
    for name in setup_of(row).guardrails:
        more = float(compared(found, place, name).better) if place else 1.0
        guards[name] = int(getattr(found, name)[place].sum()), more
    told = None
    if place and metric not in VALUES:
        told = compared(found, place, metric, turned=metric in LOWER_IS_BETTER)
    hits = found.orders if metric in VALUES else found.cohorts(metric).rewards
    return Arm(
        key=key,
        share=row.shares.get(key, 0.0),
        shown=int(found.exposures[place].sum()),
        clicks=int(found.clicks[place].sum()),
        orders=int(found.orders[place].sum()),
        revenue=float(found.value[place].sum()),
        firsts=int(found.firsts[place].sum()),
        rate=_rate(found, place, metric),
        chance=chance.get(place),
        lift=_lift(found, place, metric) if place else None,
        hits=int(hits[place].sum()),
        guards=guards,
        evidence=(float(told.better), float(told.worse)) if told else (1.0, 1.0),
        belief=_belief(found, place, metric),
    )


def _rate(found: Tally, place: int, metric: str) -> Range:
    known = found.cohorts(metric)
    shown, earned = known.exposures[place].sum(), known.rewards[place].sum()
    if known.squares is not None:
        low, high = mean(shown, earned, known.squares[place].sum())
        return max(float(low), 0.0), float(earned / max(shown, 1)), float(high)
    hits = min(earned, shown)
    low, high = rate(np.array(hits), np.array(shown))
    return float(low), float(hits / max(shown, 1)), float(high)


def _lift(found: Tally, place: int, metric: str) -> Range:
    if metric in VALUES:
        return _lift_of_mean(found, place, metric)
    told = compared(found, place, metric)
    # What is usual may draw the estimate further than what was seen allows.
    best = float(np.clip(told.best, told.low, told.high))
    return float(told.low), best, float(told.high)


def _lift_of_mean(found: Tally, place: int, metric: str) -> Range:
    known = found.cohorts(metric)
    shown, total, squares = _sums(known)
    if metric == "revenue":
        total, squares, _share = _without_before(found)
    sums = [(shown[one], total[one], squares[one]) for one in (0, place)]
    usual = total[0] / max(shown[0], 1)
    if usual <= 0 or shown[place] < 2:
        return -math.inf, 0.0, math.inf
    low, high = difference(sums[0], sums[1], ALPHA / (len(shown) - 1))
    best = total[place] / max(shown[place], 1) - usual
    return float(low / usual), float(best / usual), float(high / usual)


def _sums(known: Cohorts) -> tuple[Floats, Floats, Floats]:
    squares = np.zeros_like(known.rewards) if known.squares is None else known.squares
    return known.exposures.sum(-1), known.rewards.sum(-1), squares.sum(-1)


def _without_before(found: Tally) -> tuple[Floats, Floats, float]:
    """Give revenue and its squares by arm, less what earlier orders explain of them."""
    before = found.earlier.sum(-1), found.earlier_squares.sum(-1), found.earlier_value.sum(-1)
    return adjusted(_sums(found.cohorts("revenue")), before)


def _belief(found: Tally, place: int, metric: str) -> tuple[tuple[float, float], ...]:
    """Give the density of Beta(1 + hits, 1 + others) where it is worth drawing."""
    known = found.cohorts(metric)
    shown = known.exposures[place].sum()
    if metric in VALUES or shown < FEW:
        return ()
    hits = min(known.rewards[place].sum(), shown)
    posterior = beta(1 + hits, 1 + shown - hits)
    low, high = posterior.ppf([0.0005, 0.9995])
    points = np.linspace(low, high, 61)
    return tuple(zip(points.tolist(), posterior.pdf(points).tolist(), strict=True))


def _chances(known: Cohorts) -> dict[int, float]:
    warm = np.flatnonzero(known.exposures.sum(-1) >= WARM_UP)
    if len(warm) < 2:
        return {}
    squares = None if known.squares is None else known.squares[warm]
    among = Cohorts(known.exposures[warm], known.rewards[warm], known.mature, squares)
    return {int(i): float(one) for i, one in zip(warm, chances(among), strict=True)}


def _course(found: Tally, place: int, metric: str) -> tuple[tuple[float, float, float, float], ...]:
    """Give the lift as it stood at the end of each hour; of amounts there is none."""
    if metric in VALUES:
        return ()
    known = found.cohorts(metric)
    shown = known.exposures[[0, place]]
    hits = np.minimum(known.rewards[[0, place]], shown)
    by_hour = likelihood(*(row[:, None] for row in (hits[0], shown[0], hits[1], shown[1])))
    common = hits.sum(0).cumsum() / np.maximum(shown.sum(0).cumsum(), 1)
    told = lift(by_hour.cumsum(0), common, ALPHA / (len(known.exposures) - 1))
    return tuple(
        (found.begins + (hour + 1) * HOUR, float(low), float(np.clip(best, low, high)), float(high))
        for hour, (low, best, high) in enumerate(zip(told.low, told.best, told.high, strict=True))
        if np.isfinite([low, high]).all()
    )


def _split(found: Tally, changes: Sequence[ExperimentStep], names: Sequence[str]) -> float | None:
    """Give the e-value that visitors were not dealt as they should be, in hours of one split.

    None where the shares changed in every hour.
    """
    hours = found.exposures.shape[-1]
    shares, steady = np.zeros((hours, len(names))), np.ones(hours, bool)
    for number, step in enumerate(changes):
        at = int((step.at - found.begins) // HOUR)
        if number and 0 <= at < hours and step.shares != changes[number - 1].shares:
            steady[at] = False
        shares[max(at, 0) :] = [step.shares.get(name, 0.0) for name in names]
    used = steady & (found.exposures.sum(0) > 0) & (shares > 0).all(-1)
    return mismatch(found.exposures.T[used], shares[used]) if used.any() else None
