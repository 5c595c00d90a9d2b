"""Form fields to plain values: `choices.0.text.en=Prices` becomes nested lists and mappings."""

import json
import re
from collections.abc import Mapping
from typing import Any

from flows.edits import EditRefused
from rules.counts import PREFIX, count_of, definition_of
from rules.facts import FACTS

_LEADING = re.compile(r"\+|-?0[0-9]")
MOST_FIELDS = 2_000
MOST_DEPTH, MOST_PARTS = 12, 100


def nested_values(form: Mapping[str, str]) -> dict[str, Any]:
    """Nest the fields of a form by the dots in their names; numbered parts become lists."""
    if len(form) > MOST_FIELDS:
        raise EditRefused("bad_edit")
    values: dict[str, Any] = {}
    for name, value in form.items():
        *parents, last = name.split(".")
        inner = values
        for parent in parents:
            inner = inner.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise EditRefused("bad_edit")
        inner[last] = value.replace("\r\n", "\n")
    listed = _listed(values)
    return listed if isinstance(listed, dict) else {}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_listed(value[key]) for key in sorted(value, key=int)]
    return {key: _listed(inner) for key, inner in value.items()}


def rows(values: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Give the numbered rows of a form; none when there are none."""
    found = values.get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def text_of(value: Any) -> dict[str, str]:
    """Give a text by language, without the languages that were left empty."""
    if not isinstance(value, dict):
        return {}
    return {lang: words for lang, words in value.items() if isinstance(words, str) and words}


def number_of(text: Any, default: float | None = None) -> float | int | None:
    """Read a number; the default when there is none."""
    try:
        value = float(str(text).strip())
    except ValueError:
        return default
    if not -1e12 < value < 1e12:
        return default
    return int(value) if value.is_integer() else value


def plain_value(text: str) -> str | int | float | bool:
    """Read a value as typed: a number or true/false only where nothing of it would be lost."""
    number = number_of(text)
    if number is not None and str(number) == text:
        return number
    return text == "true" if text in ("true", "false") else text


def typed_like(known: Any, text: str) -> Any:
    """Read a value as typed; one that was not touched stays what it was, number or text."""
    return known if known is not None and str(known) == text else plain_value(text)


def condition_of(text: str) -> Any:
    """Read the condition a form built, from its JSON; EditRefused for anything else."""
    try:
        tree = json.loads(text or "null")
    except (ValueError, RecursionError) as error:
        raise EditRefused("bad_edit") from error
    return _condition(tree, 0) if tree is not None else {"all": []}


def _condition(tree: Any, depth: int) -> dict[str, Any]:
    """Turn `{kind, parts}` and `{fact, op, value}` as typed into a condition's plain values."""
    if not isinstance(tree, dict) or depth > MOST_DEPTH:
        raise EditRefused("bad_edit")
    if "fact" in tree:
        fact, op = str(tree["fact"]).strip(), str(tree.get("op", "eq"))
        value = _value_of(fact, op, str(tree.get("value", "")).strip())
        if fact.startswith(PREFIX):
            return {"count": _counted(fact), "op": op, "value": value}
        return {"fact": fact, "op": op, "value": value}
    parts = tree.get("parts")
    if not isinstance(parts, list) or len(parts) > MOST_PARTS:
        raise EditRefused("bad_edit")
    inner = [_condition(part, depth + 1) for part in parts if _says_something(part)]
    if tree.get("kind") == "not":
        return {"not": inner[0] if len(inner) == 1 else {"all": inner}}
    return {"any" if tree.get("kind") == "any" else "all": inner}


def _says_something(part: Any) -> bool:
    if not isinstance(part, dict):
        return False
    return bool(str(part.get("fact", "")).strip()) if "fact" in part else bool(part.get("parts"))


def typed_value(fact: str, text: str) -> Any:
    """Turn what was typed for a fact into its type."""
    return _value_of(fact, "eq", text.strip())


def _counted(fact: str) -> dict[str, Any]:
    try:
        said = definition_of(fact)
    except (ValueError, RecursionError) as error:
        raise EditRefused("bad_edit") from error
    if not isinstance(said, dict) or count_of(said) is None:
        raise EditRefused("bad_count")
    return said


def _value_of(fact: str, op: str, text: str) -> Any:
    if op == "exists":
        return text.lower() not in ("false", "no", "0", "否")
    if op in ("in", "not_in"):
        parts = text.replace("，", ",").split(",")
        return [_value_of(fact, "eq", part.strip()) for part in parts if part.strip()]
    kind = FACTS[fact].kind if fact in FACTS else ""
    if kind == "bool" or (not kind and text.lower() in ("true", "false")):
        return text.lower() in ("true", "yes", "1", "是")
    number = number_of(text)
    # Of a slot nobody knows what it holds: 007 is no number there.
    if number is None or kind == "text" or (not kind and _LEADING.match(text)):
        return text
    return number
