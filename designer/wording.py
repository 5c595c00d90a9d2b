"""Codes to sentences in the editor's language. The only place that knows both."""

import time
from datetime import datetime

from flask_babel import format_datetime, get_locale
from flask_babel import gettext as _

from designer.sentences import DURATIONS, FACTS, KINDS, OPERATORS, PORTS, PROBLEMS, REASONS
from flows.conditions import AllOf, AnyOf, Condition, FactTest
from flows.model import Text, in_language
from flows.problems import Problem
from rules.durations import words


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


def operator_name(operator: str) -> str:
    """Name an operator as people say it."""
    return _(OPERATORS.get(operator, operator))


def fact_name(fact: str) -> str:
    """Name a fact as people say it; a slot goes by its own name."""
    return _(FACTS[fact]) if fact in FACTS else fact.removeprefix("slot.")


def duration_words(seconds: float) -> str:
    """Say how long something lasts."""
    text = words(seconds)
    unit = text.lstrip("0123456789.")
    return _(DURATIONS[unit], n=text.removesuffix(unit))


def condition_words(condition: Condition) -> str:
    """Say a condition in one line."""
    if isinstance(condition, FactTest):
        value = condition.value
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        name = fact_name(condition.fact)
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
