"""Conditions as the builder shows them: groups with a kind and parts, tests with what was typed."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from designer.wording import fact_name
from flows.book import FlowBook
from flows.check_steps import slots_of
from flows.conditions import AllOf, AnyOf, Condition, FactTest, Not
from rules.counts import PREFIX
from rules.deeds import set_by
from rules.facts import FACTS
from rules.model import Count, Rule
from rules.segments import Segments, kinds_of

CLOSED = ("message.intent", "sentiment.label")
"""Facts that take no value but those of their list."""


def tree_of(condition: Condition) -> dict[str, Any]:
    """Give a condition as the builder keeps it; a single test stands in a group of its own."""
    tree = _tree(condition)
    return tree if "kind" in tree else {"kind": "all", "parts": [tree]}


def _tree(condition: Condition) -> dict[str, Any]:
    if isinstance(condition, FactTest):
        return {"fact": condition.fact, "op": condition.op, "value": value_words(condition.value)}
    if isinstance(condition, Not):
        return {"kind": "not", "parts": [_tree(condition.part)]}
    kind = "all" if isinstance(condition, AllOf) else "any"
    return {"kind": kind, "parts": [_tree(part) for part in condition.parts]}


def tree_text(condition: Condition) -> str:
    """Give the builder's tree as JSON."""
    return json.dumps(tree_of(condition), ensure_ascii=False)


def value_words(value: Any) -> str:
    """Write a value as people type it."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def facts_to_choose(
    slots: list[str],
    lists: Mapping[str, Mapping[str, str]],
    segments: Segments = (),
    entities: Iterable[str] = (),
    counts: Iterable[Count] = (),
) -> str:
    """Give every fact with its name, kind and named values, for the pickers, as JSON."""
    named: dict[str, tuple[str, Any]] = {f"entity.{one}": ("text", "") for one in sorted(entities)}
    named |= {name: (fact.kind, fact.example) for name, fact in FACTS.items()}
    named |= {name: (kind, True) for name, kind in kinds_of(segments).items()}
    named |= {count.name: ("number", 2) for count in counts}
    known = [
        {
            "fact": name,
            "name": fact_name(name),
            "kind": kind,
            "group": "count" if name.startswith(PREFIX) else name.partition(".")[0],
            "example": "" if isinstance(example, bool) else str(example),
            "values": dict(lists.get(name, {})),
            "closed": name in CLOSED,
        }
        for name, (kind, example) in named.items()
    ]
    known += [
        {
            "fact": name,
            "name": fact_name(name),
            "kind": "bool" if name.startswith("tag.") else "",
            "group": "visitor" if name.startswith("tag.") else "slot",
            "example": "",
            "values": {},
            "closed": False,
        }
        for name in slots
    ]
    return json.dumps(known, ensure_ascii=False)


def facts_set(book: FlowBook, rules: Iterable[Rule]) -> list[str]:
    """Name the slots that steps and rules fill, and the tags that rules set."""
    return sorted({f"slot.{slot}" for slot in slots_of(book)} | set(set_by(rules)))


def is_empty(condition: Condition) -> bool:
    """Say whether a condition asks for nothing."""
    return isinstance(condition, AllOf | AnyOf) and not condition.parts
