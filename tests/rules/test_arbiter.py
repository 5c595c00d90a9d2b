"""Who may speak: suppression, exclusion, limits, and what holds for all marketing; every drop says why."""

from dataclasses import replace

import pytest

from flows.conditions import AllOf, FactTest
from flows.workspace import Marketing
from rules.arbiter import Drop, Occasion, decide, is_held_out, is_within, remember
from rules.model import Conflict, Limits, Rule, Trigger
from rules.triggers import RuleState

WAKES = Trigger("Product Viewed")
DAY = 86400.0


def _rule(key: str, priority: int = 50, group: str = "", conflict: Conflict | None = None) -> Rule:
    limits = Limits(group=group)
    return Rule(key, WAKES, priority=priority, limits=limits, conflict=conflict or Conflict())


def _decided(
    rules: list[Rule], state: RuleState | None = None, occasion: Occasion | None = None
) -> tuple[list[str], list[Drop]]:
    chosen, drops = decide(rules, state or RuleState(), occasion or Occasion(1000.0))
    assert {rule.key for rule in chosen} | {drop.rule for drop in drops} == {r.key for r in rules}
    return [rule.key for rule in chosen], drops


@pytest.mark.parametrize(
    ("limits", "spoke", "now", "drop"),
    [
        (Limits(cooldown=60), (0.0,), 59, ("cooling_down", "60")),
        (Limits(cooldown=60), (0.0,), 60, None),
        (Limits(cooldown=60), (100.0,), 50, ("cooling_down", "110")),
        (Limits(per_session=1), (0.0,), 99, ("capped", "session")),
        (Limits(per_visitor=2, per_visitor_in=100), (0.0, 50.0), 99, ("capped", "visitor")),
        (Limits(per_visitor=2, per_visitor_in=100), (0.0, 50.0), 101, None),
        (Limits(per_visitor=1), (1.0,), 1e9, ("capped", "visitor")),
    ],
)
def test_limits(
    limits: Limits, spoke: tuple[float, ...], now: float, drop: tuple[str, str] | None
) -> None:
    rule, state = Rule("r", WAKES, limits=limits), RuleState()
    for at in spoke:
        state = remember(state, [rule], at)
    chosen, drops = _decided([rule], state, Occasion(now))
    assert drops == ([Drop("r", *drop)] if drop else [])
    assert bool(chosen) is not bool(drop)


def test_of_an_exclusive_group_only_the_strongest_speaks() -> None:
    weak = _rule("weak", 1, conflict=Conflict("offers"))
    strong = _rule("strong", 9, conflict=Conflict("offers"))
    assert _decided([weak, strong]) == (["strong"], [Drop("weak", "lost_to", "strong")])


def test_at_equal_priority_the_more_specific_rule_is_stronger() -> None:
    wide = _rule("a-wide", conflict=Conflict("offers"))
    asks = AllOf((FactTest("cart.count", "eq", 0), FactTest("visitor.vip", "eq", True)))
    narrow = replace(_rule("b-narrow", conflict=Conflict("offers")), when=asks)
    assert _decided([wide, narrow])[0] == ["b-narrow"]
    product = replace(wide, key="c-product", trigger=Trigger("Product Viewed", {"product": "A"}))
    assert _decided([wide, product])[0] == ["c-product"]


def test_a_strong_rule_that_is_capped_does_not_make_way_for_a_weaker_one() -> None:
    weak = _rule("weak", 1, conflict=Conflict("offers"))
    strong = replace(_rule("strong", 9, conflict=Conflict("offers")), limits=Limits(per_session=1))
    state = remember(RuleState(), [strong], 0.0)
    chosen, drops = _decided([weak, strong], state)
    assert chosen == []
    assert drops == [Drop("weak", "lost_to", "strong"), Drop("strong", "capped", "session")]


def test_a_rule_suppresses_groups_whatever_their_priority() -> None:
    sorry = _rule("sorry", 1, conflict=Conflict(suppress_groups=("marketing", "offers")))
    offer = _rule("offer", 90, conflict=Conflict("offers"))
    advert = _rule("advert", 80, "marketing")
    assert _decided([offer, sorry, advert]) == (
        ["sorry"],
        [Drop("offer", "suppressed_by", "sorry"), Drop("advert", "suppressed_by", "sorry")],
    )


def test_of_two_that_suppress_each_other_the_stronger_is_left() -> None:
    one = _rule("one", 2, "a", Conflict(suppress_groups=("b",)))
    two = _rule("two", 1, "b", Conflict(suppress_groups=("a",)))
    three = _rule("three", 1, "a")
    assert _decided([two, one, three])[0] == ["one", "three"]


def test_a_rule_that_was_suppressed_wins_no_group() -> None:
    sorry = _rule("sorry", 1, conflict=Conflict(suppress_groups=("marketing",)))
    loud = _rule("loud", 90, "marketing", Conflict("offers"))
    service = _rule("service", 10, "", Conflict("offers"))
    assert _decided([sorry, loud, service])[0] == ["service", "sorry"]


def test_all_marketing_together_has_one_cap() -> None:
    rules = [_rule("a", group="marketing"), _rule("b", group="marketing"), _rule("c")]
    whole = Marketing(most=1, within=DAY)
    chosen, drops = _decided(rules, None, Occasion(1000.0, marketing=whole))
    assert (chosen, drops) == (["a", "c"], [Drop("b", "capped", "marketing")])
    state = remember(RuleState(), [rules[0]], 1000.0)
    assert _decided(rules, state, Occasion(1000 + DAY - 1, marketing=whole))[0] == ["c"]
    assert _decided(rules, state, Occasion(1000 + DAY + 1, marketing=whole))[0] == ["a", "c"]


@pytest.mark.parametrize(
    ("occasion", "reason"),
    [
        (
            Occasion(0, minute=22 * 60, marketing=Marketing(quiet_from=1320, quiet_to=480)),
            "quiet_hours",
        ),
        (
            Occasion(0, minute=479, marketing=Marketing(quiet_from=1320, quiet_to=480)),
            "quiet_hours",
        ),
        (Occasion(0, minute=480, marketing=Marketing(quiet_from=1320, quiet_to=480)), ""),
        (Occasion(0, opted_out=True), "opted_out"),
        (Occasion(0, "anybody", marketing=Marketing(hold_out=1.0)), "held_out"),
        (Occasion(0, "anybody", marketing=Marketing(hold_out=0.0)), ""),
    ],
)
def test_marketing_keeps_its_manners_and_service_speaks(occasion: Occasion, reason: str) -> None:
    advert, service = _rule("advert", group="marketing"), _rule("service", group="care")
    chosen, drops = _decided([advert, service], None, occasion)
    assert [drop.reason for drop in drops] == ([reason] if reason else [])
    assert "service" in chosen


def test_the_hold_out_is_a_share_of_visitors_and_always_the_same() -> None:
    visitors = [f"visitor-{number}" for number in range(20_000)]
    few = {name for name in visitors if is_held_out(name, 0.05)}
    more = {name for name in visitors if is_held_out(name, 0.10)}
    assert 850 < len(few) < 1150
    assert few < more, "a bigger hold-out keeps those who were in the smaller one"


@pytest.mark.parametrize(
    ("minute", "start", "end", "inside"),
    [(0, 0, 0, False), (60, 60, 120, True), (120, 60, 120, False), (0, 1320, 480, True)],
)
def test_stretches_of_a_day(minute: int, start: int, end: int, inside: bool) -> None:
    assert is_within(minute, start, end) is inside
