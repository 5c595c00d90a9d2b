"""Computes the bandits' weights from the counts, every minute or so.

Running it twice does no harm: it only looks at counts and puts new weights in force.
"""

from random import Random

from celery import shared_task

from runtime.engine.bandits import ArmCount, thompson
from runtime.services import Services, portal
from runtime.store.arm_counts import counts_of, set_weights
from runtime.store.keys import CURRENT


@shared_task(name="runtime.weights", ignore_result=True)
def compute_weights() -> None:
    """Put new weights in force."""
    portal().call(weigh)


async def weigh(services: Services) -> dict[str, dict[str, float]]:
    """Compute and set the weights of every bandit script that is live."""
    number = int(await services.redis.get(CURRENT) or 0)
    if number == 0:
        return {}
    release = await services.releases.get(number)
    scripts = {
        key: script for key, script in release.book.scripts.items() if script.weighting == "bandit"
    }
    counted = await counts_of(services.redis, scripts)
    dice = Random(services.dice.random())  # noqa: S311  chances, not secrets
    weights = {
        key: thompson({arm: counted[key].get(arm, ArmCount()) for arm in script.variants}, dice)
        for key, script in scripts.items()
        if script.variants
    }
    await set_weights(services.redis, weights)
    return weights
