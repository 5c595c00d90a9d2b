"""Statistics that stay true however often somebody looks: confidence sequences and e-values.

All of it holds at every look at once (Ville's inequality), so an experiment may be watched by the
hour and ended when it is decided. Nothing here is our own invention; the sources stand with each.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, logsumexp, xlog1py, xlogy

ALPHA = 0.05
PRIOR = 0.13
"""Standard deviation of log lifts before anything is known: most wordings differ little."""
RATIOS = np.linspace(-1.5, 1.5, 601)
"""Logarithms of the relative rates that are looked at: from 0.22 to 4.5 times."""
TILTS = np.array([-0.3, -0.1, -0.05, -0.02, 0.02, 0.05, 0.1, 0.3])
TUNED = 5_000
"""Observations at which the interval of a mean is narrowest, for its size."""
Floats = NDArray[np.float64]


def _prior(middle: float, spread: float, within: NDArray[np.bool_]) -> Floats:
    """Give the logarithms of a normal prior of log ratios, cut to a part of them."""
    found = np.where(within, -(((RATIOS - middle) / spread) ** 2) / 2, -np.inf)
    return np.asarray(found - logsumexp(found))


_NOTHING = len(RATIOS) // 2
_USUAL = _prior(0.0, PRIOR, np.isfinite(RATIOS))
_ANY = np.logaddexp(_USUAL, _prior(0.0, 0.5, np.isfinite(RATIOS))) - np.log(2)
"""For the interval: large lifts are rare, not unheard of."""
_BETTER = _prior(0.0, 2 * PRIOR, RATIOS > 1e-9)
_WORSE = _prior(-0.25, 0.08, RATIOS < -1e-9)


@dataclass(frozen=True)
class Lift:
    """How much more B earns than A, as a share of A: 0.12 is 12 % more.

    `low` and `high` hold with 95 % at all times together; `best` is shrunk towards nothing by what
    is usual. `better` and `worse` are e-values against B being no better, and no worse: where that
    is so they ever reach 20 in one experiment of 20 at most. `worse` looks for harm of a fifth.
    """

    low: Floats
    high: Floats
    best: Floats
    better: Floats
    worse: Floats


def likelihood(hits_a: Floats, shown_a: Floats, hits_b: Floats, shown_b: Floats) -> Floats:
    """Give the log likelihood of each relative rate in `RATIOS`; from (…, hours) to (…, 601).

    Of all hits of an hour, B's share depends on how often each was shown and on the ratio of the
    rates alone, whatever the hour's own rate is and whoever set the shares (Lindon & Malek 2022).
    So neither seasons nor a bandit's weights nor orders still to come can feign a lift. Hits
    are taken as rare (Poisson); `lift` allows for rates that are not.
    """
    shown_a, shown_b = shown_a[..., None], shown_b[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        logit = RATIOS + np.log(shown_b) - np.log(shown_a)
        # log θ and log(1 - θ) of B's share θ, without loss at either end.
        of_b, of_a = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
        both = (shown_a > 0) & (shown_b > 0)
        whole = hits_b[..., None] * of_b + hits_a[..., None] * of_a
    return np.asarray(np.where(both, whole, 0.0).sum(-2))


def lift(log_likelihood: Floats, common: Floats | float = 0.0, alpha: float = ALPHA) -> Lift:
    """Give lift, interval and evidence from `likelihood`, shape (…, 601) to (…).

    The e-value of a ratio is the likelihood of all of them, mixed by a prior, over its own (mixture
    sequential test, Robbins 1970); the interval holds those whose e-value is below 1/alpha.
    `common` is the rate of hits that are 0 or 1: they vary by 1 - common of what rare ones would.
    """
    known = log_likelihood / (1 - np.minimum(np.asarray(common), 0.99))[..., None]
    mixed = logsumexp(known + _ANY, axis=-1)[..., None]
    inside = mixed - known < np.log(1 / alpha)
    first = inside.argmax(-1)
    last = inside.shape[-1] - 1 - inside[..., ::-1].argmax(-1)
    step = RATIOS[1] - RATIOS[0]
    low = np.where(first == 0, -np.inf, RATIOS[first] - step)
    high = np.where(last == len(RATIOS) - 1, np.inf, RATIOS[last] + step)
    usual = known + _USUAL
    best = (np.exp(usual - logsumexp(usual, axis=-1)[..., None]) * RATIOS).sum(-1)
    better, worse = (
        logsumexp(known + prior, axis=-1) - known[..., _NOTHING] for prior in (_BETTER, _WORSE)
    )
    return Lift(np.expm1(low), np.expm1(high), np.expm1(best), _capped(better), _capped(worse))


def _capped(logarithm: Floats) -> Floats:
    return np.asarray(np.exp(np.minimum(logarithm, 700.0)))


def rate(hits: Floats, shown: Floats, alpha: float = ALPHA) -> tuple[Floats, Floats]:
    """Give the ends of the confidence sequence of a rate, exact at every size, shape as given.

    The rates whose likelihood is above alpha times that of all of them, mixed by Beta(½, ½)
    (Robbins 1970; Howard, Ramdas, McAuliffe & Sekhon 2021, proposition 7).
    """
    misses = np.maximum(shown - hits, 0.0)
    mixed = betaln(hits + 0.5, misses + 0.5) - betaln(0.5, 0.5) + np.log(alpha)
    peak = hits / np.maximum(shown, 1.0)

    def end(far: Floats) -> Floats:
        inner, outer = peak.copy(), far
        for _ in range(50):
            middle = (inner + outer) / 2
            is_in = xlogy(hits, middle) + xlog1py(misses, -middle) > mixed
            inner, outer = np.where(is_in, middle, inner), np.where(is_in, outer, middle)
        return np.asarray(outer)

    return end(np.zeros_like(peak)), end(np.ones_like(peak))


def mean(
    shown: Floats, total: Floats, squares: Floats, alpha: float = ALPHA
) -> tuple[Floats, Floats]:
    """Give the ends of the confidence sequence of a mean, from count, sum and sum of squares.

    It holds as the count grows, as a normal interval does, but at all times together
    (Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2024, theorem 2.2).
    """
    many = np.maximum(shown, 2.0)
    middle = total / many
    spread = np.maximum(squares / many - middle**2, 0.0)
    wide = np.sqrt(spread / many) * boundary(many, alpha)
    return middle - wide, middle + wide


def difference(
    a: tuple[Floats, Floats, Floats], b: tuple[Floats, Floats, Floats], alpha: float = ALPHA
) -> tuple[Floats, Floats]:
    """Give the ends for B's mean less A's; each is (count, sum, sum of squares)."""
    (n_a, mean_a, error_a), (n_b, mean_b, error_b) = _moments(*a), _moments(*b)
    wide = np.sqrt(error_a + error_b) * boundary(n_a + n_b, alpha)
    return mean_b - mean_a - wide, mean_b - mean_a + wide


def adjusted(
    sums: tuple[Floats, Floats, Floats], earlier: tuple[Floats, Floats, Floats]
) -> tuple[Floats, Floats, float]:
    """Give totals and squares of arms less what was known beforehand, and the share it explains.

    `sums` are count, sum and sum of squares; `earlier` the sum of what visitors did before they met
    an arm, of its squares, and of it times what came after; all of shape (arms,). What differs by
    chance before explains a part of what differs after, and that part is taken off (CUPED; Deng,
    Xu, Kohavi & Walker 2013). An assignment by hash cannot depend on what was before, so nothing is
    taken off the arm's own effect.
    """
    (shown, total, squares), (before, before_squares, both) = sums, earlier
    many = np.maximum(shown, 1.0)
    spread = before_squares - before**2 / many
    along = both - before * total / many
    if spread.sum() <= 0:
        return total, squares, 0.0
    slope = along.sum() / spread.sum()
    common = before.sum() / many.sum()
    middle = total / many - slope * (before / many - common)
    inside = squares - total**2 / many
    left = np.maximum(inside - 2 * slope * along + slope**2 * spread, 0.0)
    explained = 1 - left.sum() / inside.sum() if inside.sum() > 0 else 0.0
    return middle * many, left + many * middle**2, float(max(explained, 0.0))


def boundary(many: Floats, alpha: float = ALPHA) -> Floats:
    """Give how many standard errors wide the interval is at a count; a single look has 1.96."""
    rho = (-2 * np.log(alpha) + np.log(-2 * np.log(alpha)) + 1) / TUNED
    grown = many * rho + 1
    return np.asarray(np.sqrt(2 * grown / (many * rho) * np.log(np.sqrt(grown) / alpha)))


def mismatch(came: Floats, share: Floats) -> float:
    """Give the e-value that visitors were not split as they should be; 1,000 is a fault.

    `came` and `share`, of shape (hours, arms), are visitors by arm and the shares in force. Each
    arm is supposed to get a little more or less than its share; the mean of the likelihood ratios
    is an e-value (sample ratio mismatch after Lindon & Malek 2022, mixed over tilts). What is
    given is the largest of all hours: a fault that was once seen stays one.
    """
    many = came.sum(-1)[..., None, None]
    tilt = TILTS[None, None, :]
    ratio = came[..., None] * tilt - many * np.log1p(share[..., None] * np.expm1(tilt))
    found = logsumexp(ratio.cumsum(0), axis=(-2, -1)) - np.log(ratio.shape[-1] * ratio.shape[-2])
    return float(np.exp(min(found.max(initial=0.0), 700.0)))


def _moments(shown: Floats, total: Floats, squares: Floats) -> tuple[Floats, Floats, Floats]:
    many = np.maximum(shown, 2.0)
    middle = total / many
    return many, middle, np.maximum(squares / many - middle**2, 0.0) / many
