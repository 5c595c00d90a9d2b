"""How long orders take: the share of an exposure's orders that has come in by its age.

Only orders that have come in are seen, so long delays are missing from young exposures. The curve
is the product-limit estimate in reverse time for such right-truncated delays (Lagakos, Barraj &
De Gruttola 1988): G(d) = product over j > d of 1 - m_j / n_j, with m_j orders of delay j, and n_j
of delay at most j whose exposure is at least j old. A prior stands in while there is little.
"""

import numpy as np
from numpy.typing import NDArray

HOURS = 24
"""Credit is given for so long; by then every order has come in."""
PRIOR_ORDERS = 20.0
PRIOR_MEAN = 2.0
"""Hours: before a shop's own delays are known, orders are expected to take about so long."""
Floats = NDArray[np.float64]


def curve(delays: Floats | None = None) -> Floats:
    """Give the share of orders that has come in before the end of each hour of age, shape (25,).

    `delays` of shape (24, hours of age): orders by their delay in whole hours and the age in whole
    hours of the exposure they belong to; the last column holds everything older.
    """
    known = _prior() if delays is None else _prior() + _truncated(delays)
    seen, at_risk = known
    kept = 1 - np.divide(seen, at_risk, out=np.zeros(HOURS), where=at_risk > 0)
    # kept[j] is the chance that an order of delay at most j has a shorter one.
    share = np.ones(HOURS)
    share[:-1] = np.cumprod(kept[:0:-1])[::-1]
    return np.concatenate([[0.0], share])


def mature(share: Floats, ages: Floats) -> Floats:
    """Give the share of orders of exposures of an age in hours, between whole hours in a line."""
    return np.interp(ages, np.arange(HOURS + 1), share)


def _prior() -> Floats:
    """Give what `PRIOR_ORDERS` orders of exponential delays would have shown."""
    reached = 1 - np.exp(-np.arange(HOURS + 1) / PRIOR_MEAN)
    seen = np.diff(reached / reached[-1]) * PRIOR_ORDERS
    return np.stack([seen, np.cumsum(seen)])


def _truncated(delays: Floats) -> Floats:
    """Count orders of each delay, and those at risk of it: no longer, of exposures old enough."""
    old = delays[:, ::-1].cumsum(-1)[:, ::-1]  # By delay: of exposures of at least this age.
    hours = np.arange(HOURS)
    by_age = old[:, np.minimum(hours, delays.shape[1] - 1)]
    seen = by_age[hours, hours]
    at_risk = by_age.cumsum(0)[hours, hours]
    return np.stack([seen, at_risk])
