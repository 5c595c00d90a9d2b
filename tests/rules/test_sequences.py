"""Sequences, absences, hours of the day, visits, segments entered, dwell that is only seen time."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from flows.conditions import FactTest
from flows.yaml_text import read
from rules.model import Deed, Dwell, Event, Rule, Schedule, Segment, Then, Trigger, Without
from rules.simulate import Shop, simulate
from rules.yaml_text import read_rule

MONDAY = datetime(2026, 1, 5, tzinfo=UTC).timestamp()
AFTER = Trigger("Product Viewed", then=Then("Product Added", 600, without=("page_leave",)))
IDLE = Trigger("Product Added", without=Without(("Order Completed",), 1800))


def _fired(trigger: Trigger, *events: tuple[float, str], shop: Shop | None = None) -> list[float]:
    happened = [Event(name, MONDAY + at, {}) for at, name in events]
    moments = simulate([Rule("r", trigger)], happened, shop or Shop())
    return [moment.at - MONDAY for moment in moments if moment.fired]


@pytest.mark.parametrize(
    ("events", "fired"),
    [
        ([(0, "Product Viewed"), (600, "Product Added")], [600]),
        ([(0, "Product Viewed"), (601, "Product Added")], []),
        ([(0, "Product Viewed"), (9, "page_leave"), (10, "Product Added")], []),
        ([(0, "Product Viewed"), (500, "Product Viewed"), (900, "Product Added")], [900]),
        ([(0, "Product Viewed"), (1, "Product Added"), (2, "Product Added")], [1]),
        ([(0, "Product Added"), (1, "Product Viewed")], []),
    ],
)
def test_one_event_then_another(events: list[tuple[float, str]], fired: list[float]) -> None:
    assert _fired(AFTER, *events) == fired


def test_twice_the_same_is_a_sequence_too() -> None:
    twice = Trigger("Cart Viewed", then=Then("Cart Viewed", 60))
    views = [(at, "Cart Viewed") for at in (0, 50, 100, 300, 310)]
    assert _fired(twice, *views) == [50, 310]


@pytest.mark.parametrize(
    ("events", "fired"),
    [
        ([(0, "Product Added"), (1801, "tick")], [1800]),
        ([(0, "Product Added"), (1000, "Order Completed"), (2000, "tick")], []),
        ([(0, "Product Added"), (1000, "page_leave"), (2000, "tick")], [1800]),
        ([(0, "Product Added"), (1000, "Product Added"), (3000, "tick")], [2800]),
    ],
)
def test_a_cart_is_left(events: list[tuple[float, str]], fired: list[float]) -> None:
    assert _fired(IDLE, *events) == fired


@pytest.mark.parametrize(
    ("schedule", "at", "speaks"),
    [
        (Schedule(start=540, end=1080), 9 * 3600, True),
        (Schedule(start=540, end=1080), 9 * 3600 - 1, False),
        (Schedule(start=540, end=1080), 18 * 3600, False),
        (Schedule((2, 3)), 12 * 3600, False),
        (Schedule((1,)), 12 * 3600, True),
        (Schedule((1,), 1320, 120), 23 * 3600, True),
        (Schedule((1,), 1320, 120), 25 * 3600, True),
        (Schedule((1,), 1320, 120), 3600, False),
        (Schedule((7,), 1320, 120), 3600, True),
    ],
)
def test_hours_of_the_day(schedule: Schedule, at: float, speaks: bool) -> None:
    fired = _fired(Trigger("page", schedule=schedule), (at, "page"))
    assert fired == ([at] if speaks else [])


def test_outside_of_its_hours_a_rule_says_so() -> None:
    rule = Rule("r", Trigger("page", schedule=Schedule((2,))))
    (moment,) = simulate([rule], [Event("page", MONDAY, {})])
    assert (moment.fired, moment.reason) == (False, "off_schedule")


def test_the_first_visit_and_the_next() -> None:
    first = Trigger("visit_start", {"visit": "first"})
    again = Trigger("visit_start", {"visit": "return"})
    events = [(0, "page"), (1799, "page"), (3600, "page"), (9000, "message")]
    assert _fired(first, *events) == [0]
    assert _fired(again, *events) == [3600, 9000]
    assert _fired(Trigger("visit_end"), *events, (20_000, "tick")) == [3599, 5400, 10_800]


def test_what_rules_report_keeps_no_visit_alive() -> None:
    rule = Rule("r", Trigger("visit_end"), then=(Deed("emit", "gone"),))
    moments = simulate([rule], [Event("page", 0, {}), Event("tick", 50_000, {})])
    assert [moment.at for moment in moments] == [1800]


def test_a_page_that_falls_silent_ends_its_dwells() -> None:
    dwell = Trigger("Product Viewed", dwell=Dwell(120))
    beats = [(30, "page_beat"), (60, "page_beat"), (90, "page_beat")]
    view, end = (0, "Product Viewed"), (400, "tick")
    assert _fired(dwell, view, *beats, end) == [120]
    assert _fired(dwell, view, beats[0], end) == [], "closed after half a minute"
    assert _fired(dwell, view, end) == [120], "a page that never says so is believed"
    later = (100, "Product Viewed")
    assert _fired(dwell, view, beats[0], later, end) == [220], "another page, one that says nothing"
    (moment,) = simulate(
        [Rule("r", dwell)], [Event("Product Viewed", 0), Event("page_beat", 30), Event("tick", 400)]
    )
    assert moment.reason == "page_lost"


def test_a_visitor_enters_a_segment_once() -> None:
    buyers = Segment("buyers", when=FactTest("order.count", "gte", 1))
    shop = Shop((buyers,))
    orders = [
        Event("page", MONDAY, {}),
        Event("Order Completed", MONDAY + 1, {"order_id": "1"}),
        Event("Order Completed", MONDAY + 2, {"order_id": "2"}),
    ]
    for where in {"segment": "buyers"}, {}:
        rule = Rule("r", Trigger("segment_entered", where))
        assert [m.at - MONDAY for m in simulate([rule], orders, shop)] == [1]
    other = Rule("r", Trigger("segment_entered", {"segment": "others"}))
    assert simulate([other], orders, shop) == []


@pytest.mark.parametrize(
    ("events", "fired"),
    [
        ([(0, "Product Viewed"), (50, "page_hidden"), (1000, "page_shown"), (1100, "tick")], [1070]),
        ([(0, "Product Viewed"), (50, "page_hidden"), (1000, "tick")], []),
        ([(0, "Product Viewed"), (50, "page_hidden"), (60, "page_leave"), (70, "page_shown"), (999, "tick")], []),
        ([(0, "Product Viewed"), (50, "page_hidden"), (60, "Product Viewed"), (200, "tick")], [180]),
        ([(0, "Product Viewed"), (50, "page_shown"), (121, "tick")], [120]),
    ],
)  # fmt: skip
def test_only_what_is_seen_counts_as_dwell(
    events: list[tuple[float, str]], fired: list[float]
) -> None:
    assert _fired(Trigger("Product Viewed", dwell=Dwell(120)), *events) == fired


@pytest.mark.parametrize(("sent", "fired"), [(99.0, [120]), (101.0, [])])
@pytest.mark.parametrize("late", ["page_leave", "page_hidden"])
def test_a_page_left_before_this_one_does_not_end_its_dwell(
    late: str, sent: float, fired: list[float]
) -> None:
    happened = [
        Event("Product Viewed", MONDAY, {}, 100.0),
        Event(late, MONDAY + 2, {}, sent),
        Event("tick", MONDAY + 200, {}),
    ]
    moments = simulate([Rule("r", Trigger("Product Viewed", dwell=Dwell(120)))], happened)
    assert [moment.at - MONDAY for moment in moments if moment.fired] == fired


def test_rules_hear_of_what_other_rules_emit_and_set() -> None:
    tag = Deed("set", "tag.big", value=True)
    first = Rule("first", Trigger("page"), then=(tag, Deed("emit", "done")))
    asks = FactTest("tag.big", "eq", True)
    second = Rule("second", Trigger("done"), when=asks, then=(Deed("emit", "done"),))
    moments = simulate([first, second], [Event("page", MONDAY, {})])
    assert [m.rule for m in moments] == ["first", *["second"] * 5]
    assert all(m.fired for m in moments)
    quiet = replace(second, when=FactTest("tag.big", "eq", False))
    assert [m.fired for m in simulate([first, quiet], [Event("page", MONDAY, {})])] == [True, False]


def _read(trigger: str) -> tuple[Trigger, list[str]]:
    document = read(
        f"rule: r\ntrigger: {trigger}\nthen: [{{do: emit, event: x}}]\n", "rules/r.yaml"
    )
    return read_rule(document).trigger, [problem.code for problem in document.problems]


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        (
            "{event: A, then: {event: B, within: 10m, where: {x: 1}, without: [C]}}",
            Trigger("A", then=Then("B", 600, {"x": 1}, ("C",))),
        ),
        (
            "{event: A, without: {events: [B], for: 30m}}",
            Trigger("A", without=Without(("B",), 1800)),
        ),
        (
            "{event: A, schedule: {days: [mon, sun], from: '20:00', to: '23:30'}}",
            Trigger("A", schedule=Schedule((1, 7), 1200, 1410)),
        ),
        ("{event: visit_end}", Trigger("visit_end")),
    ],
)
def test_triggers_are_read(text: str, trigger: Trigger) -> None:
    assert _read(text) == (trigger, [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{event: A, then: {event: B}}", "missing_key"),
        ("{event: A, then: {within: 1m}}", "missing_key"),
        ("{event: A, then: {event: B, within: soon}}", "bad_duration"),
        ("{event: A, without: {for: 1m}}", "missing_key"),
        ("{event: A, without: {events: B, for: 1m}}", "wrong_type"),
        ("{event: A, dwell: {more_than: 1m}, without: {events: [B], for: 1m}}", "one_way_only"),
        ("{event: visit_end, dwell: {more_than: 1m}}", "one_way_only"),
        ("{event: A, schedule: {days: [someday]}}", "bad_day"),
        ("{event: A, schedule: {from: '20:00'}}", "missing_key"),
        ("{event: A, schedule: {from: 20, to: noon}}", "bad_clock"),
    ],
)
def test_what_is_malformed_is_a_problem(text: str, code: str) -> None:
    assert code in _read(text)[1]
