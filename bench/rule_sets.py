"""Rule sets and what visitors do, drawn for benches."""

from random import Random
from typing import Any

from flows.conditions import OPERATORS, AllOf, AnyOf, Condition, FactTest, Not
from rules.model import Event, Rule, Trigger

NAMES = ("Product Viewed", "Product Added", "page", "Cart Viewed")
_FACTS = ("cart.count", "cart.total", "page.product", "order.count", "visitor.vip", "slot.x")
_VALUES = (0, 1, 2, 5, 0.5, 7999, "a", "iPhone15 Pro", "引", True, False)


def rule_yaml(number: int, dice: Random) -> str:
    """Write a rule of three tests that tags a visitor."""
    product = f"商品{dice.randint(0, 20)}"
    return (
        f"rule: r{number}\n"
        f"trigger: {{event: {dice.choice(NAMES)}}}\n"
        f"when: {{all: [{{fact: cart.count, op: gte, value: {dice.randint(0, 9)}}}, "
        f"{{fact: page.product, op: eq, value: {product}}}, "
        "{not: {fact: visitor.vip, op: eq, value: true}}]}\n"
        f"then: [{{do: set, tag: t{number}}}]\n"
        "limits: {cooldown: 10m}\n"
    )


def event(dice: Random, at: float) -> Event:
    """Draw what a visitor does."""
    product = f"商品{dice.randint(0, 20)}"
    said = {"name": product, "price": 5, "product_id": f"p{dice.randint(0, 3)}"}
    return Event(dice.choice(NAMES), at, said)


def drawn_rules(dice: Random) -> list[Rule]:
    """Draw a rule set of up to thirty rules with nested conditions of every operator."""
    return [
        Rule(f"r{n}", Trigger(dice.choice(NAMES)), _condition(dice))
        for n in range(dice.randint(1, 30))
    ]


def drawn_facts(dice: Random) -> dict[str, Any]:
    """Draw a snapshot, now and then with values of the wrong type."""
    return {name: dice.choice(_VALUES) for name in _FACTS if dice.random() < 0.8}


def _condition(dice: Random, depth: int = 0) -> Condition:
    draw = dice.random()
    if depth > 2 or draw < 0.4:
        return _test(dice)
    parts = tuple(_condition(dice, depth + 1) for _ in range(dice.randint(0, 3)))
    if draw < 0.8:
        return AllOf(parts) if draw < 0.6 else AnyOf(parts)
    return Not(_condition(dice, depth + 1))


def _test(dice: Random) -> FactTest:
    op, fact = dice.choice(list(OPERATORS)), dice.choice(_FACTS)
    if op in ("in", "not_in"):
        return FactTest(fact, op, tuple(dice.choice(_VALUES) for _ in range(3)))
    if op == "exists":
        return FactTest(fact, op, dice.random() < 0.5)
    ordered = op in ("gt", "gte", "lt", "lte")
    choices = [value for value in _VALUES if not (ordered and isinstance(value, bool))]
    return FactTest(fact, op, dice.choice(choices))
