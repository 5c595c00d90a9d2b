"""Rules: the matcher and the oracle on the same snapshots, matches a second of CPU."""

import time
from dataclasses import replace
from random import Random

from bench.report import Report, Row
from bench.rule_sets import NAMES
from flows.conditions import AllOf, FactTest, Not
from rules.generated import Generated
from rules.matcher import Matcher
from rules.model import Rule, Trigger
from rules.oracle import fire


async def measure(report: Report, seconds: float) -> None:
    """Measure 1, 10, 100 and 1,000 rules of two or three tests each."""
    for size in (1, 10, 100, 1000):
        dice = Random(size)
        rules = [_rule(number, dice) for number in range(size)]
        matcher = Matcher(rules)
        facts = [_facts(dice) for _ in range(200)]
        ways = {"durable-rules": matcher.fire, "generated code": Generated(rules).fire}
        for name, judge in {**ways, "trees walked": fire}.items():
            done, started = 0, time.process_time()
            while time.process_time() - started < seconds / 8:
                judge(rules, facts[done % len(facts)])
                done += 1
            rate = done / (time.process_time() - started)
            report.add(Row(f"{name}, {size} rules", rate, "/s CPU", "higher"))
        matcher.close()
    _over_triggers(report, seconds)


def _over_triggers(report: Report, seconds: float) -> None:
    """Measure an event that wakes a quarter of a hundred rules: what a shop's rules are like."""
    dice = Random(4)
    rules = [replace(_rule(n, dice), trigger=Trigger(dice.choice(NAMES))) for n in range(100)]
    woken = {name: [rule for rule in rules if rule.trigger.event == name] for name in NAMES}
    matcher = Matcher(rules)
    events = [(woken[dice.choice(NAMES)], _facts(dice)) for _ in range(200)]
    for name, judge in {
        "durable-rules": matcher.fire,
        "generated code": Generated(rules).fire,
    }.items():
        done, started = 0, time.process_time()
        while time.process_time() - started < seconds / 4:
            judge(*events[done % len(events)])
            done += 1
        rate = done / (time.process_time() - started)
        row = f"match alone, 100 rules of {len(NAMES)} triggers, {name}"
        report.add(Row(row, rate, "/s CPU", "higher", 30_000.0))
    matcher.close()


def _rule(number: int, dice: Random) -> Rule:
    parts = (
        FactTest("cart.count", dice.choice(("gte", "lte", "eq")), dice.randint(0, 9)),
        FactTest("page.product", "eq", f"商品{dice.randint(0, 20)}"),
        Not(FactTest("visitor.vip", "eq", True)),
    )
    return Rule(f"r{number}", Trigger("Product Viewed"), AllOf(parts))


def _facts(dice: Random) -> dict[str, object]:
    return {"cart.count": dice.randint(0, 9), "page.product": f"商品{dice.randint(0, 20)}"}
