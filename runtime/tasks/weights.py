"""Computes the bandits' weights from the counts, every minute or so.

Running it twice does no harm: it only looks at counts and puts new weights in force.
"""

from celery import shared_task

from runtime.engine.bandits import as_shares
from runtime.engine.bandits import weights as weights_after
from runtime.experiments.steering import steer
from runtime.services import Services, portal
from runtime.store.arm_counts import cohorts_of, set_weights
from runtime.store.keys import CURRENT


@shared_task(name="runtime.weights", ignore_result=True)
def compute_weights() -> None:
    """Put new weights in force, and steer the experiments that go on."""
    portal().call(weigh)
    portal().call(steer)


async def weigh(services: Services) -> dict[str, dict[str, float]]:
    """Compute and set the weights of every bandit script that is live."""
    number = int(await services.redis.get(CURRENT) or 0)
    if number == 0:
        return {}
    release = await services.releases.get(number)
    weights = {}
    for key, script in release.book.scripts.items():
        arms = list(script.spoken)
        if script.weighting == "bandit" and arms:
            known = await cohorts_of(services.redis, key, arms, services.now())
            weights[key] = as_shares(arms, weights_after(known))
    await set_weights(services.redis, weights)
    return weights
