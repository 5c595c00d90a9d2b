"""Do matcher, generated code and oracle agree? Judged on snapshots before a release goes out.

Snapshots are drawn around the values that the rules themselves name (just below, at, just above,
missing, and of another type), because that is where two evaluators differ.
"""

from collections.abc import Sequence
from random import Random
from typing import Any

from flows.conditions import tests_in
from rules.facts import FACTS
from rules.judge import Judge
from rules.model import Rule
from rules.oracle import fire


def disagreements(rules: Sequence[Rule], judge: Judge, dice: Random, snapshots: int) -> set[str]:
    """Name the rules that are judged differently on any of these snapshots."""
    values = _values_near(rules)
    different: set[str] = set()
    for _ in range(snapshots):
        facts = {
            name: dice.choice(choices) for name, choices in values.items() if dice.random() < 0.8
        }
        right = fire(rules, facts)
        different |= (_matched(rules, judge, facts) ^ right) | (judge.plain(rules, facts) ^ right)
    return different


def _matched(rules: Sequence[Rule], judge: Judge, facts: dict[str, Any]) -> set[str]:
    """Ask the matcher itself; where it fails the oracle would answer, so that is no difference."""
    try:
        return judge.matcher.fire(rules, facts) if judge.matcher else fire(rules, facts)
    except Exception:
        return fire(rules, facts)


def _values_near(rules: Sequence[Rule]) -> dict[str, list[Any]]:
    near: dict[str, list[Any]] = {}
    for rule in rules:
        for test in tests_in(rule.when):
            wanted = test.value if isinstance(test.value, tuple) else (test.value,)
            choices = near.setdefault(test.fact, [])
            for value in wanted:
                choices += _around(value)
    for name, choices in near.items():
        if name in FACTS and FACTS[name].kind == "bool":
            choices += [True, False]
    return near


def _around(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [value, not value]
    if isinstance(value, int | float):
        return [value - 1, value, value + 1, value + 0.5, -value, 0]
    return [value, f"{value}x", str(value)[:1], ""]
