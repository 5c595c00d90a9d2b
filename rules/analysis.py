"""Can a condition hold at all, does it always hold, and which rule stands in whose shadow?

A condition is multiplied out into branches of single tests. Facts do not depend on each other, so a
branch can hold when for each fact some value passes all its tests; the values worth trying are
those around the ones the tests name (the boxes of interval analysis, tried point by point).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Any

from flows.conditions import OPERATORS, AllOf, AnyOf, Condition, FactTest, Not
from rules.arbiter import silences, strength
from rules.counts import PREFIX, most_of
from rules.facts import FACTS
from rules.model import Rule, Trigger

MOST_BRANCHES = 512
Literal = tuple[FactTest, bool]
ALWAYS_KNOWN = {"cart.count", "cart.total", "order.count", "visitor.opted_out"}
ALWAYS_KNOWN |= {
    "order.month_count",
    "order.month_total",
    "visitor.returning",
    "time.hour",
    "time.weekday",
}
RANGES = {
    "time.hour": (0, 23),
    "time.weekday": (1, 7),
    "sentiment.compound": (-1, 1),
    "sentiment.anger": (0, 1),
    "sentiment.escalate": (0, 1),
    "sentiment.recent": (-1, 1),
}
COUNTS = ("cart.", "order.count", "order.total", "order.month", "order.days", "session.")
NEGATIVES = ("ne", "not_in")


@dataclass(frozen=True)
class Finding:
    """Something odd about a rule, as a code; `other` names a rule it has to do with."""

    code: str
    other: str = ""


def find_odd(rule: Rule, rules: Sequence[Rule]) -> list[Finding]:
    """Name what is odd about a rule's conditions, by themselves and beside the other rules."""
    found = []
    can, cannot = can_hold(rule.when), can_hold(Not(rule.when))
    if can is False:
        found.append(Finding("never_holds"))
    if cannot is False and rule.when not in (AllOf(), AnyOf()):
        negative = _or_of_negatives(rule.when)
        found.append(Finding("or_of_negatives" if negative else "always_holds"))
    if can:
        found += [Finding("rule_shadowed", other.key) for other in rules if _hides(other, rule)][:1]
    return found


def emit_loops(rules: Sequence[Rule]) -> dict[str, str]:
    """Name the rules that wake themselves by the events they emit, and by way of which rule."""
    woken = {
        rule.key: [
            other.key
            for deed in (*rule.then, *rule.otherwise)
            if deed.do == "emit"
            for other in rules
            if other.enabled and other.trigger.event == deed.target
        ]
        for rule in rules
        if rule.enabled
    }
    found = {}
    for key, nexts in woken.items():
        seen, waiting = set[str](), list(nexts)
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += woken.get(one, ())
        if key in seen:
            found[key] = nexts[0]
    return found


def can_hold(condition: Condition) -> bool | None:
    """Say whether any facts make a condition hold; None with too many branches to tell."""
    branches = _branches(condition, positive=True)
    if branches is None:
        return None
    return any(_possible(branch) for branch in branches)


def implies(first: Condition, second: Condition) -> bool:
    """Say whether the second holds whenever the first does; False also when that is not known."""
    return can_hold(AllOf((first, Not(second)))) is False


def _branches(condition: Condition, positive: bool) -> list[tuple[Literal, ...]] | None:
    if isinstance(condition, FactTest):
        return [((condition, positive),)]
    if isinstance(condition, Not):
        return _branches(condition.part, not positive)
    parts = [_branches(part, positive) for part in condition.parts]
    if any(part is None for part in parts):
        return None
    known = [part for part in parts if part is not None]
    if isinstance(condition, AllOf) is positive:
        size = 1
        for part in known:
            size *= len(part)
        if size > MOST_BRANCHES:
            return None
        return [tuple(lit for branch in chosen for lit in branch) for chosen in product(*known)]
    added = [branch for part in known for branch in part]
    return added if len(added) <= MOST_BRANCHES else None


def _possible(branch: Iterable[Literal]) -> bool:
    by_fact: dict[str, list[Literal]] = {}
    for test, positive in branch:
        by_fact.setdefault(test.fact, []).append((test, positive))
    return all(_some_value(fact, literals) for fact, literals in by_fact.items())


def _some_value(fact: str, literals: list[Literal]) -> bool:
    return any(
        all(OPERATORS[test.op](value, test.value) is positive for test, positive in literals)
        for value in _worth_trying(fact, [test for test, _ in literals])
    )


def _worth_trying(fact: str, tests: list[FactTest]) -> Iterator[Any]:
    named = [v for t in tests for v in (t.value if isinstance(t.value, tuple) else (t.value,))]
    if fact not in ALWAYS_KNOWN and not fact.startswith(PREFIX):
        yield None
    kind = FACTS[fact].kind if fact in FACTS else ""
    kind = "number" if fact.startswith(PREFIX) else kind
    if kind in ("bool", ""):
        yield from (True, False)
    if kind in ("number", ""):
        numbers = sorted(
            {v for v in named if isinstance(v, int | float) and v is not True and v is not False}
        )
        tried = {0, 1, *numbers, *((a + b) / 2 for a, b in pairwise(numbers))}
        tried |= {n + d for n in numbers for d in (-1, -0.5, 0.5, 1)}
        yield from (n for n in tried if _fits(fact, n))
    if kind in ("text", ""):
        words = [v for v in named if isinstance(v, str)]
        yield from ("\0other", *words, "".join(words), *("".join(p) for p in pairwise(words)))


def _fits(fact: str, number: float) -> bool:
    if fact.startswith(PREFIX):
        return 0 <= number <= most_of(fact) and float(number).is_integer()
    least, most = RANGES.get(fact, (0, 1e15) if fact.startswith(COUNTS) else (-1e15, 1e15))
    whole = fact in ("cart.count", "order.count", "time.hour", "time.weekday") or fact.startswith(
        "session."
    )
    return least <= number <= most and (not whole or float(number).is_integer())


def _or_of_negatives(condition: Condition) -> bool:
    """Say whether an "any" of "is not" tests is what makes a condition always hold."""
    if isinstance(condition, AnyOf):
        negative = [p for p in condition.parts if _is_negative(p)]
        return len(negative) >= 2 and can_hold(Not(AnyOf(tuple(negative)))) is False
    parts = condition.parts if isinstance(condition, AllOf) else ()
    return any(_or_of_negatives(part) for part in parts)


def _is_negative(part: Condition) -> bool:
    if isinstance(part, Not):
        return isinstance(part.part, FactTest)
    return isinstance(part, FactTest) and part.op in NEGATIVES


def _hides(other: Rule, rule: Rule) -> bool:
    """Say whether another rule speaks first whenever this one would."""
    if other.key == rule.key or not other.enabled or other.trigger.event != rule.trigger.event:
        return False
    stronger = strength(other) < strength(rule)
    group = rule.conflict.exclusive_group
    shuts_up = stronger and bool(group) and other.conflict.exclusive_group == group
    shuts_up |= silences(other, rule) and (stronger or not silences(rule, other))
    wider = all(rule.trigger.where.get(k) == v for k, v in other.trigger.where.items())
    mine, theirs = replace(rule.trigger, where={}), replace(other.trigger, where={})
    return (
        shuts_up
        and wider
        and (mine == theirs or _is_any_time(theirs, mine))
        and implies(rule.when, other.when)
    )


def _is_any_time(other: Trigger, trigger: Trigger) -> bool:
    """Say whether two triggers are alike but that the other one has no schedule."""
    return other.schedule is None and replace(trigger, schedule=None) == other
