"""How long an experiment takes: before it begins, and from where it stands."""

import math
from dataclasses import dataclass

import numpy as np

from flows.experiments import VALUES, Experiment
from runtime.engine.canary import SURE
from runtime.services import Services
from runtime.store.arm_counts import Tally, tally_of

EVIDENCE = math.log(SURE) + 1.5
"""Nats: the e-value of a switch, and what not knowing the lift beforehand costs."""


@dataclass(frozen=True)
class Forecast:
    """What a script's last four weeks say: visitors a day, their rate, and the days it takes."""

    per_day: float
    rate: float
    days: float


async def forecast(services: Services, experiment: Experiment) -> Forecast | None:
    """Say how long a lift of the target takes to show; None where too little is known."""
    names = list(experiment.arms)
    if len(names) < 2 or experiment.metric in VALUES:
        return None
    found = await tally_of(services.redis, experiment.subject, names, services.now())
    known = found.cohorts(experiment.metric)
    shown, hits = known.exposures.sum(), known.rewards.sum()
    seen = np.flatnonzero(known.exposures.sum(0))
    if hits < 10 or not len(seen):
        return None
    days = (known.exposures.shape[-1] - seen[0]) / 24
    per_day = float(shown / max(days, 1)) * experiment.share
    needed = hits_needed(experiment.target, 1 / len(names)) * len(names) / 2
    rate_seen = float(hits / shown)
    if not math.isfinite(needed):
        return None  # Of no lift at all nothing can be said.
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


def days_left(found: Tally, days: float, target: float, metric: str) -> float | None:
    """Say how many more days it takes until a lift of the target would show at this traffic."""
    hits = found.cohorts(metric).rewards.sum()
    if metric in VALUES or hits < 10 or days < 1 / 24 or target <= 0:
        return None
    arms = len(found.exposures)
    needed = hits_needed(target, 1 / arms) * arms / 2
    return float(max(needed / (hits / days) - days, 0.0))
