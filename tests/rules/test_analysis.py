"""Odd rules are named; every verdict is held against brute force over many facts."""

import random
from typing import Any

import pytest

from flows.conditions import AllOf, AnyOf, Condition, FactTest, Not, holds
from rules.analysis import can_hold, find_odd, implies
from rules.model import Conflict, Rule, Trigger


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
