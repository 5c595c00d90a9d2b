"""What an even split, an A/B test, a bandit and a canary would do: a thousand times each, by dice.

Visitors come evenly over the days, orders at once, and rates do not change: what differs is the way
of deciding alone. The statistics are those of service, looked at every six hours. Lost are orders
that the best wording would have brought besides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.engine.bandits import Cohorts, weights
from runtime.engine.canary import STAGES, Terms, may_switch, must_go_back
from runtime.engine.sequential import ALPHA, RATIOS, lift, likelihood

RUNS = 1_000
STEP = 0.25
"""Days between two looks."""
LONGEST = 42
Floats = npt.NDArray[np.float64]
Tell = Callable[[float], None]


@dataclass(frozen=True)
class Plan:
    """Rates by arm (the control first), visitors a day of all arms, days, and a canary's terms."""

    rates: tuple[float, ...]
    per_day: float
    days: int
    target: float = 0.12
    least_days: float = 7.0
    orders: int = 100

    @property
    def steps(self) -> int:
        """Count the looks."""
        return int(self.days / STEP)


@dataclass
class _World:
    """Many runs at once: what was shown and ordered so far, by run and arm."""

    plan: Plan
    dice: np.random.Generator
    runs: int

    def __post_init__(self) -> None:
        shape = (self.runs, len(self.plan.rates))
        self.shown, self.hits, self.lost = np.zeros(shape), np.zeros(shape), np.zeros(self.runs)
        self.known = np.zeros((shape[1] - 1, self.runs, len(RATIOS)))

    def go(self, shares: Floats) -> tuple[Floats, Floats]:
        """Let the visitors of one step come, dealt by the shares of each run."""
        many = self.dice.poisson(self.plan.per_day * STEP, self.runs)
        shown = self.dice.multinomial(many, shares).astype(float)
        rates = np.array(self.plan.rates)
        hits = self.dice.binomial(shown.astype(int), rates).astype(float)
        self.shown += shown
        self.hits += hits
        self.lost += shown @ (rates.max() - rates)
        return shown, hits

    def learn(self, shown: Floats, hits: Floats) -> list[Any]:
        """Give what is known of each challenger's lift after a step."""
        found = []
        for arm in range(1, shown.shape[1]):
            pair = (
                column[:, None] for column in (hits[:, 0], shown[:, 0], hits[:, arm], shown[:, arm])
            )
            self.known[arm - 1] += likelihood(*pair)
            both = self.shown[:, [0, arm]].sum(-1)
            common = self.hits[:, [0, arm]].sum(-1) / np.maximum(both, 1)
            found.append(lift(self.known[arm - 1], common, ALPHA / (shown.shape[1] - 1)))
        return found


def rehearse(plan: Plan, tell: Tell, runs: int = RUNS, seed: int = 7) -> list[dict[str, Any]]:
    """Give for each way how it does; `tell` hears the share that is done, 0 to 1.

    `lost` is the mean number of lost orders, `decided` the share of runs that came to a decision,
    `days` their median, `right` the share of runs that end with the best wording in front.
    """
    ways: dict[str, Callable[[_World, Tell], tuple[Floats, Floats]]] = {
        "even": _even,
        "ab": _ab,
        "bandit": _bandit,
    }
    if len(plan.rates) == 2:
        ways["canary"] = _canary
    rows = []
    for number, (way, run) in enumerate(ways.items()):
        world = _World(plan, np.random.default_rng(seed), runs)
        ended, ahead = run(world, lambda done, n=number: tell((n + done) / len(ways)))  # type: ignore[misc]
        decided = ended > 0
        rows.append(
            {
                "way": way,
                "lost": float(world.lost.mean()),
                "orders": float(world.hits.sum(-1).mean()),
                "decided": float(decided.mean()),
                "days": float(np.median(ended[decided])) if decided.any() else None,
                "right": float((ahead == int(np.argmax(plan.rates))).mean()),
            }
        )
    return rows


def _even(world: _World, tell: Tell) -> tuple[Floats, Floats]:
    shares = np.full(world.shown.shape, 1 / world.shown.shape[1])
    for step in range(world.plan.steps):
        world.go(shares)
        tell(step / world.plan.steps)
    return np.zeros(world.runs), _best_so_far(world)


def _ab(world: _World, tell: Tell) -> tuple[Floats, Floats]:
    """Deal evenly until one is better, or all are worse, than the control; then only that one."""
    arms = world.shown.shape[1]
    shares, ended = np.full(world.shown.shape, 1 / arms), np.zeros(world.runs)
    winner = np.full(world.runs, -1)
    for step in range(world.plan.steps):
        found = world.learn(*world.go(shares))
        low, high = np.stack([one.low for one in found]), np.stack([one.high for one in found])
        best = np.stack([one.best for one in found]).argmax(0) + 1
        now = np.where((low > 0).any(0), best, np.where((high < 0).all(0), 0, -1))
        fresh = (ended == 0) & (now >= 0)
        ended[fresh], winner[fresh] = (step + 1) * STEP, now[fresh]
        shares[fresh] = np.eye(arms)[now[fresh]]
        tell(step / world.plan.steps)
    return ended, np.where(winner >= 0, winner, _best_so_far(world))


def _bandit(world: _World, tell: Tell) -> tuple[Floats, Floats]:
    """Let the weights follow what is earned; it never comes to an end."""
    arms, steps = world.shown.shape[1], world.plan.steps
    shown, hits = np.zeros((2, world.runs, arms, steps))
    shares = np.full(world.shown.shape, 1 / arms)
    for step in range(steps):
        shown[..., step], hits[..., step] = world.go(shares)
        seen = slice(0, step + 1)
        shares = weights(Cohorts(shown[..., seen], hits[..., seen], np.ones(step + 1)))
        tell(step / steps)
    return np.zeros(world.runs), shares.argmax(-1).astype(float)


def _canary(world: _World, tell: Tell) -> tuple[Floats, Floats]:
    """Let B in by stages; it switches, goes back, or goes on."""
    plan, terms = world.plan, Terms(world.plan.target, world.plan.least_days, world.plan.orders)
    ended, ahead = np.zeros(world.runs), np.full(world.runs, -1.0)
    stage = max(terms.days / 7, STEP)
    share = np.full(world.runs, STAGES[0])
    for step in range(plan.steps):
        found = world.learn(*world.go(np.stack([1 - share, share], -1)))[0]
        days, going = (step + 1) * STEP, ended == 0
        back = going & must_go_back(found)
        switch = going & ~back & may_switch(found, days, world.hits.min(-1), terms)
        ended[back | switch] = days
        ahead[back], ahead[switch] = 0, 1
        going &= ~(back | switch)
        share[going] = STAGES[min(int(days / stage), len(STAGES) - 1)]
        share[back], share[switch] = 0.0, 1.0
        tell(step / plan.steps)
    return ended, np.where(ahead >= 0, ahead, _best_so_far(world))


def _best_so_far(world: _World) -> Floats:
    rates: Floats = (world.hits / np.maximum(world.shown, 1)).argmax(-1).astype(float)
    return rates
