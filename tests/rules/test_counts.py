"""How often something happened lately, as a condition of a rule."""

from random import Random

import pytest

from flows.yaml_text import read
from rules.analysis import find_odd
from rules.counts import MOST, definition_of, facts, note
from rules.crosscheck import disagreements
from rules.judge import Judge
from rules.model import Event, Rule
from rules.simulate import simulate
from rules.yaml_text import read_rule

UPSET = "{event: message, where: {sentiment: negative}, in_last: 3 messages}"
LOOKED = "{event: Product Viewed, in_last: 10m, reset_on: [Order Completed]}"


def _rule(when: str, event: str = "message") -> Rule:
    text = f"rule: r\ntrigger: {{event: {event}}}\nwhen: {when}\nthen: [{{do: send_script, script: s}}]\n"
    document = read(text, "rules/r.yaml")
    rule = read_rule(document)
    assert document.problems == []
    return rule


def _said(moods: str) -> list[Event]:
    names = {"-": "negative", "+": "positive"}
    return [Event("message", at, {"sentiment": names[m]}) for at, m in enumerate(moods)]


@pytest.mark.parametrize(
    ("moods", "fired"),
    [
        ("-", [False]),
        ("--", [False, True]),
        ("-+-", [False, False, True]),
        ("-++-", [False, False, False, False]),
        ("--++", [False, True, True, False]),
    ],
)
def test_two_bad_messages_among_the_last_three(moods: str, fired: list[bool]) -> None:
    rule = _rule(f"{{count: {UPSET}, op: gte, value: 2}}")
    assert [moment.fired for moment in simulate([rule], _said(moods))] == fired


def test_a_window_of_time_forgets_and_an_order_starts_anew() -> None:
    rule = _rule(f"{{not: {{count: {LOOKED}, op: lt, value: 3}}}}", "Product Viewed")
    views = [Event("Product Viewed", at) for at in (0, 60, 120, 700, 730)]
    ordered = Event("Order Completed", 125)
    assert [m.fired for m in simulate([rule], views)] == [False, False, True, False, False]
    after = [m.fired for m in simulate([rule], [*views, Event("Product Viewed", 740)])]
    assert after[-1]
    after = [m.fired for m in simulate([rule], [*views[:3], ordered, views[3]])]
    assert after == [False, False, True, False]


def test_why_shows_the_number_that_was_found() -> None:
    rule = _rule(f"{{all: [{{count: {UPSET}, op: gte, value: 2}}]}}")
    (moment, *_rest) = simulate([rule], _said("-"))
    (part,) = moment.why.parts
    assert (part.found, part.holds) == (1, False)
    assert definition_of(part.fact)["in_last"] == "3 messages"


def test_the_matcher_counts_like_the_oracle() -> None:
    rules = [_rule(f"{{any: [{{count: {UPSET}, op: {op}, value: 2}}]}}") for op in ("gte", "ne")]
    judge = Judge.build(rules[:1])
    assert disagreements(rules[:1], judge, Random(1), 300) == set()


def test_what_is_counted_stays_small_and_what_is_not_any_more_is_forgotten() -> None:
    counts = _rule(f"{{count: {LOOKED}, op: gte, value: 1}}").counts
    counted = {"count:old": (1.0,)}
    for at in range(200):
        counted = dict(note(counted, counts, Event("Product Viewed", float(at))))
    assert {name: len(had) for name, had in counted.items()} == {counts[0].name: MOST}
    assert facts(counts, counted, 199.0) == {counts[0].name: MOST}
    assert facts(counts, {}, 0.0) == {counts[0].name: 0}


def test_more_than_can_come_about_never_holds() -> None:
    rule = _rule(f"{{count: {UPSET}, op: gte, value: 4}}")
    assert [one.code for one in find_odd(rule, [rule])] == ["never_holds"]
    fine = _rule(f"{{count: {UPSET}, op: gte, value: 3}}")
    assert find_odd(fine, [fine]) == []


@pytest.mark.parametrize(
    "count",
    [
        "{event: message}",
        "{in_last: 3 messages}",
        "{event: Product Viewed, in_last: 3 messages}",
        "{event: message, in_last: 0 messages}",
        "{event: message, in_last: 51 messages}",
        "{event: message, in_last: 8d}",
        "{event: message, in_last: soon}",
        "{event: message, in_last: 3 messages, where: [a]}",
        "{event: message, in_last: 3 messages, of: x}",
        "{event: [message], in_last: 3 messages}",
        "often",
    ],
)
def test_what_is_no_count_is_a_problem_with_its_place(count: str) -> None:
    text = f"rule: r\ntrigger: {{event: message}}\nwhen: {{all: [{{count: {count}, op: gte, value: 1}}]}}\nthen: [{{do: send_script, script: s}}]\n"
    document = read(text, "rules/r.yaml")
    read_rule(document)
    assert [(one.code, one.line) for one in document.problems] == [("bad_count", 3)]
