"""Segments become facts, so rules, flows, tests and simulations ask for them like for any other."""

from datetime import UTC, datetime

import pytest

from rules.model import Event
from rules.segments import kinds_of, read_segments, with_segments
from rules.simulate import Shop, simulate
from rules.snapshot import snapshot
from runtime.compiling import compile_files
from tests.workspaces import SMALL

BUYERS = (
    "segment: buyers\ntitle: {en: Buyers}\nwhen: {all: [{fact: order.count, op: gte, value: 1}]}\n"
)
FILES = {"segments/buyers.yaml": BUYERS}


def codes(**files: str) -> set[str]:
    paths = {path.replace("__", "/") + ".yaml": text for path, text in files.items()}
    return {p.code for p in compile_files({**SMALL, **FILES, **paths}).problems}


@pytest.mark.parametrize(("orders", "belongs"), [(0, False), (1, True), (3, True)])
def test_a_visitor_is_in_a_segment_or_not(orders: int, belongs: bool) -> None:
    segments, _ = read_segments(FILES)
    facts = snapshot({"order.count": orders}, datetime(2026, 1, 1, tzinfo=UTC), {}, segments)
    assert facts["segment.buyers"] is belongs
    assert kinds_of(segments) == {"segment.buyers": "bool"}
    assert with_segments({}, segments) == {"segment.buyers": False}, "nothing is known"


def test_a_rule_asks_for_a_segment_in_a_simulation() -> None:
    rule = (
        "rule: thanks\ntrigger: {event: Cart Viewed}\n"
        "when: {all: [{fact: segment.buyers, op: eq, value: true}]}\n"
        "then: [{do: send_script, script: hi}]\nlimits: {per_session: 3}\n"
    )
    compiled = compile_files({**SMALL, **FILES, "rules/thanks.yaml": rule})
    assert not [p for p in compiled.problems if p.file in ("rules/thanks.yaml", *FILES)]
    mine = [rule for rule in compiled.rules if rule.key == "thanks"]
    order = Event("Order Completed", 10.0, {"order_id": "1", "total": 5})
    events = [Event("Cart Viewed", 5.0), order, Event("Cart Viewed", 20.0)]
    moments = simulate(mine, events, Shop(compiled.segments))
    assert [(m.at, m.fired) for m in moments] == [(5.0, False), (20.0, True)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BUYERS.replace("order.count", "order.color"), "unknown_fact"),
        (
            BUYERS.replace("order.count, op: gte, value: 1", "segment.buyers, op: eq, value: true"),
            "unknown_fact",
        ),
        (BUYERS.replace("order.count, op: gte", "slot.need, op: eq"), "unknown_slot"),
        (BUYERS.replace("[{fact: order.count, op: gte, value: 1}]", "[]"), "segment_of_everybody"),
        (BUYERS.replace("segment: buyers", "segment: others"), "key_is_not_file_name"),
        (BUYERS + "color: red\n", "unknown_key"),
    ],
)
def test_what_is_wrong_with_a_segment_is_named(text: str, code: str) -> None:
    assert code in codes(segments__buyers=text)


def test_a_flow_may_ask_for_a_segment_that_exists() -> None:
    flow = (
        "flow: welcome\nstart: way\nsteps:\n  way:\n    branch:\n"
        "      - {when: {all: [{fact: segment.buyers, op: eq, value: true}]}, next: end}\n"
        "    otherwise: end\n  end: {end: true}\n"
    )
    assert "unknown_fact" not in codes(flows__welcome=flow)
    assert "unknown_fact" in codes(flows__welcome=flow.replace("buyers", "sellers"))
