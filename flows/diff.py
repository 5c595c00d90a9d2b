"""What changed between two versions, file by file and step by step."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flows.book import Files
from flows.model import Flow
from flows.reading import read_flow
from flows.segments import cut
from flows.yaml_text import read, values_of


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


@dataclass(frozen=True)
class Difference:
    """One thing that differs between two versions, as a code; `names` lists the steps or parts.

    `file` is the key of what differs, `folder` says of which kind it is.
    """

    code: str
    file: str
    names: tuple[str, ...] = ()
    folder: str = ""


def differences(old: Files, new: Files) -> list[Difference]:
    """Name what differs between two versions as people would: steps, wordings, rules."""
    found: list[Difference] = []
    for change in changes(old, new):
        folder, _, name = change.file.rpartition("/")
        stem = name.rsplit(".", 1)[0]
        if change.what != "changed":
            kind = (
                folder.rstrip("s")
                if folder in ("flows", "scripts", "rules", "connectors", "segments", "experiments")
                else "file"
            )
            found.append(Difference(f"{kind}_{change.what}", stem, folder=folder))
        else:
            compare = {"flows": _in_flow, "nlu": _in_sentences}.get(folder, _in_parts)
            here = compare(change.file, stem, old[change.file], new[change.file])
            found += [replace(difference, folder=folder) for difference in here]
    return found


def _in_flow(path: str, stem: str, old: str, new: str) -> list[Difference]:
    before, after = read_flow(read(old, path)), read_flow(read(new, path))
    found = []
    for what in ("added", "removed", "changed"):
        steps = tuple(c.step for c in step_changes(before, after) if c.what == what)
        found += [Difference(f"steps_{what}", stem, steps)] if steps else []
    moved = tuple(k for k in after.layout if k in before.layout and _moved(before, after, k))
    found += [Difference("cards_moved", stem, moved)] if moved else []
    for code in ("notes", "labels", "tests", "title", "start"):
        if getattr(before, code) != getattr(after, code):
            found.append(Difference(f"{code}_changed", stem))
    return found or [Difference("text_changed", stem)]


def _moved(before: Flow, after: Flow, key: str) -> bool:
    return before.layout[key] != after.layout[key] and key in after.steps


def _in_sentences(_path: str, stem: str, old: str, new: str) -> list[Difference]:
    """Name the intents of a training file whose sentences differ."""
    before, after = _intents(old), _intents(new)
    changed = [intent for intent in {**before, **after} if before.get(intent) != after.get(intent)]
    found = [Difference("sentences_changed", intent) for intent in changed]
    return found or [Difference("text_changed", stem)]


def _intents(text: str) -> dict[str, Any]:
    try:
        items = values_of(text).get("nlu")
    except ValueError:
        return {}
    entries = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return {str(one["intent"]): one.get("examples") for one in entries if one.get("intent")}


def _in_parts(_path: str, stem: str, old: str, new: str) -> list[Difference]:
    before, after = cut(old), cut(new)
    if before is None or after is None:
        return [Difference("text_changed", stem)]
    found: dict[tuple[str, str], Difference] = {}
    for path in {**before, **after}:
        if before.get(path) == after.get(path):
            continue
        if path[0] == "variants" and len(path) > 1:
            variant = path[1]
            there, here = ("variants", variant) in before, ("variants", variant) in after
            what = "changed" if there and here else "added" if here else "removed"
            found[what, variant] = Difference(f"wording_{what}", stem, (variant,))
        elif len(path) == 1:
            found["part", path[0]] = Difference("part_changed", stem, path)
    return list(found.values()) or [Difference("text_changed", stem)]
