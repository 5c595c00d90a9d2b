"""How the arms of a run stand: everything its page shows, from counts that anyone can count again.

Intervals and evidence hold at all looks together (`runtime/engine/sequential.py`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from flows.experiments import Experiment
from runtime.engine.bandits import WARM_UP, Cohorts, chances
from runtime.engine.canary import HARM, SURE
from runtime.engine.sequential import ALPHA, difference, lift, likelihood, mean, mismatch, rate
from runtime.experiments.runs import steps
from runtime.experiments.steering import HOUR, compared, tally
from runtime.services import Services
from runtime.store.arm_counts import Tally, tally_of
from runtime.tables import ExperimentRow, ExperimentStep

Range = tuple[float, float, float]
"""The lower end, the best estimate and the upper end."""
EVIDENCE = math.log(SURE) + 1.5
"""Nats: the e-value of a switch, and what not knowing the lift beforehand costs."""
FEW = 20
"""Visitors below which a picture of a rate says nothing."""
FAULT = 1000.0
"""The e-value at which the split is taken for faulty."""
ALARM, WATCH = HARM, 3.0
"""E-values against "no more of them want a person": taken as harm, and worth an eye."""


@dataclass(frozen=True)
class Arm:
    """What one arm was shown and earned. `rate` is what the metric measures, for each visitor.

    `lift` is how much more that is than the control's (0.12: 12 % more), None for the control;
    `chance` that of being best, None until it was seen often enough; `people` how many wanted a
    person, and `bother` the evidence (an e-value) that these are more than the control's.
    """

    key: str
    share: float
    shown: int
    clicks: int
    orders: int
    revenue: float
    people: int
    rate: Range
    chance: float | None
    lift: Range | None
    bother: float
    belief: tuple[tuple[float, float], ...] = ()
    """How likely each rate is by now, (rate, density); of revenue there is none."""


@dataclass(frozen=True)
class Figures:
    """A run as it stands.

    `course` is the lift of the arm that is `ahead` by hour: time, low, best, high; `shares` are
    (time, share by arm) whenever these changed; `days_left` says at this traffic how long a lift of
    the target would take to show, None where that cannot be said yet; `split` is the e-value that
    visitors were dealt otherwise than the shares say.
    """

    arms: tuple[Arm, ...]
    ahead: str
    course: tuple[tuple[float, float, float, float], ...]
    shares: tuple[tuple[float, dict[str, float]], ...]
    split: float | None
    days: float
    days_left: float | None

    @property
    def split_is_wrong(self) -> bool:
        """Say whether visitors were not dealt out as they should have been."""
        return self.split is not None and self.split >= FAULT


async def figures(services: Services, row: ExperimentRow) -> Figures:
    """Give how a run stands now."""
    found, changes = await tally(services, row), steps(services.engine, row.run)
    metric, names = row.setup["metric"], row.setup["arms"]
    chance = _chances(found.cohorts(metric))
    arms = tuple(_arm(row, found, place, chance) for place in range(len(names)))
    challengers = arms[1:]
    ahead = max(challengers, key=lambda arm: arm.lift[1] if arm.lift else 0.0)
    days = ((row.ended or services.now()) - row.began) / 86400
    return Figures(
        arms=arms,
        ahead=ahead.key,
        course=_course(found, names.index(ahead.key), metric),
        shares=tuple((step.at, step.shares) for step in changes),
        split=_split(found, changes, names),
        days=days,
        days_left=_days_left(arms, days, row.setup["target"], metric),
    )


@dataclass(frozen=True)
class Forecast:
    """What a script's last four weeks say: visitors a day, their rate, and the days it takes."""

    per_day: float
    rate: float
    days: float


