"""Odd rules are named; every verdict is held against brute force over many facts."""

import json
import random
from typing import Any

import pytest

from flows.conditions import AllOf, AnyOf, Condition, FactTest, Not, holds
from rules.analysis import find_odd
from rules.model import Conflict, Deed, Dwell, Rule, Trigger
from rules.possible import can_hold, contradiction_in, example_of, implies


def test_of(fact: str, op: str, value: Any) -> FactTest:
    return FactTest(fact, op, value)


test_of.__test__ = False  # type: ignore[attr-defined]

CART, NAME = "cart.count", "page.product"


@pytest.mark.parametrize(
    ("condition", "codes"),
    [
        (AllOf((test_of(CART, "gt", 5), test_of(CART, "lt", 3))), ["never_holds"]),
        (AllOf((test_of(CART, "gt", 3), test_of(CART, "lt", 4))), ["never_holds"]),
        (test_of(CART, "lt", 0), ["never_holds"]),
        (test_of("time.hour", "gte", 24), ["never_holds"]),
        (AllOf((test_of(NAME, "eq", "a"), test_of(NAME, "eq", "b"))), ["never_holds"]),
        (AllOf((test_of(NAME, "exists", False), test_of(NAME, "eq", "b"))), ["never_holds"]),
        (AnyOf((test_of(NAME, "ne", "a"), test_of(NAME, "ne", "b"))), ["or_of_negatives"]),
        (AnyOf((Not(test_of(NAME, "eq", "a")), test_of(NAME, "ne", "b"))), ["or_of_negatives"]),
        (AnyOf((test_of(CART, "gte", 1), test_of(CART, "lt", 2))), ["always_holds"]),
        (test_of(CART, "exists", True), ["always_holds"]),
        (AllOf(), []),
        (AllOf((test_of(CART, "gt", 3), test_of("cart.total", "lt", 4))), []),
        (AllOf((test_of("cart.total", "gt", 3), test_of("cart.total", "lt", 4))), []),
        (AnyOf((test_of(NAME, "ne", "a"), test_of(NAME, "ne", "a"))), []),
        (AllOf((test_of(NAME, "contains", "iP"), test_of(NAME, "ne", "iP"))), []),
    ],
)
def test_what_is_odd(condition: Condition, codes: list[str]) -> None:
    rule = Rule("r", Trigger("Product Viewed"), condition)
    assert [finding.code for finding in find_odd(rule, [rule])] == codes


def test_a_rule_in_anothers_shadow() -> None:
    trigger, group = Trigger("Product Viewed"), Conflict("offers")
    narrow = Rule("narrow", trigger, test_of(CART, "gte", 3), priority=40, conflict=group)
    wide = Rule("wide", trigger, test_of(CART, "gte", 1), priority=60, conflict=group)
    assert [(f.code, f.other) for f in find_odd(narrow, [wide, narrow])] == [
        ("rule_shadowed", "wide")
    ]
    assert find_odd(wide, [wide, narrow]) == []
    other = Rule("narrow", trigger, narrow.when, priority=40)
    assert find_odd(other, [wide, other]) == [], "without a common group both speak"


def test_a_condition_with_too_many_branches_is_not_judged() -> None:
    part = AnyOf(tuple(test_of(NAME, "eq", str(n)) for n in range(8)))
    assert can_hold(AllOf((part,) * 8)) is None
    assert not implies(AllOf((part,) * 8), AllOf())


FACTS = {
    CART: [0, 1, 2, 3, 4],
    NAME: [None, "a", "b", "ab", "z"],
    "visitor.vip": [None, True, False],
}


def drawn(dice: random.Random, depth: int) -> Condition:
    if depth == 0 or dice.random() < 0.3:
        fact = dice.choice(list(FACTS))
        if fact == CART:
            return test_of(
                fact, dice.choice(["eq", "ne", "gt", "gte", "lt", "lte"]), dice.randint(1, 3)
            )
        if fact == NAME:
            op = dice.choice(["eq", "ne", "in", "not_in", "contains", "exists"])
            value = {"in": ("a", "b"), "not_in": ("a", "b"), "exists": dice.random() < 0.5}
            return test_of(fact, op, value.get(op, dice.choice("ab")))
        return test_of(fact, "eq", dice.random() < 0.5)
    parts = tuple(drawn(dice, depth - 1) for _ in range(dice.randint(1, 3)))
    return dice.choice([AllOf, AnyOf])(parts) if dice.random() < 0.8 else Not(parts[0])


