"""Steers the runs that go on: a bandit's weights, a canary's stages, its switch and its way back.

Nothing here draws at random, and all that led to a change is kept with it, so it can be worked out
again. Running it twice does no harm.
"""

import logging

import numpy as np

from runtime.engine.bandits import as_shares, weights
from runtime.engine.canary import HARM, Terms, may_switch, must_go_back, next_share
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
from runtime.tables import ExperimentRow

HOUR = 3600.0
WORTH = 0.005
"""Weights that changed by less than this are left as they are."""
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


def compared(found: Tally, arm: int, metric: str) -> Lift:
    """Compare an arm with the control by orders, clicks or who wanted a person.

    Of several arms each is judged by as much less as there are more of them (Bonferroni), so that
    all intervals hold together.
    """
    known = found.cohorts(metric)
    shown, hits = known.exposures, np.minimum(known.rewards, known.exposures)
    common = hits[[0, arm]].sum() / max(shown[[0, arm]].sum(), 1)
    known_well = likelihood(hits[0], shown[0], hits[arm], shown[arm])
    return lift(known_well, float(common), ALPHA / (len(shown) - 1))


async def _weigh(services: Services, row: ExperimentRow) -> None:
    last = last_step(services.engine, row.run)
    if last.what == "shares" and services.now() - last.at < 5 * services.settings.weights_seconds:
        return  # Weights in batches: every five minutes, if nothing else is set.
    found = await tally(services, row)
    known = found.cohorts(row.setup["metric"])
    shares = as_shares(row.setup["arms"], weights(known))
    if max(abs(shares[arm] - row.shares.get(arm, 0.0)) for arm in shares) >= WORTH:
        inputs = {
            "exposures": known.exposures.sum(-1).tolist(),
            "rewards": known.rewards.sum(-1).tolist(),
            "mature": (known.exposures * known.mature).sum(-1).tolist(),
        }
        await set_shares(services, row.run, shares, inputs)


async def _watch(services: Services, row: ExperimentRow) -> None:
    setup, found = setup_of(row), await tally(services, row)
    terms = Terms(setup.target, setup.days, setup.orders)
    gain, bother = compared(found, 1, setup.metric), compared(found, 1, "people")
    days = (services.now() - row.began) / 86400
    hits = found.cohorts(setup.metric).rewards.sum(-1)
    inputs = {
        "exposures": found.exposures.sum(-1).tolist(),
        "hits": hits.tolist(),
        "people": found.people.sum(-1).tolist(),
        "lift": float(gain.best),
        "better": float(gain.better),
        "worse": float(gain.worse),
        "bother": float(bother.better),
    }
    harms = bool(must_go_back(gain))
    if harms or float(bother.better) >= HARM:
        why = "worse" if harms else "people"
        await change(services, row.run, "rolled_back", why=why, **inputs)
    elif bool(may_switch(gain, days, hits.min(), terms)):
        await change(services, row.run, "switched", **inputs)
    else:
        control, other = setup.arms
        last = last_step(services.engine, row.run)
        before = last.inputs.get("exposures", [0.0, 0.0])[1]
        share = next_share(
            row.shares[other],
            (services.now() - last.at) / 86400,
            inputs["exposures"][1] - before,
            terms,
        )
        if share != row.shares[other]:
            shares = {control: 1 - share, other: share}
            await set_shares(services, row.run, shares, inputs)


_LOOKS = {"bandit": _weigh, "canary": _watch}
