"""The reference evaluator: does it hold, and why (not)? Plain Python, the judge of the matcher."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.conditions import AllOf, AnyOf, Condition, Facts, FactTest, holds
from rules.model import Rule


@dataclass(frozen=True)
class Explained:
    """A condition, whether it holds, what the fact was, and the same for its parts."""

    what: str
    holds: bool
    fact: str = ""
    op: str = ""
    wanted: Any = None
    found: Any = None
    parts: tuple["Explained", ...] = ()


def fire(rules: Sequence[Rule], facts: Facts) -> set[str]:
    """Name the rules whose conditions hold."""
    return {rule.key for rule in rules if holds(rule.when, facts)}


def explain(condition: Condition, facts: Facts) -> Explained:
    """Judge a condition leaf by leaf."""
    held = holds(condition, facts)
    if isinstance(condition, FactTest):
        found = facts.get(condition.fact)
        return Explained("test", held, condition.fact, condition.op, condition.value, found)
    if isinstance(condition, AllOf | AnyOf):
        parts = tuple(explain(part, facts) for part in condition.parts)
        return Explained("all" if isinstance(condition, AllOf) else "any", held, parts=parts)
    return Explained("not", held, parts=(explain(condition.part, facts),))
