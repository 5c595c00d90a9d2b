"""Plain YAML values to a flow; what is wrong becomes a problem with a place.

Reading never fails: a part that cannot be understood is left out and named.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flows.conditions import read_condition
from flows.fields import KEY, NOTHING, Fields, is_place
from flows.model import (
    Ask,
    Branch,
    Call,
    Case,
    Choice,
    End,
    Expect,
    Flow,
    Handover,
    Request,
    Say,
    Set,
    Step,
)
from flows.reading_drawn import read_labels, read_notes, read_tests
from flows.yaml_text import Document


def read_flow(document: Document) -> Flow:
    """Read a flow file."""
    fields = Fields(document, document.value, ())
    key, start, title = fields.key("flow"), fields.key("start"), fields.text("title")
    steps: dict[str, Step] = {}
    for name, value in fields.take("steps", dict, NOTHING).items():
        if not KEY.match(name):
            fields.problem("bad_key", "steps", name, key=name)
        step = read_step(document, name, value)
        if step:
            steps[name] = step
    layout = {}
    for name, place in fields.take("layout", dict, NOTHING).items():
        if is_place(place):
            layout[name] = (float(place[0]), float(place[1]))
        else:
            fields.problem("bad_place", "layout", name, key=name)
    drawn = read_notes(fields), read_labels(fields), read_tests(fields)
    fields.finish()
    return Flow(key, start, title, steps, layout, *drawn)


def read_step(document: Document, key: str, value: Any) -> Step | None:
    """Read one step; None when its kind cannot be told."""
    fields = Fields(document, value, ("steps", key), key)
    kinds = [name for name in READERS if name in fields.value]
    if len(kinds) != 1:
        if isinstance(value, dict):
            fields.problem("unknown_step_kind" if not kinds else "two_step_kinds", key=key)
        return None
    step = READERS[kinds[0]](fields, key)
    step = replace(step, title=fields.text("title"))
    fields.finish()
    return step


def _read_say(fields: Fields, key: str) -> Step:
    return Say(key, fields.key("say"), fields.key("next"))


def _read_ask(fields: Fields, key: str) -> Step:
    choices = []
    for i, value in enumerate(fields.take("choices", list, ())):
        inner = Fields(fields.document, value, (*fields.path, "choices", i), key)
        choices.append(Choice(inner.text("text"), inner.key("next")))
        inner.finish()
    intents = {
        intent: to if isinstance(to, str) else ""
        for intent, to in fields.take("intents", dict, NOTHING).items()
    }
    retries = fields.take("retries", int, 2)
    if not 0 <= retries <= 10:
        fields.problem("out_of_range", "retries", key="retries", least=0, most=10)
    return Ask(
        key,
        fields.key("ask"),
        tuple(choices),
        intents,
        fields.key("slot"),
        _read_expect(fields),
        retries,
        fields.key("retry"),
        fields.key("next"),
        fields.key("otherwise"),
    )


def _read_expect(fields: Fields) -> Expect:
    inner = fields.inside("expect")
    if not inner.value:
        return Expect()
    if len(inner.value) != 1:
        inner.problem("bad_expect")
        return Expect()
    (kind,) = inner.value
    if kind == "pattern":
        return Expect("pattern", pattern=inner.take("pattern", str, ""))
    if kind == "one_of":
        options = inner.take("one_of", list, ())
        return Expect("one_of", one_of=tuple(str(option) for option in options))
    if kind == "entity":
        return Expect("entity", entity=inner.take("entity", str, ""))
    if kind not in ("text", "number"):
        inner.problem("bad_expect", kind)
        return Expect()
    bounds = inner.inside(kind)
    least, most = (bounds.take(name, (int, float), None) for name in ("min", "max"))
    bounds.finish()
    return Expect(kind, least, most)


def _read_branch(fields: Fields, key: str) -> Step:
    cases = []
    for i, value in enumerate(fields.take("branch", list, ())):
        inner = Fields(fields.document, value, (*fields.path, "branch", i), key)
        when = inner.take("when", dict, None)
        if when is None:
            inner.problem("missing_key", key="when")
            continue
        condition = read_condition(fields.document, when, (*inner.path, "when"), key)
        cases.append(Case(condition, inner.key("next")))
        inner.finish()
    return Branch(key, tuple(cases), fields.key("otherwise"))


def _read_set(fields: Fields, key: str) -> Step:
    return Set(key, _read_values(fields, "set"), fields.key("next"))


def _read_values(fields: Fields, name: str) -> dict[str, str | int | float | bool]:
    values = fields.take(name, dict, NOTHING)
    for slot, value in values.items():
        if not KEY.match(slot) or not isinstance(value, str | int | float | bool):
            fields.problem("bad_slot", name, slot, slot=slot)
    return {s: v for s, v in values.items() if isinstance(v, str | int | float | bool)}


def _read_request(fields: Fields, key: str) -> Step:
    connector, send = fields.key("request"), _read_values(fields, "send")
    return Request(key, connector, send, fields.key("next"), fields.key("otherwise"))


def _read_call(fields: Fields, key: str) -> Step:
    return Call(key, fields.key("call"), fields.key("next"))


def _read_handover(fields: Fields, key: str) -> Step:
    fields.taken.add("handover")
    given = fields.value["handover"]
    inner = Fields(fields.document, given or {}, (*fields.path, "handover"), key)
    queue, reason = inner.key("queue", "service"), inner.take("reason", str, "")
    inner.finish()
    return Handover(key, queue, reason, fields.key("next"))


def _read_end(fields: Fields, key: str) -> Step:
    fields.taken.add("end")
    return End(key)


READERS: dict[str, Callable[[Fields, str], Step]] = {
    "say": _read_say,
    "ask": _read_ask,
    "branch": _read_branch,
    "set": _read_set,
    "request": _read_request,
    "call": _read_call,
    "handover": _read_handover,
    "end": _read_end,
}
