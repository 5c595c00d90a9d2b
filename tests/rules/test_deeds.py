"""The deeds of a rule, read from YAML, and what is malformed in them."""

from dataclasses import replace

import pytest

from flows.yaml_text import read
from rules.analysis import emit_loops
from rules.deeds import deed_values, set_by
from rules.model import Deed, Rule, Trigger
from rules.yaml_text import read_rule


def _read(deeds: str) -> tuple[list[Deed], list[str]]:
    text = f"rule: r\ntrigger: {{event: page}}\nthen: {deeds}\n"
    document = read(text, "rules/r.yaml")
    rule = read_rule(document)
    return list(rule.then), [problem.code for problem in document.problems]


@pytest.mark.parametrize(
    ("text", "deed"),
    [
        ("{do: send_script, script: hi}", Deed("send_script", "hi")),
        ("{do: push_coupon, coupon: C5, expires: 30m}", Deed("push_coupon", "C5", 1800.0)),
        ("{do: grant_gift, gift: G1}", Deed("grant_gift", "G1")),
        ("{do: start_flow, flow: presale}", Deed("start_flow", "presale")),
        ("{do: handover, queue: vip}", Deed("handover", "vip")),
        ("{do: handover}", Deed("handover", "service")),
        ("{do: escalate, queue: senior}", Deed("escalate", "senior")),
        ("{do: emit, event: offered}", Deed("emit", "offered")),
        ("{do: webhook, connector: crm}", Deed("webhook", "crm")),
        ("{do: notify, text: 请回访}", Deed("notify", "请回访")),
        ("{do: set, slot: budget, value: 6000}", Deed("set", "slot.budget", value=6000)),
        ("{do: set, tag: interested}", Deed("set", "tag.interested", value=True)),
        ("{do: set, tag: interested, value: false}", Deed("set", "tag.interested", value=False)),
    ],
)
def test_each_deed(text: str, deed: Deed) -> None:
    assert _read(f"[{text}]") == ([deed], [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[{do: explode}]", "unknown_deed"),
        ("[{do: emit}]", "missing_key"),
        ("[{do: set}]", "slot_or_tag"),
        ("[{do: set, slot: a, tag: b, value: 1}]", "slot_or_tag"),
        ("[{do: set, slot: a}]", "missing_key"),
        ("[{do: set, tag: a, value: 5}]", "wrong_type"),
        ("[{do: set, slot: a, value: [1]}]", "wrong_type"),
        ("[{do: handover, queue: NOT A KEY}]", "bad_key"),
        ("[{do: push_coupon, coupon: C5, expires: soon}]", "bad_duration"),
        ("[{do: send_script, script: a, coupon: b}]", "unknown_key"),
        ("[5]", "not_a_mapping"),
        ("[]", "no_deed"),
    ],
)
def test_what_is_malformed_is_a_problem(text: str, code: str) -> None:
    assert code in _read(text)[1]


def test_what_rules_set_are_facts() -> None:
    deeds, _ = _read("[{do: set, tag: vip}, {do: set, slot: budget, value: x}]")
    rule = read_rule(read("rule: r\ntrigger: {event: page}\nthen: []\n", "rules/r.yaml"))
    found = set_by([replace(rule, then=tuple(deeds))])
    assert found == {"tag.vip": "bool", "slot.budget": "text"}


def test_a_deed_goes_back_to_its_yaml() -> None:
    deeds, _ = _read("[{do: set, tag: a}, {do: set, slot: b, value: 1}, {do: handover, queue: q}]")
    assert [deed_values(deed) for deed in deeds] == [
        {"do": "set", "tag": "a"},
        {"do": "set", "slot": "b", "value": 1},
        {"do": "handover", "queue": "q"},
    ]


def test_rules_that_wake_themselves_are_found() -> None:
    def rule(key: str, event: str, emits: str, enabled: bool = True) -> Rule:
        return Rule(key, Trigger(event), then=(Deed("emit", emits),), enabled=enabled)

    rules = [rule("a", "x", "y"), rule("b", "y", "z"), rule("c", "z", "x"), rule("d", "q", "x")]
    assert emit_loops(rules) == {"a": "b", "b": "c", "c": "a"}
    assert emit_loops([*rules[:2], rule("c", "z", "x", enabled=False)]) == {}
    assert emit_loops([rule("self", "x", "x")]) == {"self": "self"}
