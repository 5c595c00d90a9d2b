"""Experiments: orders lost by bandits, canaries watched by the hour, coverage, and what it costs."""

import csv
import time
from collections.abc import Callable

import numpy as np
from mabwiser.mab import MAB, LearningPolicy

from bench import canaries, experiment_costs
from bench.report import Report, Row
from bench.scenarios import (
    BATCHES,
    SCENARIOS,
    Floats,
    Scenario,
    fixed_test,
    greedy,
    lost,
    margin,
    ours,
    plain_thompson,
    uniform,
    with_half_life,
)
from runtime.engine.bandits import Cohorts, weights

RUNS, PEER_RUNS = 1_000, 50
POLICIES = {
    "ours": ours,
    "ours, half-life 25 batches": with_half_life,
    "A/B for a fifth, then the winner": fixed_test,
    "greedy, 10 % any": greedy,
    "Thompson, floor 1 %": plain_thompson,
}
PEERS: dict[str, Callable[[], object]] = {
    "MABWiser Thompson": LearningPolicy.ThompsonSampling,
    "MABWiser UCB1": LearningPolicy.UCB1,
    "MABWiser greedy, 10 % any": LearningPolicy.EpsilonGreedy,
}
DEFAULT = {"A": 32.0, "B": 34.0, "C": 70.0, "D": 22.0, "E": 33.0}
BEST = {"A": 27.0, "B": 31.0, "C": 66.0, "D": 21.0, "E": 26.0}


async def measure(report: Report, seconds: float) -> None:
    """Measure all of it: about a quarter of an hour."""
    _lost_orders(report)
    if report.data:
        _hillstrom(report)
    canaries.measure(report)
    _cost(report)
    await experiment_costs.measure(report)


def _lost_orders(report: Report) -> None:
    """Compare policies by what they lose of the orders that showing all alike loses."""
    found: dict[tuple[str, str], list[Floats]] = {}
    for scenario in SCENARIOS:
        alike = lost(scenario, uniform, RUNS, 1).mean()
        for name, policy in POLICIES.items():
            missed = 100 * lost(scenario, policy, RUNS, 2) / alike
            _row(report, scenario.name, name, missed)
            found.setdefault((scenario.name[0], name), []).append(missed)
        for name, policy in PEERS.items():
            missed = np.array([_peer(scenario, policy, seed) for seed in range(PEER_RUNS)])
            _row(report, scenario.name, name, 100 * missed / alike)
    for letter, target in DEFAULT.items():
        mine = np.concatenate(found[letter, "ours"])
        report.add(
            Row(f"{letter}, ours", mine.mean(), "% lost", "lower", target, f"± {margin(mine):.1f}")
        )
        ways = [np.concatenate(found[letter, name]) for name in list(POLICIES)[:2]]
        best = min(ways, key=lambda way: float(way.mean()))
        note = f"± {margin(best):.1f}; with or without half-life"
        report.add(
            Row(f"{letter}, best of ours", best.mean(), "% lost", "lower", BEST[letter], note)
        )


def _row(report: Report, scenario: str, policy: str, missed: Floats) -> None:
    note = f"± {margin(missed):.1f}; {len(missed)} runs; uniform 100"
    report.add(Row(f"{scenario}, {policy}", missed.mean(), "% lost", "lower", None, note))


def _peer(scenario: Scenario, policy: Callable[[], object], seed: int) -> float:
    """Run MABWiser visitor by visitor, told of orders when they come, batch by batch."""
    dice, there = np.random.default_rng(seed), ~np.isnan(scenario.rates)
    arms = [int(arm) for arm in np.flatnonzero(there[:, 0])]
    peer, missed = MAB(arms, policy(), seed=seed), 0.0
    due: list[list[tuple[int, int]]] = [[] for _ in range(BATCHES + 1)]
    peer.fit(arms, [0] * len(arms))
    for now in range(BATCHES):
        for arm in np.flatnonzero(there[:, now]):
            if int(arm) not in peer.arms:
                peer.add_arm(int(arm))
        if due[now]:
            chosen, rewards = zip(*due[now], strict=True)
            peer.partial_fit(list(chosen), list(rewards))
        rate = scenario.rates[:, now]
        for _ in range(scenario.visitors):
            arm = int(peer.predict())
            missed += float(np.nanmax(rate) - rate[arm])
            # Without delay it learns at the next batch; else of every order when it comes, and of
            # those who bought nothing at once, as its users do.
            bought = bool(dice.random() < rate[arm])
            wait = dice.exponential(scenario.delay) if scenario.delay and bought else 0.0
            if now + 1 + wait < BATCHES:
                due[int(now + 1 + wait)].append((arm, int(bought)))
    return missed


def _hillstrom(report: Report) -> None:
    """Replay an e-mail test of three arms: outcomes are drawn from those who got that arm."""
    with report.data.open(encoding="utf-8") as file:  # type: ignore[union-attr]
        rows = list(csv.DictReader(file))
    names = sorted({row["segment"] for row in rows})
    for what, label, target in (("visit", "visits", 89.0), ("conversion", "orders", 65.0)):
        true = np.array(
            [np.mean([float(r[what]) for r in rows if r["segment"] == name]) for name in names]
        )
        replay = Scenario(label, np.array([np.full(BATCHES, rate) for rate in true]), 640)
        alike, missed = lost(replay, uniform, RUNS, 1).mean(), lost(replay, ours, RUNS, 2)
        gained = 100 * (1 - missed / alike)
        note = f"± {margin(gained):.1f}; {RUNS} runs of 64,000 e-mails in 100 batches"
        row = f"Hillstrom, of the best arm's gain on {label}"
        report.add(Row(row, gained.mean(), "%", "higher", target, note))


def _cost(report: Report) -> None:
    """Work out the weights of 1,000 experiments of five arms over four weeks of hours."""
    dice = np.random.default_rng(5)
    shown = dice.poisson(20, (1_000, 5, 672)).astype(float)
    orders = dice.binomial(shown.astype(int), 0.05).astype(float)
    started = time.process_time()
    for one, bought in zip(shown, orders, strict=True):
        weights(Cohorts(one, bought, np.ones(672)))
    spent = time.process_time() - started
    report.add(Row("weights of 1,000 experiments of 5 arms", spent, "s CPU", "lower", 2.0))
