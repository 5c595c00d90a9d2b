"""The lookup tables, synonyms and regexes of the drafts: by kind and name, checked and changed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from designer.training_data import (
    CHINESE,
    Changed,
    Files,
    brought_together,
    file_for,
    training_files,
)
from flows.yaml_text import MOST_BYTES, values_of
from runtime.nlu.entities import folded, read_entities
from runtime.nlu.sentences import INVISIBLE, NEW_FILE, Of, lists_in, with_list
from runtime.nlu.usual_entities import KINDS, resolved

Lists = Mapping[Of, Mapping[str, list[str]]]
"""The lines of each list by file."""
Given = Mapping[str, str]
"""What was typed for a list: its lines by the file they stand in."""
_DASH = re.compile(r"\A-(?:\s+|\Z)")


@dataclass(frozen=True)
class Named:
    """Words of a text that name something, and where that is listed: in a list, or nowhere."""

    words: str
    entity: str
    value: str
    kind: str
    name: str = ""


def by_name(files: Files) -> dict[Of, dict[str, list[str]]]:
    """Give the lines of each list by file."""
    found: dict[Of, dict[str, list[str]]] = {}
    for path in training_files(files):
        for of, lines in lists_in(files[path]).items():
            found.setdefault(of, {})[path] = lines
    return found


def unreadable(files: Files) -> list[str]:
    """Name the training files that cannot be read: what they list is not found."""
    return [path for path in training_files(files) if not _is_readable(files[path])]


def home_for(files: Files, words: str) -> str:
    """Name the file a new list goes to: by the language of its words, else of the workspace."""
    languages = values_of(files.get("workspace.yaml", "{}")).get("languages") or ["en"]
    families = [str(one).partition("-")[0] for one in languages]
    is_chinese = "zh" in families and CHINESE.search(words)
    return file_for(files, "zh" if is_chinese else families[0])


def saved(files: Files, base: Files, of: Of, given: Given, name: str = "") -> Changed:
    """Give the files that differ when a list has the lines that were typed, and another name.

    What was taken out of or added to `base` is taken out of or added to what stands there now.
    ValueError: a file cannot be read, or would be too long.
    """
    changed: Changed = {}
    for path in dict.fromkeys([*given, *by_name(files).get(of, {})]):
        text = files.get(path, "")
        lines = now = lists_in(text).get(of, [])
        if path in given:
            mine = list(dict.fromkeys(line for _, line in numbered(of[0], given[path])))
            lines = brought_together(lists_in(base.get(path, "")).get(of, []), now, mine)
        after = with_list(text or NEW_FILE, of, lines, name)
        if len(after.encode()) > MOST_BYTES:
            raise ValueError("too_big")
        if after != text and (text or lines):
            changed[path] = after
    return changed


def without(files: Files, of: Of) -> Changed:
    """Give the files that differ when a list is gone."""
    return {path: with_list(files[path], of, []) for path in by_name(files).get(of, {})}


def numbered(kind: str, text: str) -> Iterator[tuple[int, str]]:
    """Give the lines that were typed, by their numbers; of a pattern every blank counts.

    What nobody sees is left out, as it is of sentences.
    """
    for number, typed in enumerate(text.splitlines(), 1):
        line = _DASH.sub("", INVISIBLE.sub("", typed).strip())
        line = line if kind == "regex" else " ".join(line.split())
        if line:
            yield number, line


def what_is_named(files: Files, text: str, today: date) -> list[Named]:
    """Find what a text names on a day, and which list says so."""
    kept = by_name(files)
    found: dict[Named, None] = {}
    for words, (entity, value) in read_entities(files).places(text):
        if value:
            kind, name = _origin(kept, words, entity, value)
            said = resolved(value, today) if entity == "date" else value
            found[Named(words, entity, said, kind, name)] = None
    return list(found)


def is_found(files: Files, line: str) -> bool:
    """Say whether words are found in messages: a synonym of what nothing lists is not."""
    return folded(line) in read_entities(files).phrases


def lines_of(kept: Lists, kind: str) -> Iterator[tuple[str, str]]:
    """Give every line of a kind of list, each with the name of its list."""
    for (its, name), by_path in kept.items():
        if its == kind:
            yield from ((name, line) for lines in by_path.values() for line in lines)


def _origin(kept: Lists, words: str, entity: str, value: str) -> Of:
    """Find the list that makes words an entity; `usual` is built in, `sentence` annotated."""
    same = folded(words)
    if any(name == entity and folded(line) == same for name, line in lines_of(kept, "lookup")):
        return "lookup", entity
    if any(name == value and folded(line) == same for name, line in lines_of(kept, "synonym")):
        return "synonym", value
    if words == value and ("regex", entity) in kept:
        return "regex", entity
    return ("usual" if entity in KINDS else "sentence"), ""


def _is_readable(text: str) -> bool:
    try:
        values_of(text)
    except ValueError:
        return False
    return True
