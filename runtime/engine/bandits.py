"""Weights from counts: batch Thompson sampling with a floor for every arm.

Each arm's conversion rate is Beta(1 + rewards, 1 + exposures - rewards); the weight of an arm is
the share of draws in which it is best (Thompson 1933; Chapelle & Li 2011). The dice come in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

FLOOR = 0.02
DRAWS = 2_000


@dataclass(frozen=True)
class ArmCount:
    """What one arm has done so far."""

    exposures: int = 0
    clicks: int = 0
    orders: int = 0
    value: float = 0.0


def thompson(counts: Mapping[str, ArmCount], dice: Random) -> dict[str, float]:
    """Give each arm its share of the next batch; shares sum to 1 and none is below the floor."""
    if not counts:
        return {}
    wins = dict.fromkeys(counts, 0)
    for _ in range(DRAWS):
        drawn = {arm: _rate(count, dice) for arm, count in counts.items()}
        wins[max(drawn, key=lambda arm: drawn[arm])] += 1
    floor = min(FLOOR, 1 / len(counts))
    spare = 1 - floor * len(counts)
    return {arm: round(floor + spare * won / DRAWS, 4) for arm, won in wins.items()}


def _rate(count: ArmCount, dice: Random) -> float:
    # Orders may outnumber exposures when a visitor buys twice; a rate cannot pass one.
    misses = max(0, count.exposures - count.orders)
    return dice.betavariate(1 + count.orders, 1 + misses)
