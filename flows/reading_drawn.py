"""What a flow file holds beside its steps: notes, labels of links, and talks that test it."""

from collections.abc import Mapping
from typing import Any

from flows.fields import KEY, NOTHING, Fields, is_place
from flows.model import DOES, EXPECTS, NOTE_COLORS, Line, Note, Place, Talk, Text

MOST_NOTE = 4_000


def read_notes(fields: Fields) -> Mapping[str, Note]:
    """Read the sticky notes of a flow."""
    notes = {}
    for name, value in fields.take("notes", dict, NOTHING).items():
        if not KEY.match(name):
            fields.problem("bad_key", "notes", name, key=name)
        inner = Fields(fields.document, value, ("notes", name))
        color = inner.take("color", str, "yellow")
        if color not in NOTE_COLORS:
            inner.problem("bad_note_color", "color", color=color)
            color = "yellow"
        text = inner.take("text", str, "")[:MOST_NOTE]
        at, size = _place(inner, "at", (0.0, 0.0)), _place(inner, "size", (220.0, 120.0))
        notes[name] = Note(name, text, at, size, color)
        inner.finish()
    return notes


def _place(fields: Fields, name: str, default: Place) -> Place:
    value = fields.take(name, list, list(default))
    if not is_place(value):
        fields.problem("bad_place", name, key=name)
        return default
    return float(value[0]), float(value[1])


def read_labels(fields: Fields) -> Mapping[str, Mapping[str, Text]]:
    """Read the labels of links, by step and port."""
    labels = {}
    for step, value in fields.take("labels", dict, NOTHING).items():
        inner = Fields(fields.document, value, ("labels", step), step)
        labels[step] = {port: inner.text(port) for port in inner.value}
    return labels


def read_tests(fields: Fields) -> tuple[Talk, ...]:
    """Read the talks that test a flow."""
    talks = []
    for i, value in enumerate(fields.take("tests", list, ())):
        inner = Fields(fields.document, value, ("tests", i))
        name, lang = inner.take("name", str, f"{i + 1}"), inner.take("lang", str, "")
        facts = inner.take("facts", dict, NOTHING)
        plain = {k: v for k, v in facts.items() if isinstance(v, str | int | float | bool)}
        lines = [_read_line(inner, n, line) for n, line in enumerate(inner.take("talk", list, ()))]
        talks.append(Talk(name, tuple(line for line in lines if line), lang, plain))
        inner.finish()
    return tuple(talks)


def _read_line(fields: Fields, number: int, value: Any) -> Line | None:
    if isinstance(value, dict) and len(value) == 1:
        ((do, what),) = value.items()
        if do in (*DOES, *EXPECTS) and isinstance(what, str | int | float):
            return Line(do, str(what))
    fields.problem("bad_talk_line", "talk", number, number=number + 1)
    return None
