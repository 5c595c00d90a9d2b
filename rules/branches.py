"""Conditions as branches of plain integer and text tests: what durable-rules can match safely.

Every fact becomes three fields that always exist: its kind as an integer, its number in millionths
as an integer, and its text. So nothing is ever missing, a float or None, and the opposite of a
test is again a test. A condition is pushed down to its leaves and multiplied out (disjunctive
normal form). What a leaf cannot say in such tests (`contains`, the order of texts, long texts) is
answered by the oracle's own operator and handed over as an integer.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Any

from flows.conditions import OPERATORS, AllOf, Condition, Facts, FactTest, Not, kind_of, tests_in

Atom = tuple[str, str, int | str]
"""Field, comparison (`$eq $neq $gt $gte $lt $lte`), value."""
Branch = tuple[Atom, ...]
_Filling = tuple[str, Callable[[Facts, Any], int | str], Any]
"""A field, how it is filled from facts, and what from: the name of a fact, or a test."""

KINDS = {"nothing": 0, "bool": 1, "number": 2, "text": 3, "list": 4}
MOST_BRANCHES = 48
MOST_TEXT = 1_000
SCALE = 1_000_000
LARGEST = 2**62
OPPOSITE = {
    "$eq": "$neq",
    "$neq": "$eq",
    "$gt": "$lte",
    "$lte": "$gt",
    "$gte": "$lt",
    "$lt": "$gte",
}


class TooManyBranches(Exception):
    """A condition that multiplies out to more branches than are safe."""


class Fields:
    """The fields of a set of conditions, and how to fill them from facts."""

    def __init__(self) -> None:
        self._facts: dict[str, int] = {}
        self._answers: dict[str, tuple[int, FactTest]] = {}
        self._used: dict[frozenset[str], list[_Filling]] = {}

    def branches(self, condition: Condition) -> list[Branch]:
        """Give the branches of a condition; any one that holds is enough."""
        for test in tests_in(condition):
            self._facts.setdefault(test.fact, len(self._facts))
        found = self._of(condition, positive=True)
        return [tuple(dict.fromkeys(branch)) for branch in found]

    def filled(self, facts: Facts, used: frozenset[str]) -> dict[str, int | str]:
        """Fill those fields that are used from facts."""
        values: dict[str, int | str] = {}
        for field, fill, source in self._fillings(used):
            values[field] = fill(facts, source)
        return values

    def asked(self, used: frozenset[str]) -> list[str]:
        """Name the facts that these fields are filled from."""
        sources = (source for _field, _fill, source in self._fillings(used))
        names = (one.fact if isinstance(one, FactTest) else str(one) for one in sources)
        return list(dict.fromkeys(names))

    def _fillings(self, used: frozenset[str]) -> "list[_Filling]":
        """Give how each field that is used is filled, in an order that stays; found out once."""
        found = self._used.get(used)
        if found is None:
            every: list[_Filling] = []
            for name, number in self._facts.items():
                every.append((f"k{number}", _kind, name))
                every.append((f"n{number}", _number, name))
                every.append((f"t{number}", _text, name))
            every += [(f"a{number}", _answer, test) for number, test in self._answers.values()]
            found = self._used[used] = [filling for filling in every if filling[0] in used]
        return found

    def _of(self, condition: Condition, positive: bool) -> list[Branch]:
        if isinstance(condition, Not):
            return self._of(condition.part, not positive)
        if isinstance(condition, FactTest):
            atoms = self._leaf(condition)
            if positive:
                return [atoms]
            return [((field, OPPOSITE[op], value),) for field, op, value in atoms]
        parts = [self._of(part, positive) for part in condition.parts]
        # "all" multiplies and "any" adds; under a negation they change places.
        if isinstance(condition, AllOf) is positive:
            return _multiplied(parts)
        return _within([branch for part in parts for branch in part])

    def _leaf(self, test: FactTest) -> Branch:
        number, wanted = self._facts[test.fact], test.value
        kind = kind_of(wanted)
        if test.op == "exists":
            return ((f"k{number}", "$neq" if wanted else "$eq", 0),)
        simple = isinstance(wanted, bool | int | float) and abs(wanted) < LARGEST / SCALE
        if simple and test.op in ("eq", "gt", "gte", "lt", "lte"):
            typed = (f"k{number}", "$eq", KINDS[kind])
            return (typed, (f"n{number}", f"${test.op}", _scaled(wanted)))
        if test.op == "eq" and isinstance(wanted, str) and len(wanted) < MOST_TEXT:
            return ((f"k{number}", "$eq", KINDS["text"]), (f"t{number}", "$eq", wanted))
        # By its writing, because True == 1 would make two tests one.
        answer, _ = self._answers.setdefault(repr(test), (len(self._answers), test))
        return ((f"a{answer}", "$eq", 1),)


def definition(branches: Mapping[str, Branch]) -> dict[str, Any]:
    """Give branches as a ruleset of durable-rules, named as they are."""
    return {name: {"all": [{"m": _expression(branch)}]} for name, branch in branches.items()}


def _expression(branch: Branch) -> dict[str, Any]:
    tests = [{field: value} if op == "$eq" else {op: {field: value}} for field, op, value in branch]
    return {"$and": tests} if len(tests) > 1 else tests[0]


def _multiplied(parts: Iterable[list[Branch]]) -> list[Branch]:
    branches: list[Branch] = [()]
    for part in parts:
        branches = _within([(*left, *right) for left, right in product(branches, part)])
    return branches


def _within(branches: list[Branch]) -> list[Branch]:
    if len(branches) > MOST_BRANCHES:
        raise TooManyBranches
    return branches


def _kind(facts: Facts, name: str) -> int:
    return KINDS[kind_of(facts.get(name))]


def _number(facts: Facts, name: str) -> int:
    fact = facts.get(name)
    return _scaled(fact) if isinstance(fact, bool | int | float) else 0


def _text(facts: Facts, name: str) -> str:
    fact = facts.get(name)
    return fact[:MOST_TEXT] if isinstance(fact, str) else ""


def _answer(facts: Facts, test: FactTest) -> int:
    return int(OPERATORS[test.op](facts.get(test.fact), test.value))


def _scaled(value: Any) -> int:
    scaled = int(round(value * SCALE))  # noqa: RUF046  what comes in is untyped
    return max(-LARGEST, min(LARGEST, scaled))
