"""The keys of one mapping, taken one by one; what is wrong or left over becomes a problem."""

import re
from collections.abc import Mapping
from typing import Any

from flows.model import Text
from flows.yaml_text import Document, Path

KEY = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z")
NOTHING: dict[str, Any] = {}


class Fields:
    """The keys of one mapping, taken one by one; what is left over is unknown."""

    def __init__(self, document: Document, value: Any, path: Path, step: str = "") -> None:
        self.document, self.path, self.step = document, path, step
        if not isinstance(value, dict):
            self.problem("not_a_mapping")
            value = NOTHING
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
        value = self.take(name, dict, NOTHING)
        return Fields(self.document, value, (*self.path, name), self.step)

    def finish(self) -> None:
        """Name every key that nobody took."""
        for name in self.value:
            if name not in self.taken:
                self.problem("unknown_key", name, key=name)


def is_place(place: Any) -> bool:
    """Say whether a value is a place on the canvas: two finite numbers."""
    return (
        isinstance(place, list)
        and len(place) == 2
        and all(isinstance(n, int | float) and abs(n) < 1e6 for n in place)
    )
