"""What is odd about rules: never, always, in another's shadow, contradicting another, going round.

Every finding that can carries the fewest facts that show it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from flows.conditions import AllOf, AnyOf, Condition, FactTest, Not
from rules.arbiter import silences, strength
from rules.deeds import CALLING
from rules.model import Deed, Rule, Trigger
from rules.possible import can_hold, contradiction_in, example_of, implies

NEGATIVES = ("ne", "not_in")
MOST_COMPARED = 200
"""With how many rules of its event a rule is compared; the strongest are taken."""
LEADING = ("start_flow", *CALLING)


@dataclass(frozen=True)
class Finding:
    """Something odd about a rule, as a code; `other` names a rule it has to do with.

    `tests` are single tests `[fact, op, value, whether it is to hold]` that contradict each other,
    `example` facts that show it; both as JSON, empty for none.
    """

    code: str
    other: str = ""
    tests: str = ""
    example: str = ""
    place: tuple[str, ...] = ("when",)

    @property
    def values(self) -> dict[str, str]:
        """Give what its sentence names."""
        return {"other": self.other, "tests": self.tests, "example": self.example}


def find_odd(rule: Rule, rules: Sequence[Rule]) -> list[Finding]:
    """Name what is odd about a rule, by itself and beside the other rules."""
    found = []
    can, cannot = can_hold(rule.when), can_hold(Not(rule.when))
    if can is False:
        core = [[t.fact, t.op, t.value, positive] for t, positive in contradiction_in(rule.when)]
        found.append(Finding("never_holds", tests=json.dumps(core) if core else ""))
    if cannot is False and rule.when not in (AllOf(), AnyOf()):
        negative = _or_of_negatives(rule.when)
        found.append(Finding("or_of_negatives" if negative else "always_holds"))
    if rule.trigger.is_timed and rule.trigger.dwell and not rule.trigger.ends_on:
        found.append(Finding("timer_never_ends", place=("trigger",)))
    if can:
        found += _first(_shadows(rule, rules)) + _first(_contradictions(rule, rules))
    return found


def find_all_odd(rules: Sequence[Rule]) -> list[list[Finding]]:
    """Name what is odd about each rule of a set; only rules of one event are compared."""
    by_event: dict[str, list[Rule]] = {}
    for rule in sorted(rules, key=strength):
        by_event.setdefault(rule.trigger.event, []).append(rule)
    return [find_odd(rule, by_event[rule.trigger.event][:MOST_COMPARED]) for rule in rules]


def _first(found: Iterator[Finding]) -> list[Finding]:
    first = next(found, None)
    return [first] if first else []


def _shadows(rule: Rule, rules: Sequence[Rule]) -> Iterator[Finding]:
    for other in rules:
        if _hides(other, rule):
            yield Finding("rule_shadowed", other.key, example=_example(rule.when))


def _contradictions(rule: Rule, rules: Sequence[Rule]) -> Iterator[Finding]:
    """Name stronger rules that lead elsewhere, or remember another value, at the same moment.

    Who leads elsewhere is decided by priority, so there only an equal one leaves it open.
    """
    for other in rules:
        if strength(other) < strength(rule) and _meet(rule, other) and _clash(rule, other):
            both = AllOf((rule.when, other.when))
            if can_hold(both):
                found = _example(both)
                yield Finding("contradicting_deeds", other.key, example=found, place=("then",))


def _meet(rule: Rule, other: Rule) -> bool:
    """Say whether two rules may act at the same moment."""
    mine, theirs = rule.trigger, other.trigger
    if not (rule.enabled and other.enabled) or mine.event != theirs.event:
        return False
    if any(theirs.where.get(name, value) != value for name, value in mine.where.items()):
        return False
    group = rule.conflict.exclusive_group
    apart = bool(group) and group == other.conflict.exclusive_group
    apart |= silences(rule, other) or silences(other, rule)
    return not apart and (mine.wait, mine.then) == (theirs.wait, theirs.then)


def _clash(rule: Rule, other: Rule) -> bool:
    """Say whether what two rules do cannot both be done."""
    is_open = rule.priority == other.priority
    return any(_contradict(one, two, is_open) for one, two in product(rule.then, other.then))


def _contradict(one: Deed, two: Deed, is_open: bool) -> bool:
    if one.do in LEADING and two.do in LEADING:
        return is_open and (one.do, one.target) != (two.do, two.target)
    same = one.do == two.do == "set" and one.target == two.target
    return same and one.value != two.value


def _example(condition: Condition) -> str:
    facts: Mapping[str, Any] = example_of(condition) or {}
    return json.dumps(facts, ensure_ascii=False) if facts else ""


def emit_loops(rules: Sequence[Rule]) -> dict[str, str]:
    """Name the rules that wake themselves by the events they emit, and by way of which rule."""
    by_event: dict[str, list[str]] = {}
    for rule in rules:
        if rule.enabled:
            by_event.setdefault(rule.trigger.event, []).append(rule.key)
    woken = {
        rule.key: [
            key
            for deed in (*rule.then, *rule.otherwise)
            if deed.do == "emit"
            for key in by_event.get(deed.target, ())
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
    if not shuts_up:
        return False
    wider = all(rule.trigger.where.get(k) == v for k, v in other.trigger.where.items())
    mine, theirs = replace(rule.trigger, where={}), replace(other.trigger, where={})
    alike = wider and (mine == theirs or _is_any_time(theirs, mine))
    return alike and implies(rule.when, other.when)


def _is_any_time(other: Trigger, trigger: Trigger) -> bool:
    """Say whether two triggers are alike but that the other one has no schedule."""
    return other.schedule is None and replace(trigger, schedule=None) == other
