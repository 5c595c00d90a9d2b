"""How the wordings do: exposures, clicks, orders and the weights in force."""

from collections.abc import Iterable

from runtime.services import Services
from runtime.store.arm_counts import Counts, counts_of, weights_of

Weights = dict[str, dict[str, float]]


async def arms(services: Services, scripts: Iterable[str]) -> tuple[dict[str, Counts], Weights]:
    """Give the counts of each script's variants, and the bandits' weights."""
    names = list(scripts)
    return await counts_of(services.redis, names), await weights_of(services.redis)
