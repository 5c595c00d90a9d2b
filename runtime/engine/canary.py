"""Canary: keep on, switch or roll back. B is let in step by step beside A."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runtime.engine.sequential import Lift

STAGES = (0.01, 0.05, 0.10, 0.25, 0.50)
"""Shares of B one after the other; the switch makes it all."""
TARGET = 0.12
LEAST_DAYS = 7.0
LEAST_ORDERS = 100
LEAST_SHOWN = 20
"""Visitors who must have met B in a stage before the next one."""
HELD_BACK = 0.05
"""The share that still meets A after the switch, so that what it brought can be told."""
SURE = 20.0
"""The e-value a switch needs: a B that is no better is taken for better once in twenty at most."""
HARM = 1 / 0.03
"""The e-value that rolls back: a B that is no worse goes back three times in a hundred at most."""
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Terms:
    """When to switch: the shrunk lift that is wanted, days, and orders of each arm."""

    target: float = TARGET
    days: float = LEAST_DAYS
    orders: int = LEAST_ORDERS


def may_switch(found: Lift, days: float, fewest_orders: NDArray[np.float64], terms: Terms) -> Bools:
    """Say whether B is better for certain, by enough, and has been seen for long enough."""
    seen = (days >= terms.days) & (fewest_orders >= terms.orders)
    return np.asarray(seen & (found.better >= SURE) & (found.best >= terms.target))


def must_go_back(found: Lift) -> Bools:
    """Say whether B is worse for certain, at whatever size."""
    return np.asarray(found.worse >= HARM)


def next_share(share: float, stage_days: float, shown: float, terms: Terms) -> float:
    """Give B's share after the stage it is in: the next one when this one was seen long enough.

    A stage lasts a seventh of the days the whole takes, and `shown` visitors must have met B in it.
    """
    if stage_days < terms.days / 7 or shown < LEAST_SHOWN:
        return share
    return next((stage for stage in STAGES if stage > share + 1e-9), share)