def test_verdicts_equal_brute_force() -> None:
    dice = random.Random(11)
    every = [
        {CART: c, NAME: n, "visitor.vip": v}
        for c in FACTS[CART]
        for n in FACTS[NAME]
        for v in FACTS["visitor.vip"]
    ]
    every = [{k: v for k, v in facts.items() if v is not None} for facts in every]
    judged = never = 0
    for _ in range(1_500):
        condition = drawn(dice, 3)
        verdict = can_hold(condition)
        if verdict is None:
            continue
        judged += 1
        found = any(holds(condition, facts) for facts in every)
        never += not found
        assert verdict == found, condition
    assert judged > 1_000
    assert never > 20


def test_the_fewest_tests_that_contradict_each_other_are_named() -> None:
    never = AllOf((test_of(NAME, "eq", "a"), test_of(CART, "gt", 5), test_of(CART, "lt", 3)))
    assert contradiction_in(never) == ((never.parts[1], True), (never.parts[2], True))
    (finding,) = find_odd(Rule("r", Trigger("page"), never), [])
    assert json.loads(finding.tests) == [[CART, "gt", 5, True], [CART, "lt", 3, True]]


def test_every_example_makes_its_condition_hold() -> None:
    dice = random.Random(5)
    shown = 0
    for _ in range(1_500):
        condition = drawn(dice, 3)
        facts = example_of(condition)
        assert (facts is not None) == bool(can_hold(condition)) or can_hold(condition) is None
        if facts is not None:
            known = {name: value for name, value in facts.items() if value is not None}
            assert holds(condition, known), condition
            shown += 1
    assert shown > 1_000


LEAD = (Deed("start_flow", "a"),)
ELSEWHERE = (Deed("start_flow", "b"),)
OTHER_VALUE = (Deed("set", "slot.x", value=2),)


@pytest.mark.parametrize(
    ("then", "more", "found"),
    [
        (ELSEWHERE, {}, ["contradicting_deeds"]),
        (LEAD, {}, []),
        (ELSEWHERE, {"priority": 51}, []),
        (ELSEWHERE, {"when": test_of(CART, "lt", 2)}, []),
        (ELSEWHERE, {"trigger": Trigger("page", {"path": "/b"})}, []),
        (ELSEWHERE, {"trigger": Trigger("other")}, []),
        (ELSEWHERE, {"conflict": Conflict("g")}, []),
        (ELSEWHERE, {"enabled": False}, []),
        ((Deed("escalate", "vip"),), {}, ["contradicting_deeds"]),
        (OTHER_VALUE, {"priority": 51}, ["contradicting_deeds"]),
        ((Deed("set", "slot.x", value=1),), {}, []),
    ],
)
def test_rules_that_contradict_each_other_are_named_once_with_an_example(
    then: tuple[Deed, ...], more: dict[str, Any], found: list[str]
) -> None:
    trigger = Trigger("page", {"path": "/a"})
    both = (*LEAD, Deed("set", "slot.x", value=1))
    when = test_of(CART, "gte", 2)
    weak = Rule("weak", trigger, when, both, priority=50, conflict=Conflict("g"))
    usual: dict[str, Any] = {"trigger": trigger, "then": then, "priority": 50}
    other = Rule("a", **(usual | more))
    named = {f.code: f for one in (weak, other) for f in find_odd(one, [other, weak])}
    assert [code for code in named if code == "contradicting_deeds"] == found
    if found:
        assert named["contradicting_deeds"].example == '{"cart.count": 2}'


def test_a_timer_that_nothing_ends_is_named() -> None:
    rule = Rule("r", Trigger("page", dwell=Dwell(60, ())), then=LEAD)
    assert [f.code for f in find_odd(rule, [])] == ["timer_never_ends"]
    assert find_odd(Rule("r", Trigger("page", dwell=Dwell(60)), then=LEAD), []) == []
