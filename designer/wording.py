"""Codes to sentences in the editor's language. The only place that knows both."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_babel import format_datetime, get_locale
from flask_babel import gettext as _

from designer.sentences import (
    DIFFERENCES,
    DOES,
    DURATIONS,
    EMPTY_FACTS,
    FACTS,
    KINDS,
    LEFT_OUT,
    OPERATORS,
    PARTS,
    PORTS,
    PROBLEMS,
    REASONS,
)
from flows.conditions import AllOf, AnyOf, Condition, FactTest
from flows.diff import Difference
from flows.model import Text, in_language
from flows.problems import Problem
from flows.segments import Conflict
from rules.durations import words
from rules.model import Trigger


def sentence(problem: Problem) -> str:
    """Say what is wrong, and what to do about it."""
    values = dict(problem.values)
    if "port" in values:
        values["port"] = port_name(values["port"])
    return _(PROBLEMS.get(problem.code, problem.code), **values)


def sentence_of(code: str, **values: str) -> str:
    """Say a code that has no place."""
    return _(PROBLEMS.get(code, code), **values)


def kind_name(kind: str) -> str:
    """Name a kind of step."""
    return _(KINDS.get(kind, kind))


def port_name(port: str) -> str:
    """Name a way out."""
    return _(PORTS.get(port, port))


def reason_name(reason: str) -> str:
    """Say why a rule kept quiet."""
    return _(REASONS.get(reason, reason))


def note_words(name: str, data: Mapping[str, str]) -> str:
    """Say what the engine noted: a rule that fired or kept quiet, and why."""
    if name == "rule_fired":
        return _("Rule %(rule)s spoke.", rule=data["rule"])
    if name == "rule_silent":
        why = reason_name(data.get("reason", ""))
        return _("Rule %(rule)s kept quiet: %(why)s", rule=data["rule"], why=why)
    if name == "answered":
        return _("%(name)s answered.", name=data["connector"])
    if name == "request_failed":
        return _("%(name)s did not answer: %(why)s", name=data["connector"], why=data["why"])
    return " ".join([name, *data.values()])


def left_out_words(code: str) -> str:
    """Say why something of another bot did not come along, or how it differs."""
    return _(
        LEFT_OUT.get(code, PROBLEMS.get(code, code)),
        **dict.fromkeys(("reason", "tag", "key"), ""),
        most="",
    )


def operator_name(operator: str) -> str:
    """Name an operator as people say it."""
    return _(OPERATORS.get(operator, operator))


def operator_names() -> dict[str, str]:
    """Name every operator as people say it."""
    return {operator: _(name) for operator, name in OPERATORS.items()}


def fact_name(fact: str) -> str:
    """Name a fact as people say it; a slot goes by its own name."""
    return _(FACTS[fact]) if fact in FACTS else fact.removeprefix("slot.")


def duration_words(seconds: float) -> str:
    """Say how long something lasts."""
    text = words(seconds)
    unit = text.lstrip("0123456789.")
    return _(DURATIONS[unit], n=text.removesuffix(unit))


def does_words(trigger: Trigger) -> str:
    """Say what a visitor does to wake a rule."""
    what = ", ".join(map(str, trigger.where.values()))
    if trigger.event not in DOES:
        return _("does “%(event)s”", event=f"{trigger.event} {what}".strip())
    nothing = _("anything") if trigger.event == "message" else _("a product")
    return _(DOES[trigger.event], what=what or nothing)


def condition_words(condition: Condition) -> str:
    """Say a condition in one line."""
    if isinstance(condition, FactTest):
        value = condition.value
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        name = fact_name(condition.fact)
        if value == 0 and condition.op == "eq" and condition.fact in EMPTY_FACTS:
            return _(EMPTY_FACTS[condition.fact])
        if isinstance(value, bool) and condition.op == "eq":
            return name if value else _("not (%(condition)s)", condition=name)
        if condition.op == "exists":
            known = _("is known") if value else _("is not known")
            return f"{name} {known}"
        return f"{name} {operator_name(condition.op)} {shown}"
    if isinstance(condition, AllOf | AnyOf):
        if not condition.parts:
            return _("always")
        word = _(" and ") if isinstance(condition, AllOf) else _(" or ")
        return word.join(condition_words(part) for part in condition.parts)
    return _("not (%(condition)s)", condition=condition_words(condition.part))


def part_name(path: tuple[str, ...]) -> str:
    """Name a part of a file as people know it: a step, a wording in a language, a setting."""
    if not path:
        return _("the whole file")
    if path[0] == "variants" and len(path) > 3:
        return _("wording %(name)s · %(language)s", name=path[1], language=path[3])
    if path[0] == "variants" and len(path) > 1:
        return _("wording %(name)s", name=path[1])
    if path[0] in ("steps", "layout", "labels") and len(path) > 1:
        return _("step %(name)s", name=path[1])
    if path[0] == "notes" and len(path) > 1:
        return _("a note")
    return _(PARTS.get(path[0], path[0]))


def conflict_words(conflicts: Sequence[Conflict]) -> str:
    """Name what two people changed differently."""
    return _(", ").join(dict.fromkeys(part_name(conflict.path) for conflict in conflicts))


def difference_words(difference: Difference) -> str:
    """Say what differs between two versions."""
    text = DIFFERENCES[difference.code]
    if isinstance(text, tuple):
        many = len(difference.names)
        return _(text[many != 1], num=many)
    names = ", ".join(part_name((name,)) for name in difference.names)
    return _(text, file=difference.file, names=names)


def in_screen_language(text: Text) -> str:
    """Show a text of the workspace in the language of the screen, where it has it."""
    language = "zh-CN" if str(get_locale()).startswith("zh") else "en"
    return in_language(text, language)


def ago(at: float | datetime) -> str:
    """Say how long ago something was."""
    if isinstance(at, datetime):
        return str(format_datetime(at, "medium"))
    seconds = max(0, int(time.time() - at))
    if seconds < 60:
        return _("%(n)s s ago", n=seconds)
    if seconds < 3600:
        return _("%(n)s min ago", n=seconds // 60)
    return _("%(n)s h ago", n=seconds // 3600)
