"""What keeps a lookup table, synonym or regex from being saved as it was typed, line by line."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from designer.entity_lists import Given, by_name, lines_of, numbered
from designer.training_data import Files
from runtime.nlu.entities import MOST_PATTERNS, compiled, folded
from runtime.nlu.sentences import LONGEST, Of

LONGEST_NAME = {"lookup": 80, "synonym": 200, "regex": 80}
_MARKS = re.compile(r"[()\[\]{}:\"]")
"""What `[words](name)` in a sentence is written with."""


@dataclass(frozen=True)
class Refusal:
    """Why a list cannot be saved: a code, and the line it is about (0: its name, or all of it)."""

    code: str
    line: int = 0
    path: str = ""
    text: str = ""
    other: str = ""


def refusals(files: Files, of: Of, name: str, given: Given) -> list[Refusal]:
    """Find all that keeps a list from being saved under a name with the lines that were typed."""
    kind = of[0]
    others = {one: by_path for one, by_path in by_name(files).items() if one != of}
    found = [Refusal(code, text=name, other=most) for code, most in _wrong_name(of, name, others)]
    elsewhere = {folded(line): value for value, line in lines_of(others, "synonym")}
    count = 0
    for path, text in given.items():
        for number, line in numbered(kind, text):
            count += 1
            wrong = _wrong_line(kind, line, elsewhere)
            found += [Refusal(code, number, path, line[:60], other) for code, other in wrong]
    if not count:
        found.append(Refusal("no_lines"))
    if kind == "regex" and count + len(list(lines_of(others, "regex"))) > MOST_PATTERNS:
        found.append(Refusal("too_many_patterns", other=str(MOST_PATTERNS)))
    return found


def _wrong_name(of: Of, name: str, others: Mapping[Of, object]) -> Iterator[tuple[str, str]]:
    kind, before = of
    if not name:
        yield "no_name", ""
    elif (kind, name) in others:
        yield "name_taken", ""
    elif name != before and len(name) > LONGEST_NAME[kind]:
        yield "name_too_long", str(LONGEST_NAME[kind])
    elif name != before and kind != "synonym" and _MARKS.search(name):
        yield "name_has_marks", ""


def _wrong_line(kind: str, line: str, elsewhere: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if len(line) > LONGEST:
        yield "line_too_long", str(LONGEST)
    elif kind == "regex":
        try:
            compiled(line)
        except ValueError as error:
            yield "bad_pattern", str(error)
    elif kind == "synonym" and folded(line) in elsewhere:
        yield "stands_elsewhere", elsewhere[folded(line)]
