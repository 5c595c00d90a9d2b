"""Can a condition hold at all, with which facts, and what in it contradicts itself?

A condition is multiplied out into branches of single tests. Facts do not depend on each other, so a
branch can hold when for each fact some value passes all its tests; the values worth trying are
those around the ones the tests name (the boxes of interval analysis, tried point by point).
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise, product
from typing import Any

from flows.conditions import OPERATORS, AllOf, Condition, FactTest, Not
from rules.counts import PREFIX, most_of
from rules.facts import FACTS

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
OTHER = "\0other"
"""A text that no test names."""


def can_hold(condition: Condition) -> bool | None:
    """Say whether any facts make a condition hold; None with too many branches to tell."""
    branches = _branches(condition, positive=True)
    if branches is None:
        return None
    return any(_facts_of(branch) is not None for branch in branches)


def example_of(condition: Condition) -> dict[str, Any] | None:
    """Give the fewest facts that make a condition hold; None where there are none, or too many."""
    tried = map(_facts_of, _branches(condition, positive=True) or ())
    found = [facts for facts in tried if facts is not None]
    return min(found, key=lambda facts: (len(facts), str(facts)), default=None)


def contradiction_in(condition: Condition) -> tuple[Literal, ...]:
    """Give the fewest single tests of a condition that cannot hold together; () for none such."""
    branches = _branches(condition, positive=True) or []
    if len(branches) != 1:
        return ()
    left = list(branches[0])
    for literal in branches[0]:
        without = [one for one in left if one is not literal]
        if _facts_of(without) is None:
            left = without
    return tuple(left)


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


def _facts_of(branch: Iterable[Literal]) -> dict[str, Any] | None:
    """Give facts with which every test of a branch comes out as it should; None for none."""
    by_fact: dict[str, list[Literal]] = {}
    for test, positive in branch:
        by_fact.setdefault(test.fact, []).append((test, positive))
    found: dict[str, Any] = {}
    for fact, literals in by_fact.items():
        values = [value for value in _worth_trying(fact, literals) if _fit(value, literals)]
        if not values:
            return None
        found[fact] = min(values, key=_plainness)
    return found


def _fit(value: Any, literals: list[Literal]) -> bool:
    return all(OPERATORS[test.op](value, test.value) is positive for test, positive in literals)


def _plainness(value: Any) -> tuple[bool, bool, bool, float, str]:
    """Sort values so that the plainest example comes first: known, a whole number, small."""
    number = float(value) if isinstance(value, int | float) else 0.0
    return value is None, value == OTHER, not number.is_integer(), abs(number), str(value)


def _worth_trying(fact: str, literals: list[Literal]) -> Iterator[Any]:
    wanted = (test.value for test, _positive in literals)
    named = [v for value in wanted for v in (value if isinstance(value, tuple) else (value,))]
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
        yield from (OTHER, *words, "".join(words), *("".join(p) for p in pairwise(words)))


def _fits(fact: str, number: float) -> bool:
    if fact.startswith(PREFIX):
        return 0 <= number <= most_of(fact) and float(number).is_integer()
    least, most = RANGES.get(fact, (0, 1e15) if fact.startswith(COUNTS) else (-1e15, 1e15))
    whole = fact in ("cart.count", "order.count", "time.hour", "time.weekday") or fact.startswith(
        "session."
    )
    return least <= number <= most and (not whole or float(number).is_integer())
