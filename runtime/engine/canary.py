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
