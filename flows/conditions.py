"""The typed condition tree that steps and rules share: all / any / not / fact-op-value.

Conditions are data, never code. A missing fact satisfies only `ne`, `not_in` and `exists: false`;
values of different types are never equal and never ordered.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from flows.yaml_text import Document, Path

Value: TypeAlias = str | int | float | bool | tuple["Value", ...]
Facts: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class FactTest:
    """One fact against one value."""

    fact: str
    op: str
    value: Value


@dataclass(frozen=True)
class AllOf:
    """Every part must hold; nothing at all holds."""

    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True)
class AnyOf:
    """At least one part must hold."""

    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True)
class Not:
    """The part must not hold."""

    part: "Condition"


Condition: TypeAlias = FactTest | AllOf | AnyOf | Not


def holds(condition: Condition, facts: Facts) -> bool:
    """Say whether a condition holds for these facts."""
    if isinstance(condition, FactTest):
        return OPERATORS[condition.op](facts.get(condition.fact), condition.value)
    if isinstance(condition, AllOf):
        return all(holds(part, facts) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(holds(part, facts) for part in condition.parts)
    return not holds(condition.part, facts)


def tests_in(condition: Condition) -> Iterator[FactTest]:
    """Walk over every fact-op-value leaf."""
    if isinstance(condition, FactTest):
        yield condition
    elif isinstance(condition, Not):
        yield from tests_in(condition.part)
    else:
        for part in condition.parts:
            yield from tests_in(part)


def kind_of(value: object) -> str:
    """Name the type of a value as conditions see it: bool, number, text, list or nothing."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, tuple | list) else "nothing"


def _equal(have: Any, want: Any) -> bool:
    return kind_of(have) == kind_of(want) and bool(have == want)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(have: Any, want: Any) -> bool:
        kind = kind_of(have)
        return kind in ("number", "text") and kind == kind_of(want) and compare(have, want)

    return test


def _among(have: Any, want: Any) -> bool:
    return any(_equal(have, item) for item in want)


def _contains(have: Any, want: Any) -> bool:
    if isinstance(have, str) and isinstance(want, str):
        return want in have
    return isinstance(have, tuple | list) and any(_equal(item, want) for item in have)


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": _equal,
    "ne": lambda have, want: not _equal(have, want),
    "gt": _ordered(lambda have, want: have > want),
    "gte": _ordered(lambda have, want: have >= want),
    "lt": _ordered(lambda have, want: have < want),
    "lte": _ordered(lambda have, want: have <= want),
    "in": _among,
    "not_in": lambda have, want: not _among(have, want),
    "contains": _contains,
    "exists": lambda have, want: (have is not None) == want,
}


def read_condition(document: Document, value: Any, path: Path, step: str = "") -> Condition:
    """Turn plain values into a condition; what is wrong goes to the document's problems."""
    if isinstance(value, dict) and len(value) == 1:
        (name,) = value
        if name in ("all", "any") and isinstance(value[name], list):
            inner = enumerate(value[name])
            parts = [read_condition(document, part, (*path, name, i), step) for i, part in inner]
            return AllOf(tuple(parts)) if name == "all" else AnyOf(tuple(parts))
        if name == "not":
            return Not(read_condition(document, value[name], (*path, "not"), step))
    if isinstance(value, dict) and set(value) == {"fact", "op", "value"}:
        return _read_test(document, value, path, step)
    document.problems.append(document.problem("bad_condition", path, step))
    return AllOf()


def _read_test(document: Document, value: dict[str, Any], path: Path, step: str) -> Condition:
    fact, op, want = value["fact"], value["op"], value["value"]
    if op not in OPERATORS:
        place = (*path, "op")
        document.problems.append(document.problem("unknown_operator", place, step, operator=op))
        return AllOf()
    wants = {"in": "list", "not_in": "list", "exists": "bool"}.get(str(op))
    right = kind_of(want) == wants if wants else kind_of(want) in ("bool", "number", "text")
    if op in ("gt", "gte", "lt", "lte") and kind_of(want) == "bool":
        right = False
    if not isinstance(fact, str) or not right:
        place = (*path, "value")
        document.problems.append(document.problem("bad_value", place, step, fact=fact, operator=op))
        return AllOf()
    return FactTest(fact, str(op), tuple(want) if isinstance(want, list) else want)
