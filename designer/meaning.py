"""What a form changes of a file: only the keys that mean something else than before.

A form knows what a key means, not how it was written: `24h` comes back as a day, a single condition
in a group. So the old and the new values are both read, and where they read alike the words that
stand in the file stay.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from flows import trees
from flows.conditions import AllOf, AnyOf, Condition, FactTest
from flows.yaml_text import Document, values_of
from rules.facts import FACTS

Values = Mapping[str, Any]
Reader = Callable[[Document], object]


def set_changed(path: str, text: str, values: Values, read: Reader) -> str:
    """Set the top-level keys that mean something else now; None takes a key away."""
    return trees.set_values(text, changed_in(path, values_of(text), values, read))


def changed_in(path: str, known: Values, values: Values, read: Reader) -> dict[str, Any]:
    """Give those of the values that mean something else than what is known."""
    before, wrong = _read(path, known, read)
    changed = {}
    for name, value in values.items():
        put = {key: inner for key, inner in known.items() if key != name}
        put |= {} if value is None else {name: value}
        after, left = _read(path, put, read)
        if after != before or not left <= wrong:
            changed[name] = value
    return changed


def meaning(value: Any) -> Any:
    """Give what a value means, to be compared: a group of one is its part, true is not 1."""
    if isinstance(value, AllOf | AnyOf):
        return _condition(value)
    if isinstance(value, FactTest) and value.fact not in FACTS:
        return (value.fact, value.op, _words(value.value))
    if is_dataclass(value):
        parts = ((f.name, meaning(getattr(value, f.name))) for f in fields(value))
        inner = (sorted(part) if name in trees.SETS else part for name, part in parts)
        return (type(value).__name__, *inner)
    if isinstance(value, Mapping):
        return {str(key): meaning(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [meaning(inner) for inner in value]
    if isinstance(value, bool) or value is None:
        return repr(value)
    return value


def _read(path: str, values: Values, read: Reader) -> tuple[Any, set[tuple[str, ...]]]:
    document = Document(path, dict(values))
    found = meaning(read(document))
    wrong = {(one.code, one.step, *map(str, one.values.items())) for one in document.problems}
    return found, wrong


def _condition(group: AllOf | AnyOf) -> Any:
    parts: tuple[Condition, ...] = group.parts
    if len(parts) == 1:
        return meaning(parts[0])
    return (type(group).__name__, [meaning(part) for part in parts])


def _words(value: Any) -> Any:
    """Give a value as people type it: a form cannot tell the number 5 from the word."""
    if isinstance(value, tuple):
        return [_words(inner) for inner in value]
    return str(value).lower() if isinstance(value, bool) else f"{value}"
