"""Codes to sentences in the editor's language. The only place that knows both."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from babel import Locale, UnknownLocaleError
from flask_babel import format_datetime, get_locale
from flask_babel import gettext as _

from designer.fact_sentences import EMPTY_FACTS, FACTS
from designer.odd_rules import shown_by, tests_in_brackets
from designer.sentences import (
    DIFFERENCES,
    DOES,
    DURATIONS,
    EXPECTED,
    KINDS,
    LANGUAGES,
    LEFT_OUT,
    OPERATORS,
    PARTS,
    PROBLEMS,
    REASONS,
    VISITS,
)
from designer.titles import Titles, in_screen_language, titles
from designer.value_words import property_words, value_name
from flows.conditions import AllOf, AnyOf, Condition, FactTest
from flows.diff import Difference
from flows.durations import UNITS
from flows.problems import Problem
from flows.segments import Conflict
from rules import counts
from rules.facts import FACTS as DICTIONARY
from rules.model import (
    MESSAGE,
    SEGMENT_ENTERED,
    VISIT_START,
    Count,
    Trigger,
)
from rules.segments import PREFIX

UNITS_FIRST = sorted(UNITS.items(), key=lambda unit: -unit[1])
"""The units of durations, the largest first."""


def sentence(problem: Problem) -> str:
    """Say what is wrong, and what to do about it."""
    return _(PROBLEMS.get(problem.code, problem.code), **_named(problem, titles()))


def _named(problem: Problem, names: Titles) -> dict[str, str]:
    """Give the values of a problem as people call them."""
    values = dict(problem.values)
    flow = problem.file.removeprefix("flows/").removesuffix(".yaml")
    name_of: dict[str, Callable[[str], str]] = {
        "script": names.script,
        "flow": names.flow,
        "intent": names.intent,
        "connector": names.connector,
        "coupon": names.coupon,
        "other": names.rule,
        "rule": names.rule,
        "fact": fact_name,
        "slot": fact_name,
        "expected": lambda expected: _(EXPECTED.get(expected, expected)),
        "language": language_name,
        "port": lambda port: names.port(flow, problem.step, port),
        "key": lambda key: names.step(flow, key) if problem.step else key,
        "variant": lambda key: names.variant(problem.file[8:-5], key),
        "example": lambda example: shown_by(example, fact_name),
        "tests": lambda tests: tests_in_brackets(tests, condition_words),
    }
    return {key: name_of[key](said) if key in name_of else said for key, said in values.items()}


def language_name(language: str) -> str:
    """Name a language in the language of the screen, as `zh-CN` is 中文."""
    family = language.partition("-")[0]
    if family in LANGUAGES:
        return _(LANGUAGES[family])
    try:
        return str(Locale.parse(family).get_display_name(get_locale()))
    except (ValueError, UnknownLocaleError):
        return language


def sentence_of(code: str, **values: str) -> str:
    """Say a code that has no place."""
    return _(PROBLEMS.get(code, code), **values)


def kind_name(kind: str) -> str:
    """Name a kind of step."""
    return _(KINDS.get(kind, kind))


def reason_name(reason: str, by: str = "") -> str:
    """Say why a rule kept quiet; `by` names what is used up, or another rule."""
    if reason == "lost_to" and by:
        return _("The rule %(rule)s is stronger.", rule=titles().rule(by))
    if reason == "suppressed_by" and by:
        return _("The rule %(rule)s keeps its group quiet.", rule=titles().rule(by))
    found = REASONS.get(reason) or REASONS.get(f"{reason} {by}", reason)
    return _(found)


def note_words(name: str, data: Mapping[str, str]) -> str:
    """Say what the engine noted: a rule that fired or kept quiet, and why."""
    if name == "rule_fired":
        return _("Rule %(rule)s spoke.", rule=titles().rule(data["rule"]))
    if name == "rule_silent":
        why = reason_name(data.get("reason", ""), data.get("by", ""))
        name = titles().rule(data["rule"])
        return _("Rule %(rule)s kept quiet: %(why)s", rule=name, why=why)
    if name == "answered":
        return _("%(name)s answered.", name=titles().connector(data["connector"]))
    if name == "request_failed":
        system = titles().connector(data["connector"])
        return _("%(name)s did not answer: %(why)s", name=system, why=data["why"])
    if name == "would_tell":
        return _("%(name)s would be told.", name=titles().connector(data["connector"]))
    if name == "notified":
        return _("Agents are told: “%(text)s”", text=data["text"])
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
    """Name a fact as people say it; a slot goes by its own name, a segment by its title."""
    if fact.startswith(PREFIX):
        return _("visitor is in “%(segment)s”", segment=titles().segment(fact.removeprefix(PREFIX)))
    if fact.startswith("tag."):
        return _("visitor is tagged “%(tag)s”", tag=fact.removeprefix("tag."))
    if fact in DICTIONARY and DICTIONARY[fact].title:
        return in_screen_language(DICTIONARY[fact].title)
    if fact.startswith("entity.") and fact not in FACTS:
        return _("“%(entity)s” in the message", entity=fact.removeprefix("entity."))
    count = counts.count_of(counts.definition_of(fact)) if fact.startswith(counts.PREFIX) else None
    if count:
        return count_words(count)
    return _(FACTS[fact]) if fact in FACTS else fact.removeprefix("slot.")


def count_words(count: Count) -> str:
    """Say what is counted, and over how long."""
    trigger, time = Trigger(count.event, count.where), duration_words(count.seconds)
    what, does = where_words(trigger), does_words(trigger)
    if count.messages and what:
        said = _("“%(what)s” among the last %(num)s messages", what=what, num=count.messages)
    elif count.messages:
        said = _("messages so far, up to %(num)s", num=count.messages)
    elif count.event == MESSAGE and what:
        said = _("“%(what)s” among the messages of the last %(time)s", what=what, time=time)
    elif count.event == MESSAGE:
        said = _("messages in the last %(time)s", time=time)
    else:
        said = _("how often the visitor %(does)s in %(time)s", does=does, time=time)
    ends = _(", ").join(does_words(Trigger(event)) for event in count.reset_on)
    return _("%(count)s (anew once the visitor %(does)s)", count=said, does=ends) if ends else said


def duration_words(seconds: float) -> str:
    """Say how long something lasts, in the two units that matter most."""
    parts: list[str] = []
    left = round(seconds * 1000)
    for unit, size in UNITS_FIRST:
        number, left = divmod(left, round(size * 1000))
        if number and len(parts) < 2:
            one, many = DURATIONS[unit]
            parts.append(_(one if number == 1 else many, num=number))
    one, many = DURATIONS["s"]
    return " ".join(parts) or _(many, num=0)


def does_words(trigger: Trigger) -> str:
    """Say what a visitor does to wake a rule."""
    what = where_words(trigger)
    if trigger.event not in DOES:
        return _("does “%(event)s”", event=f"{trigger.event} {what}".strip())
    if trigger.event == MESSAGE and not what:
        return _("writes a message")
    if trigger.event == VISIT_START and trigger.where.get("visit") in VISITS:
        return _(VISITS[trigger.where["visit"]])
    if trigger.event == SEGMENT_ENTERED and "segment" in trigger.where:
        name = titles().segment(str(trigger.where["segment"]))
        return _("enters the segment “%(segment)s”", segment=name)
    return _(DOES[trigger.event], what=what or _("a product"))


def where_words(trigger: Trigger) -> str:
    """Say which product or which intent wakes a rule."""
    return _(", ").join(property_words(name, value) for name, value in trigger.where.items())


def condition_words(condition: Condition) -> str:
    """Say a condition in one line."""
    if isinstance(condition, FactTest):
        value = condition.value
        values = value if isinstance(value, tuple) else (value,)
        shown = _(", ").join(value_name(condition.fact, one) for one in values)
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
            return _("always") if isinstance(condition, AllOf) else _("never")
        word = _(" and ") if isinstance(condition, AllOf) else _(" or ")
        return word.join(_inner_words(part, condition) for part in condition.parts)
    return _("not (%(condition)s)", condition=condition_words(condition.part))


def _inner_words(part: Condition, around: Condition) -> str:
    """Say a part of a group; a group of the other kind stands in brackets."""
    words = condition_words(part)
    is_group = isinstance(part, AllOf | AnyOf) and len(part.parts) > 1
    return _("(%(words)s)", words=words) if is_group and type(part) is not type(around) else words


def part_name(path: tuple[str, ...], file: str = "") -> str:
    """Name a part of a file as people know it: a step, a wording in a language, a setting."""
    key = file.rpartition("/")[2].removesuffix(".yaml")
    if not path:
        return _("the whole file")
    if path[0] == "variants" and len(path) > 1:
        name = titles().variant(key, path[1])
        if len(path) < 4:
            return _("wording %(name)s", name=name)
        return _("wording %(name)s · %(language)s", name=name, language=language_name(path[3]))
    if path[0] in ("steps", "layout", "labels") and len(path) > 1:
        return _("step %(name)s", name=titles().step(key, path[1]))
    if path[0] == "notes" and len(path) > 1:
        return _("a note")
    return _(PARTS.get(path[0], path[0]))


def conflict_words(conflicts: Sequence[Conflict], file: str) -> str:
    """Name what two people changed differently."""
    return _(", ").join(dict.fromkeys(part_name(conflict.path, file) for conflict in conflicts))


def difference_words(difference: Difference) -> str:
    """Say what differs between two versions."""
    text, names = DIFFERENCES[difference.code], titles()
    if isinstance(text, tuple):
        many = len(difference.names)
        return _(text[many != 1], num=many)
    file, parts = difference.file, [part_name((name,)) for name in difference.names]
    if difference.code.startswith("wording_"):
        parts = [names.variant(file, name) for name in difference.names]
    named = names.named(difference.folder, file)
    return _(text, file=named, names=_(", ").join(parts))


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
