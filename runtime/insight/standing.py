"""How the wordings of a script stand to each other, as far as can be said by now."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runtime.engine.bandits import WARM_UP, Cohorts, chances
from runtime.engine.sequential import lift, likelihood, rate
from runtime.services import Services
from runtime.store.arm_counts import KEPT, cohorts_of

DAYS = KEPT // 24


@dataclass(frozen=True)
class Standing:
    """One variant in the last four weeks. Shares are of 1; intervals hold at all looks together.

    `chance` is that of being the best of those that were seen often enough, and None for others;
    `lift` is how much more it earns than the first variant, (low, best, high); None for that one.
    """

    variant: str
    shown: int
    orders: int
    rate: tuple[float, float, float]
    chance: float | None
    lift: tuple[float, float, float] | None = None


async def standings(services: Services, script: str, variants: Sequence[str]) -> list[Standing]:
    """Compare the variants that visitors get with the first of them; empty below two."""
    if len(variants) < 2:
        return []
    known = await cohorts_of(services.redis, script, variants, services.now())
    shown, orders = known.exposures.sum(-1), known.rewards.sum(-1)
    orders = np.minimum(orders, shown)
    low, high = rate(orders, shown)
    middle, chance = orders / np.maximum(shown, 1), _chances(known)
    return [
        Standing(
            variant,
            int(shown[place]),
            int(orders[place]),
            (float(low[place]), float(middle[place]), float(high[place])),
            chance.get(place),
            _lift(known, place) if place else None,
        )
        for place, variant in enumerate(variants)
    ]


def _chances(known: Cohorts) -> dict[int, float]:
    """Give the chance to be best of those whose warm-up is over, by place."""
    warm = np.flatnonzero(known.exposures.sum(-1) >= WARM_UP)
    if len(warm) < 2:
        return {}
    among = Cohorts(known.exposures[warm], known.rewards[warm], known.mature)
    return {int(i): float(one) for i, one in zip(warm, chances(among), strict=True)}


def _lift(known: Cohorts, place: int) -> tuple[float, float, float]:
    """Give the ends and the best estimate of how much more one earns than the first."""
    shown, orders = known.exposures[[0, place]], known.rewards[[0, place]]
    common = min(orders.sum() / max(shown.sum(), 1), 1.0)
    found = lift(likelihood(orders[0], shown[0], orders[1], shown[1]), common)
    return float(found.low), float(found.best), float(found.high)
