"""Canaries watched by the hour, coverage of the intervals, and false alarms about the split."""

import numpy as np

from bench.report import Report, Row
from bench.scenarios import Floats
from runtime.engine.canary import Terms, may_switch, must_go_back
from runtime.engine.sequential import (
    RATIOS,
    adjusted,
    difference,
    lift,
    likelihood,
    mean,
    mismatch,
    rate,
)

RUNS, HOURS, EACH = 1_000, 28 * 24, 166
"""`EACH` visitors an hour of both arms together: 2,000 an arm a day."""
RATE = 0.05
LIFTS = (0.0, 0.06, 0.12, 0.18, -0.2, -0.3)
TARGETS = {
    ("switches", 0.0): ("lower", 1.0),
    ("switches", 0.12): ("higher", 69.0),
    ("switches", 0.18): ("higher", 98.0),
    ("goes back", 0.0): ("lower", 3.0),
}


def measure(report: Report) -> None:
    """Measure all of it."""
    for true in LIFTS:
        _canary(report, true)
    _canary(report, 0.0, week=True)
    _canary(report, 0.12, week=True)
    for true in (0.001, 0.01, 0.05, 0.3):
        _coverage(report, true)
    _revenue(report)
    _with_earlier(report)
    _splits(report)


def _canary(report: Report, true: float, week: bool = False) -> None:
    """Look every hour for four weeks; `week` adds days, nights and visitors who come again."""
    dice = np.random.default_rng(int(1000 * (true + 1)) + week)
    known = np.zeros((RUNS, len(RATIOS)))
    orders, shown = np.zeros((2, RUNS)), np.zeros((2, RUNS))
    ended, covered = np.zeros((2, RUNS)), np.ones(RUNS, bool)
    loyal = dice.gamma(4.0, 0.25, (2, RUNS, 300)).mean(-1) if week else np.ones((2, RUNS))
    for hour in range(HOURS):
        season = 1 + 0.3 * np.sin(hour * np.pi / 12) + 0.2 * (hour // 24 % 7 > 4) if week else 1.0
        came = dice.binomial(EACH, 0.5, RUNS)
        came = np.stack([came, EACH - came])
        rates = RATE * season * np.array([[1.0], [1 + true]])
        if (
            week
        ):  # A tenth of the visits are those of 300 regulars an arm, each with a rate of their own.
            rates = rates * (0.9 + 0.1 * loyal)
        bought = dice.binomial(came, rates)
        known += _known(bought, came)
        orders, shown = orders + bought, shown + came
        found = lift(known, orders.sum(0) / shown.sum(0))
        covered &= (found.low <= true) & (true <= found.high)
        going = ~ended.any(0)
        ended[0][going & may_switch(found, (hour + 1) / 24, orders.min(0), Terms())] = hour + 1
        going = ~ended.any(0)
        ended[1][going & must_go_back(found)] = hour + 1
    name = f"canary at {true:+.0%}" + (", weekdays and regulars" if week else "")
    for what, hours in zip(("switches", "goes back"), ended, strict=True):
        better, target = ("lower", None) if week else TARGETS.get((what, true), ("lower", None))
        report.add(_share(f"{name}: {what}", hours > 0, better, target))
    if true < 0:
        median = float(np.median(np.where(ended[1] > 0, ended[1], np.inf)))
        target = 66.0 if true == -0.2 else None
        report.add(Row(f"{name}: goes back after, median", median, "h", "lower", target))
    report.add(_share(f"{name}: interval covers at all hours", covered, "higher", 95.0))


def _known(bought: Floats, came: Floats) -> Floats:
    a, b = ((bought[arm, :, None], came[arm, :, None]) for arm in (0, 1))
    return likelihood(a[0] * 1.0, a[1] * 1.0, b[0] * 1.0, b[1] * 1.0)


def _share(name: str, happened: Floats, better: str, target: float | None) -> Row:
    low, high = rate(np.array(float(happened.sum())), np.array(float(len(happened))))
    note = f"{100 * low:.1f} to {100 * high:.1f}; {len(happened)} runs"
    return Row(name, 100 * float(happened.mean()), "%", better, target, note)


def _coverage(report: Report, true: float) -> None:
    """Look after every hundred exposures, 300 times, at the rate and at a lift of 10 %."""
    dice = np.random.default_rng(3)
    hits, shown = np.zeros((2, RUNS)), 0.0
    known, inside = np.zeros((RUNS, len(RATIOS))), np.ones((2, RUNS), bool)
    for _look in range(300):
        bought = dice.binomial(100, np.array([[true], [1.1 * true]]), (2, RUNS))
        hits, shown = hits + bought, shown + 100
        low, high = rate(hits[0], np.full(RUNS, shown))
        inside[0] &= (low <= true) & (true <= high)
        known += _known(bought, np.full((2, RUNS), 100))
        found = lift(known, hits.sum(0) / shown / 2)
        inside[1] &= (found.low <= 0.1) & (found.high >= 0.1)
    for what, covers in zip(("rate", "lift"), inside, strict=True):
        row = f"interval of a {what} at {true:.1%} covers at all looks"
        report.add(_share(row, covers, "higher", 95.0))


def _revenue(report: Report) -> None:
    """Look at the mean value of a visitor after every 500: 5 % buy, for very different sums."""
    dice = np.random.default_rng(4)
    worth = 0.05 * np.exp(4 + 0.8**2 / 2)
    sums, inside = np.zeros((2, RUNS)), np.ones(RUNS, bool)
    for look in range(1, 101):
        values = (dice.random((RUNS, 500)) < RATE) * dice.lognormal(4, 0.8, (RUNS, 500))
        sums += np.stack([values.sum(1), (values**2).sum(1)])
        low, high = mean(np.full(RUNS, 500.0 * look), sums[0], sums[1])
        inside &= (low <= worth) & (worth <= high)
    report.add(_share("interval of a mean value covers at all looks", inside, "higher", 95.0))


def _with_earlier(report: Report) -> None:
    """Compare revenue, capped and less earlier orders, after every 1,000 visitors an arm, 50 times.

    Who ordered before orders more often: 2 % and 4 points for each earlier order.
    """
    dice = np.random.default_rng(5)
    sums, inside = np.zeros((RUNS, 6, 2)), np.ones(RUNS, bool)
    narrower, explains = np.zeros(RUNS), np.zeros(RUNS)
    for _look in range(50):
        before = np.minimum(dice.negative_binomial(0.5, 0.4, (RUNS, 2, 1_000)), 20)
        buys = dice.random(before.shape) < np.minimum(0.02 + 0.04 * before, 0.9)
        worth = np.minimum(dice.lognormal(4, 0.8, before.shape), 350.0) * buys
        parts = (np.ones_like(worth), worth, worth**2, before, before**2, before * worth)
        sums += np.stack([part.sum(-1) for part in parts], 1)
        for run in range(RUNS):
            shown, total, squares, *earlier = sums[run]
            found, left, explains[run] = adjusted((shown, total, squares), tuple(earlier))  # type: ignore[arg-type]
            low, high = difference(*zip(shown, found, left, strict=True))  # type: ignore[arg-type]
            plain = difference(*zip(shown, total, squares, strict=True))  # type: ignore[arg-type]
            inside[run] &= low <= 0 <= high
            narrower[run] = 1 - (high - low) / (plain[1] - plain[0])
    report.add(_share("interval of adjusted revenue covers at all looks", inside, "higher", 95.0))
    note = f"earlier orders explain {100 * explains.mean():.1f} % of the differences"
    name = "interval of revenue, narrower for earlier orders"
    report.add(Row(name, 100 * narrower.mean(), "%", "higher", None, note))


def _splits(report: Report) -> None:
    """Watch a right split, and one that loses a twentieth of an arm, by the hour for four weeks."""
    dice = np.random.default_rng(6)
    for name, really, better, target in (
        ("false alarms", (0.5, 0.5), "lower", 0.1),
        ("alarms at 48.7 to 51.3", (0.487, 0.513), "higher", None),
    ):
        alarms = np.zeros(5 * RUNS, bool)
        for run in range(5 * RUNS):
            came = dice.multinomial(EACH, really, HOURS).astype(float)
            alarms[run] = mismatch(came, np.full((HOURS, 2), 0.5)) > 1_000
        report.add(_share(f"sample ratio: {name}", alarms, better, target))