async def forecast(services: Services, experiment: Experiment) -> Forecast | None:
    """Say how long a lift of the target takes to show; None where too little is known."""
    names = list(experiment.arms)
    if len(names) < 2 or experiment.metric == "revenue":
        return None
    found = await tally_of(services.redis, experiment.script, names, services.now())
    known = found.cohorts(experiment.metric)
    shown, hits = known.exposures.sum(), known.rewards.sum()
    seen = np.flatnonzero(known.exposures.sum(0))
    if hits < 10 or not len(seen):
        return None
    days = (known.exposures.shape[-1] - seen[0]) / 24
    per_day = float(shown / max(days, 1)) * experiment.share
    needed = hits_needed(experiment.target, 1 / len(names)) * len(names) / 2
    rate_seen = float(hits / shown)
    return Forecast(per_day, rate_seen, needed / (per_day * rate_seen))


def hits_needed(lift_wanted: float, share: float) -> float:
    """Give how many orders of two arms it takes to show a lift; `share` is B's of the visitors.

    The expected growth of the log likelihood ratio by an order is the divergence of B's share of
    the orders from what it is without a lift; the evidence over that is the number (Wald 1945).
    """
    ratio = 1 + lift_wanted
    with_lift = share * ratio / (share * ratio + 1 - share)
    gain = with_lift * math.log(with_lift / share)
    gain += (1 - with_lift) * math.log((1 - with_lift) / (1 - share))
    return EVIDENCE / gain if gain > 0 else math.inf


def _arm(row: ExperimentRow, found: Tally, place: int, chance: dict[int, float]) -> Arm:
    metric, key = row.setup["metric"], row.setup["arms"][place]
    shown = found.exposures[place].sum()
    return Arm(
        key=key,
        share=row.shares.get(key, 0.0),
        shown=int(shown),
        clicks=int(found.clicks[place].sum()),
        orders=int(found.orders[place].sum()),
        revenue=float(found.value[place].sum()),
        people=int(found.people[place].sum()),
        rate=_rate(found, place, metric),
        chance=chance.get(place),
        lift=_lift(found, place, metric) if place else None,
        bother=float(compared(found, place, "people").better) if place else 1.0,
        belief=_belief(found, place, metric),
    )


def _rate(found: Tally, place: int, metric: str) -> Range:
    known = found.cohorts(metric)
    shown, earned = known.exposures[place].sum(), known.rewards[place].sum()
    if metric == "revenue":
        low, high = mean(shown, earned, found.squares[place].sum())
        return max(float(low), 0.0), float(earned / max(shown, 1)), float(high)
    hits = min(earned, shown)
    low, high = rate(np.array(hits), np.array(shown))
    return float(low), float(hits / max(shown, 1)), float(high)


def _lift(found: Tally, place: int, metric: str) -> Range:
    if metric != "revenue":
        told = compared(found, place, metric)
        # What is usual may draw the estimate further than what was seen allows.
        best = float(np.clip(told.best, told.low, told.high))
        return float(told.low), best, float(told.high)
    sums = [
        (found.exposures[one].sum(), found.value[one].sum(), found.squares[one].sum())
        for one in (0, place)
    ]
    usual = sums[0][1] / max(sums[0][0], 1)
    if usual <= 0 or sums[1][0] < 2:
        return -math.inf, 0.0, math.inf
    low, high = difference(sums[0], sums[1], ALPHA / (len(found.value) - 1))
    best = sums[1][1] / max(sums[1][0], 1) - usual
    return float(low / usual), float(best / usual), float(high / usual)


def _belief(found: Tally, place: int, metric: str) -> tuple[tuple[float, float], ...]:
    """Give the density of Beta(1 + hits, 1 + others) where it is worth drawing."""
    known = found.cohorts(metric)
    shown = known.exposures[place].sum()
    if metric == "revenue" or shown < FEW:
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
    """Give the lift as it stood at the end of each hour; of revenue there is none."""
    if metric == "revenue":
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


def _days_left(arms: Sequence[Arm], days: float, target: float, metric: str) -> float | None:
    """Say how many more days it takes until a lift of the target would show at this traffic."""
    hits = sum(arm.clicks if metric == "clicks" else arm.orders for arm in arms)
    if metric == "revenue" or hits < 10 or days < 1 / 24 or target <= 0:
        return None
    needed = hits_needed(target, 1 / len(arms)) * len(arms) / 2
    return max(needed / (hits / days) - days, 0.0)
