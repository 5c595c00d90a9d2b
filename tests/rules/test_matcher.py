"""The matcher against the oracle, on random rules and random snapshots."""

from random import Random

import pytest

from flows.conditions import OPERATORS, AllOf, AnyOf, Condition, FactTest, Not
from rules.crosscheck import disagreements
from rules.generated import Generated
from rules.judge import Judge
from rules.matcher import Matcher
from rules.model import Rule, Trigger
from rules.oracle import fire

NAMES = ("cart.count", "page.product", "visitor.vip", "slot.x", "message.intent")
VALUES = (0, 1, 2, 5, 0.5, -1, 7999, "a", "iPhone15 Pro", "x" * 2000, True, False, "", 1e15, "引")


def _leaf(dice: Random) -> FactTest:
    op = dice.choice(list(OPERATORS))
    if op in ("in", "not_in"):
        return FactTest(dice.choice(NAMES), op, tuple(dice.choice(VALUES) for _ in range(3)))
    if op == "exists":
        return FactTest(dice.choice(NAMES), op, dice.random() < 0.5)
    ordered = op in ("gt", "gte", "lt", "lte")
    choices = [value for value in VALUES if not (ordered and isinstance(value, bool))]
    return FactTest(dice.choice(NAMES), op, dice.choice(choices))


def _condition(dice: Random, depth: int = 0) -> Condition:
    draw = dice.random()
    if depth > 2 or draw < 0.4:
        return _leaf(dice)
    parts = tuple(_condition(dice, depth + 1) for _ in range(dice.randint(0, 3)))
    if draw < 0.8:
        return AllOf(parts) if draw < 0.6 else AnyOf(parts)
    return Not(_condition(dice, depth + 1))


@pytest.mark.parametrize("seed", range(20))
def test_matcher_and_oracle_agree(seed: int) -> None:
    dice = Random(seed)
    rules = [
        Rule(f"r{i}", Trigger(dice.choice(("a", "b"))), _condition(dice))
        for i in range(dice.randint(1, 70))
    ]
    matcher, generated = Matcher(rules), Generated(rules)
    for _ in range(50):
        facts = {name: dice.choice(VALUES) for name in NAMES if dice.random() < 0.8}
        assert matcher.fire(rules, facts) == generated.fire(rules, facts) == fire(rules, facts)
        some = rules[::2]
        assert generated.fire(some, facts) == fire(some, facts)
    matcher.close()


def test_a_difference_is_found_before_it_goes_out() -> None:
    rules = [Rule("r", Trigger("a"), FactTest("cart.count", "gte", 2))]
    judge = Judge.build(rules)
    assert judge.matcher is not None
    assert disagreements(rules, judge, Random(1), 100) == set()

    class Wrong:
        def fire(self, rules: object, facts: object) -> set[str]:
            return {"r"}

    wrong = Judge(Wrong(), "")  # type: ignore[arg-type]
    assert disagreements(rules, wrong, Random(1), 100) == {"r"}


def test_a_matcher_that_fails_is_replaced_by_the_oracle_and_counted() -> None:
    class Broken:
        def fire(self, rules: object, facts: object) -> set[str]:
            raise MemoryError

    rules = [Rule("r", Trigger("a"), FactTest("cart.count", "gte", 2))]
    judge = Judge(Broken(), "")  # type: ignore[arg-type]
    assert judge.holding(rules, {"cart.count": 3}) == {"r"}
    assert judge.counts["fell_back"] == 1


def _asks(key: str, first: int, many: int) -> Rule:
    parts = tuple(FactTest(f"f{number}", "eq", number) for number in range(first, first + many))
    return Rule(key, Trigger("a"), AllOf(parts))


def test_rules_that_ask_very_much_are_matched_all_the_same() -> None:
    rules = [_asks("huge", 0, 600), *(_asks(f"r{n}", n * 30, 60) for n in range(12))]
    judge = Judge.build(rules)
    facts = {f"f{number}": number for number in range(600)}
    assert judge.holding(rules, facts) == {rule.key for rule in rules}
    assert judge.holding(rules, {**facts, "f45": 0}) == fire(rules, {**facts, "f45": 0})
    assert judge.counts["fell_back"] == 0


def test_a_matcher_that_differs_in_service_is_found_and_retired() -> None:
    class Wrong:
        def fire(self, rules: object, facts: object) -> set[str]:
            return {"r"}

    rules = [Rule("r", Trigger("a"), FactTest("cart.count", "gte", 2))]
    judge = Judge(Wrong(), "")  # type: ignore[arg-type]
    for _ in range(100):
        assert judge.holding(rules, {"cart.count": 3}) == {"r"}
    assert judge.holding(rules, {"cart.count": 1}) == set()
    assert (judge.matcher, judge.why_not) == (None, "it_differed")
    assert judge.counts == {"matched": 101, "fell_back": 0, "shadowed": 2, "differed": 1}
    assert judge.holding(rules, {"cart.count": 1}) == set()


def test_what_people_write_is_never_read_as_code() -> None:
    nasty = "'); raise SystemExit #\n\\"
    part = FactTest(nasty, "eq", nasty)
    tests = (part, FactTest("n", "gt", float("inf")), FactTest("n", "ne", float("nan")))
    rules = [Rule(f"r{i}", Trigger("a"), AnyOf((part, tests[i % 3]))) for i in range(9)]
    generated = Generated(rules)
    for facts in ({nasty: nasty, "n": 1}, {nasty: "x", "n": float("inf")}, {}):
        assert generated.fire(rules, facts) == fire(rules, facts)


def test_what_is_nested_too_deeply_for_python_is_walked() -> None:
    deep: Condition = FactTest("n", "eq", 1)
    for _ in range(300):
        deep = Not(deep)
    rules = [Rule(f"r{i}", Trigger("a"), deep) for i in range(5)]
    assert Generated(rules).fire(rules, {"n": 1}) == {rule.key for rule in rules}
