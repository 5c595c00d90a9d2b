"""YAML text to rules; what is malformed becomes a problem with a place."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flows.conditions import AllOf, Condition, read_condition
from flows.durations import seconds
from flows.fields import Fields
from flows.reading_marketing import LONGEST_COUNTED, read_per_visitor
from flows.yaml_text import Document, read
from rules.counts import lift
from rules.deeds import read_deeds
from rules.model import (
    Case,
    Conflict,
    Event,
    Limits,
    Rule,
)
from rules.reading_triggers import duration, read_trigger


def read_rules(files: Mapping[str, str]) -> tuple[list[Rule], dict[str, Document]]:
    """Read every rule of a workspace, strongest first."""
    opened = {path: _opened(path, text) for path, text in files.items() if path[:6] == "rules/"}
    rules = [rule for _, rule in opened.values() if rule is not None]
    documents = {path: document for path, (document, _) in opened.items()}
    return sorted(rules, key=lambda rule: (-rule.priority, rule.key)), documents


@lru_cache(maxsize=1024)
def _opened(path: str, text: str) -> tuple[Document, Rule | None]:
    document = read(text, path)
    return document, read_rule(document) if document.value is not None else None


def read_rule(document: Document) -> Rule:
    """Read a rule file."""
    fields = Fields(document, document.value, ())
    key = fields.key("rule")
    stem = document.file.rpartition("/")[2].removesuffix(".yaml")
    if key != stem:
        fields.problem("key_is_not_file_name", key=key, name=stem)
    trigger = read_trigger(fields.inside("trigger"))
    when = fields.take("when", dict, None)
    lifted = lift(document, when, ("when",))
    condition: Condition = AllOf()
    if when is not None:
        condition = read_condition(document, lifted.value, ("when",))
    rule = Rule(
        stem,
        trigger,
        condition,
        tuple(read_deeds(fields, "then")),
        fields.text("name"),
        fields.take("priority", int, 50),
        fields.take("enabled", bool, True),
        _read_limits(fields.inside("limits")),
        _read_conflict(fields.inside("conflict")),
        tuple(_read_tests(fields)),
        tuple(lifted.counts.values()),
        tuple(read_deeds(fields, "else")),
    )
    if not rule.then:
        fields.problem("no_deed", "then")
    fields.finish()
    return rule


def _read_limits(fields: Fields) -> Limits:
    cooldown = duration(fields, "cooldown")
    per_session = fields.take("per_session", int, None)
    per_visitor, within = read_per_visitor(fields.inside("per_visitor"))
    if per_session is not None and per_session < 1:
        fields.problem("out_of_range", "per_session", key="per_session", least=1, most="∞")
    if cooldown is not None and cooldown > LONGEST_COUNTED:
        fields.problem("bad_duration", "cooldown", value=fields.value["cooldown"])
    limits = Limits(cooldown, per_session, per_visitor, within, fields.key("group"))
    fields.finish()
    return limits


def _read_conflict(fields: Fields) -> Conflict:
    groups = fields.take("suppress_groups", list, [])
    conflict = Conflict(fields.key("exclusive_group"), tuple(str(group) for group in groups))
    fields.finish()
    return conflict


def _read_tests(fields: Fields) -> list[Case]:
    cases = []
    for i, value in enumerate(fields.take("tests", list, [])):
        inner = Fields(fields.document, value, ("tests", i))
        events = [
            _read_event(inner, item, n) for n, item in enumerate(inner.take("given", list, []))
        ]
        expect = inner.take("expect", str, "")
        if expect not in ("fires", "silent"):
            inner.problem("bad_expectation", "expect", value=expect)
        cases.append(Case(tuple(events), expect == "fires"))
        inner.finish()
    return cases


def _read_event(fields: Fields, value: Any, number: int) -> Event:
    inner = Fields(fields.document, value, (*fields.path, "given", number))
    at = inner.value.get("at", "0s")
    name = inner.take("event", str, "")
    if not name:
        inner.problem("missing_key", key="event")
    if at != "0s" and seconds(at) is None:
        inner.problem("bad_duration", "at", value=at)
    properties = {k: v for k, v in inner.value.items() if k not in ("at", "event")}
    return Event(name, seconds(at) or 0.0, properties)
