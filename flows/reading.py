"""Plain YAML values to workspace, flow and script; what is wrong becomes a problem with a place.

Reading never fails: a part that cannot be understood is left out and named.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flows.conditions import read_condition
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
    Say,
    Set,
    Step,
    Text,
)
from flows.scripts import Script, Variant
from flows.workspace import Coupon, Human, Workspace
from flows.yaml_text import Document, Path

KEY = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z")
_NOTHING: dict[str, Any] = {}


class Fields:
    """The keys of one mapping, taken one by one; what is left over is unknown."""

    def __init__(self, document: Document, value: Any, path: Path, step: str = "") -> None:
        self.document, self.path, self.step = document, path, step
        if not isinstance(value, dict):
            self.problem("not_a_mapping")
            value = _NOTHING
        self.value: Mapping[str, Any] = value
        self.taken: set[str] = set()

    def problem(self, code: str, *inner: str | int, **values: object) -> None:
        """Note what is wrong at a place inside this mapping."""
        problem = self.document.problem(code, (*self.path, *inner), self.step, **values)
        self.document.problems.append(problem)

    def take(self, name: str, kind: type | tuple[type, ...], default: Any) -> Any:
        """Take a value of a type; a wrong type is a problem and gives the default."""
        self.taken.add(name)
        value = self.value.get(name)
        if value is None:
            return default
        number = isinstance(value, bool) and kind in (int, float, (int, float))
        if not isinstance(value, kind) or number:
            self.problem("wrong_type", name, key=name)
            return default
        return value

    def key(self, name: str, default: str = "") -> str:
        """Take a key: lower-case letters, digits, `_`, `-`."""
        value: str = self.take(name, str, default)
        if value and not KEY.match(value):
            self.problem("bad_key", name, key=value)
        return value

    def text(self, name: str) -> Text:
        """Take a text for people: a string or a map by language."""
        value = self.take(name, (str, dict), None)
        if isinstance(value, dict):
            wrong = [k for k, words in value.items() if not isinstance(words, str)]
            for language in wrong:
                self.problem("wrong_type", name, language, key=language)
            return {k: words for k, words in value.items() if isinstance(words, str)}
        return {} if value is None else {"": value}

    def inside(self, name: str) -> "Fields":
        """Take a mapping inside this one."""
        value = self.take(name, dict, _NOTHING)
        return Fields(self.document, value, (*self.path, name), self.step)

    def finish(self) -> None:
        """Name every key that nobody took."""
        for name in self.value:
            if name not in self.taken:
                self.problem("unknown_key", name, key=name)


def read_flow(document: Document) -> Flow:
    """Read a flow file."""
    fields = Fields(document, document.value, ())
    key, start, title = fields.key("flow"), fields.key("start"), fields.text("title")
    steps: dict[str, Step] = {}
    for name, value in fields.take("steps", dict, _NOTHING).items():
        if not KEY.match(name):
            fields.problem("bad_key", "steps", name, key=name)
        step = _read_step(document, name, value)
        if step:
            steps[name] = step
    layout = {}
    for name, place in fields.take("layout", dict, _NOTHING).items():
        if _is_place(place):
            layout[name] = (float(place[0]), float(place[1]))
        else:
            fields.problem("bad_place", "layout", name, key=name)
    fields.finish()
    return Flow(key, start, title, steps, layout)


def _is_place(place: Any) -> bool:
    return (
        isinstance(place, list)
        and len(place) == 2
        and all(isinstance(n, int | float) and abs(n) < 1e6 for n in place)
    )


def _read_step(document: Document, key: str, value: Any) -> Step | None:
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
        for intent, to in fields.take("intents", dict, _NOTHING).items()
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
    values = fields.take("set", dict, _NOTHING)
    for slot, value in values.items():
        if not KEY.match(slot) or not isinstance(value, str | int | float | bool):
            fields.problem("bad_slot", "set", slot, slot=slot)
    kept = {s: v for s, v in values.items() if isinstance(v, str | int | float | bool)}
    return Set(key, kept, fields.key("next"))


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
    "call": _read_call,
    "handover": _read_handover,
    "end": _read_end,
}


def read_script(document: Document) -> Script:
    """Read a script file."""
    fields = Fields(document, document.value, ())
    key, goal = fields.key("script"), fields.take("goal", str, "")
    variants = {}
    for name, value in fields.take("variants", dict, _NOTHING).items():
        inner = Fields(document, value, ("variants", name))
        variants[name] = Variant(name, inner.text("text"), inner.text("title"))
        inner.finish()
        if not KEY.match(name):
            fields.problem("bad_key", "variants", name, key=name)
    weighting, weights = _read_weighting(fields, variants)
    fields.finish()
    return Script(key, variants, goal, weighting, weights)


def _read_weighting(
    fields: Fields, variants: Mapping[str, Variant]
) -> tuple[str, Mapping[str, float]]:
    value = fields.take("weighting", (str, dict), "even")
    if value in ("even", "bandit"):
        return str(value), {}
    if isinstance(value, dict) and set(value) == {"fixed"} and isinstance(value["fixed"], dict):
        weights = {}
        for name, weight in value["fixed"].items():
            place = ("weighting", "fixed", name)
            if name not in variants:
                fields.problem("unknown_variant", *place, variant=name)
            elif not isinstance(weight, int | float) or isinstance(weight, bool) or weight < 0:
                fields.problem("bad_weight", *place, variant=name)
            else:
                weights[name] = float(weight)
        if sum(weights.values()) <= 0:
            fields.problem("bad_weight", "weighting", variant="")
        return "fixed", weights
    fields.problem("bad_weighting", "weighting")
    return "even", {}


def read_workspace(document: Document) -> Workspace:
    """Read the workspace file."""
    fields = Fields(document, document.value, ())
    languages = fields.take("languages", list, ["zh-CN"])
    if not languages or not all(isinstance(language, str) for language in languages):
        fields.problem("bad_languages", "languages")
        languages = ["zh-CN"]
    human = fields.inside("human")
    coupons = {}
    for name, value in fields.take("coupons", dict, _NOTHING).items():
        inner = Fields(document, value, ("coupons", name))
        amount = inner.take("amount", (int, float), 0)
        url = inner.take("url", str, "")
        if (url and not url.startswith(("/", "https://", "http://"))) or url.startswith("//"):
            inner.problem("bad_url", "url", url=url)
        coupons[name] = Coupon(name, inner.text("title"), amount, url)
        inner.finish()
    workspace = Workspace(
        fields.key("workspace", "workspace"),
        fields.text("name"),
        tuple(languages),
        fields.key("start"),
        fields.key("fallback"),
        Human(
            human.key("intent", "ask_human"),
            human.key("queue", "service"),
            human.key("script"),
            human.key("closed"),
        ),
        float(fields.take("confidence", (int, float), 0.4)),
        coupons,
    )
    human.finish()
    fields.finish()
    return workspace


def read_widget(document: Document, workspace: Workspace) -> Workspace:
    """Read the widget file into the workspace it belongs to."""
    fields = Fields(document, document.value, ())
    fields.key("widget")
    color = fields.take("color", str, "#4f46e5")
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        fields.problem("bad_color", "color", color=color)
        color = "#4f46e5"
    title, greeting = fields.text("title"), fields.text("greeting")
    fields.finish()
    return replace(workspace, widget_title=title, widget_greeting=greeting, widget_color=color)
