"""Two rule sets, one past: who fired, how often, what overlapped, and where they differ."""

from datetime import UTC

from flows.conditions import FactTest
from rules.comparing import Comparison, Side, explained_from, explained_values
from rules.model import Conflict, Deed, Dwell, Event, Limits, Rule, Trigger
from rules.oracle import explain
from rules.simulate import Shop

SAY = (Deed("send_script", "hi"),)
DAY = 86_400.0


def _side(*rules: Rule) -> Side:
    return Side(rules, Shop(zone=UTC))


def _rule(key: str, value: int, **more: object) -> Rule:
    condition = FactTest("cart.count", "gte", value)
    return Rule(key, Trigger("page"), condition, SAY, **more)  # type: ignore[arg-type]


def _added(at: float) -> Event:
    return Event("Product Added", at, {"product_id": "a"})


def test_each_side_is_counted_by_rule_day_and_visitor() -> None:
    live = _side(_rule("a", 1))
    draft = _side(_rule("a", 1, limits=Limits(per_session=1)), _rule("b", 2))
    comparison = Comparison({"live": live, "draft": draft}, 3 * DAY)
    comparison.take("v", [_added(1), Event("page", 2), Event("page", DAY + 2)])
    comparison.take("w", [Event("page", 5)])
    found = comparison.report()
    assert (found["visitors"], found["events"]) == (2, 4)
    assert found["dates"] == ["1970-01-01", "1970-01-02"]
    assert found["sides"] == {
        "live": {"fired": 2, "touched": 1, "days": [1, 1]},
        "draft": {"fired": 1, "touched": 1, "days": [1, 0]},
    }
    a, b = found["rules"]
    assert a["live"] == {"fired": 2, "visitors": 1, "silent": {"condition": 1}}
    assert a["draft"]["silent"] == {"condition": 1, "capped session": 1}
    assert "live" not in b
    assert b["draft"] == {"fired": 0, "visitors": 0, "silent": {"condition": 3}}
    differing = [(one["rule"], one["at"]) for one in found["samples"] if one["differs"]]
    assert differing == [("a", DAY + 2)]
    assert [one["rule"] for one in found["samples"] if not one["differs"]] == ["a"]


def test_rules_that_want_to_speak_at_once_overlap_though_one_is_kept_quiet() -> None:
    group = Conflict(exclusive_group="g")
    both = _side(_rule("a", 0, conflict=group), _rule("b", 0, conflict=group), _rule("c", 9))
    comparison = Comparison({"live": _side(_rule("a", 0)), "draft": both}, DAY)
    comparison.take("v", [Event("page", 1), Event("page", 2)])
    assert comparison.report()["overlaps"] == [{"rules": ("a", "b"), "live": 0, "draft": 2}]


def test_a_timer_that_still_runs_at_the_end_runs_out() -> None:
    dwell = Rule("d", Trigger("page", dwell=Dwell(120)), then=SAY)
    comparison = Comparison({"live": _side(), "draft": _side(dwell)}, 10)
    comparison.take("v", [Event("page", 5)])
    assert comparison.report()["sides"]["draft"]["fired"] == 1


def test_what_was_judged_is_read_back() -> None:
    why = explain(_rule("a", 1).when, {"cart.count": 0})
    assert explained_from(explained_values(why)) == why
