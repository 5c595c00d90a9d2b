"""What changed between two versions, file by file and step by step."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from flows.book import Files
from flows.model import Flow


@dataclass(frozen=True)
class Change:
    """One file or step that was added, removed or changed."""

    what: str
    file: str
    step: str = ""


def changes(old: Files, new: Files) -> list[Change]:
    """Name every file that differs, oldest names first."""
    found = []
    for path in sorted({*old, *new}):
        if path not in old:
            found.append(Change("added", path))
        elif path not in new:
            found.append(Change("removed", path))
        elif old[path] != new[path]:
            found.append(Change("changed", path))
    return found


def step_changes(old: Flow, new: Flow) -> list[Change]:
    """Name every step that was added, removed or does something else now."""
    found = []
    for key in {**old.steps, **new.steps}:
        before, after = old.steps.get(key), new.steps.get(key)
        if before != after:
            what = "added" if before is None else "removed" if after is None else "changed"
            found.append(Change(what, new.key, key))
    return found


def lines(old: str, new: str, names: tuple[str, str]) -> list[str]:
    """Give the unified diff of two texts, without line ends."""
    return list(difflib.unified_diff(old.splitlines(), new.splitlines(), *names, lineterm="", n=3))


def changed_files(old: Files, new: Files) -> Mapping[str, list[str]]:
    """Give the unified diff of each file that differs."""
    return {
        change.file: lines(old.get(change.file, ""), new.get(change.file, ""), ("live", "draft"))
        for change in changes(old, new)
    }
