"""Steers the runs that go on: a bandit's weights, a canary's stages, its switch and its way back.

Nothing here draws at random, and all that led to a change is kept with it, so it can be worked out
again. Running it twice does no harm.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from flows.experiments import LOWER_IS_BETTER, Experiment
from runtime.engine.bandits import Cohorts, as_shares, weights
from runtime.engine.canary import (
    HARM,
    LEAST_SHOWN,
    Terms,
    may_switch,
    must_go_back,
    next_share,
)
from runtime.engine.sequential import ALPHA, Lift, lift, likelihood
from runtime.experiments.runs import (
    NotPossible,
    change,
    last_step,
    put_in_force,
    runs,
    set_shares,
    setup_of,
)
from runtime.services import Services
from runtime.store.arm_counts import Tally, tally_of
from runtime.store.counting import in_segment
from runtime.tables import ExperimentRow

HOUR = 3600.0
WORTH = 0.005
"""Weights that changed by less than this are left as they are."""
LENT = 300.0
"""Visitors of everybody else that a segment is judged by, beside its own."""
_log = logging.getLogger(__name__)


async def steer(services: Services) -> None:
    """Look at every run that goes on; what breaks one keeps no other from being looked at."""
    for row in runs(services.engine):
        look = _LOOKS.get(row.setup["mode"]) if row.state == "running" else None
        try:
            if look:
                await look(services, row)
        except NotPossible:
            _log.info("%s was changed by somebody meanwhile", row.run)
        except Exception:
            _log.exception("%s could not be looked at", row.run)
    await put_in_force(services)  # An emptied Redis is filled again.


async def tally(services: Services, row: ExperimentRow) -> Tally:
    """Give all that was counted in a run since it began, hour by hour."""
    now = services.now()
    hours = int(now // HOUR) - int(row.began // HOUR) + 1
    return await tally_of(services.redis, row.run, row.setup["arms"], now, hours)


def compared(found: Tally, arm: int, metric: str, turned: bool = False) -> Lift:
    """Compare an arm with the control by a metric that is a rate; `turned`, the control with it.

    Of several arms each is judged by as much less as there are more of them (Bonferroni), so that
    all intervals hold together.
    """
    known = found.cohorts(metric)
    shown, hits = known.exposures, np.minimum(known.rewards, known.exposures)
    a, b = (arm, 0) if turned else (0, arm)
    common = hits[[a, b]].sum() / max(shown[[a, b]].sum(), 1)
    known_well = likelihood(hits[a], shown[a], hits[b], shown[b])
    return lift(known_well, float(common), ALPHA / (len(shown) - 1))


def rewards(found: Tally, metric: str) -> Cohorts:
    """Give what a bandit is to have more of; of what should be less, who had none of it."""
    known = found.cohorts(metric)
    if metric not in LOWER_IS_BETTER:
        return known
    return replace(known, rewards=np.maximum(known.exposures - known.rewards, 0.0))


async def _weigh(services: Services, row: ExperimentRow) -> None:
    last = last_step(services.engine, row.run)
    if last.what == "shares" and services.now() - last.at < 5 * services.settings.weights_seconds:
        return  # Weights in batches: every five minutes, if nothing else is set.
    found, metric, arms = await tally(services, row), row.setup["metric"], row.setup["arms"]
    known = rewards(found, metric)
    shares = as_shares(arms, weights(known))
    groups = {
        one: as_shares(arms, weights(pooled(await _in_segment(services, row, one), known)))
        for one in row.setup.get("segment_shares", {})
    }
    now, before = {"": shares, **groups}, {"": row.shares, **row.setup.get("segment_shares", {})}
    moved = max(abs(now[one][arm] - before[one].get(arm, 0.0)) for one in now for arm in arms)
    if moved >= WORTH:
        inputs = {
            "exposures": known.exposures.sum(-1).tolist(),
            "rewards": known.rewards.sum(-1).tolist(),
            "mature": (known.exposures * known.mature).sum(-1).tolist(),
        }
        inputs |= {"groups": groups} if groups else {}
        await set_shares(services, row.run, shares, inputs, groups or None)


def pooled(mine: Cohorts, all_: Cohorts) -> Cohorts:
    """Give what is known of a segment: its own counts, and of all others so much as 300 visitors.

    A segment with few visitors gets the weights of all, one with many its own (power prior, Ibrahim
    & Chen 2000).
    """
    shown = np.maximum(all_.exposures - mine.exposures, 0.0)
    earned = np.maximum(all_.rewards - mine.rewards, 0.0)
    lent = np.minimum(1.0, LENT / np.maximum(shown.sum(-1, keepdims=True), 1.0))
    return Cohorts(mine.exposures + lent * shown, mine.rewards + lent * earned, all_.mature)


async def _in_segment(services: Services, row: ExperimentRow, segment: str) -> Cohorts:
    name, now = in_segment(row.run, segment), services.now()
    hours = int(now // HOUR) - int(row.began // HOUR) + 1
    found = await tally_of(services.redis, name, row.setup["arms"], now, hours)
    return rewards(found, row.setup["metric"])


async def _watch(services: Services, row: ExperimentRow) -> None:
    setup, found = setup_of(row), await tally(services, row)
    terms = Terms(setup.target, setup.days, setup.orders)
    gain = compared(found, 1, setup.metric, turned=setup.metric in LOWER_IS_BETTER)
    days = (services.now() - row.began) / 86400
    hits = rewards(found, setup.metric).rewards.sum(-1)
    bothers = {name: float(compared(found, 1, name).better) for name in setup.guardrails}
    inputs = {
        "exposures": found.exposures.sum(-1).tolist(),
        "hits": hits.tolist(),
        "lift": float(gain.best),
        "better": float(gain.better),
        "worse": float(gain.worse),
        "guardrails": bothers,
    }
    why = "worse" if bool(must_go_back(gain)) else ""
    why = why or next((name for name, bother in bothers.items() if bother >= HARM), "")
    why = why or beyond_limit(setup, found, 1)
    if why:
        await change(services, row.run, "rolled_back", why=why, **inputs)
    elif bool(may_switch(gain, days, hits.min(), terms)):
        await change(services, row.run, "switched", **inputs)
    else:
        await _next_stage(services, row, terms, inputs)


def beyond_limit(setup: Experiment, found: Tally, arm: int) -> str:
    """Name what more of an arm's visitors met than is allowed; empty where nothing is."""
    shown = found.exposures[arm].sum()
    if shown < LEAST_SHOWN:
        return ""
    counts = {name: getattr(found, name)[arm].sum() for name in setup.limits}
    return next((name for name, most in setup.limits.items() if counts[name] / shown > most), "")


async def _next_stage(
    services: Services, row: ExperimentRow, terms: Terms, inputs: Mapping[str, Any]
) -> None:
    control, other = row.setup["arms"]
    last = last_step(services.engine, row.run)
    before = last.inputs.get("exposures", [0.0, 0.0])[1]
    since = (services.now() - last.at) / 86400
    share = next_share(row.shares[other], since, inputs["exposures"][1] - before, terms)
    if share != row.shares[other]:
        await set_shares(services, row.run, {control: 1 - share, other: share}, inputs)


_LOOKS = {"bandit": _weigh, "canary": _watch}
