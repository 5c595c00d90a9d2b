"""Steps cut out of a flow as YAML text, and put into another one: copy, paste, sub-flows.

A clipping is what travels over the clipboard: steps, where they stand, notes and the scripts they
say. Whatever is pasted gets keys of its own; links among the steps stay, links to elsewhere go.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.book import Files
from flows.edits import EditRefused, add_steps, leads_to, set_note, steps_in
from flows.fields import KEY, is_place
from flows.model import KIND_NAMES, NOTE_COLORS, Place
from flows.yaml_text import read, values_of, write

MOST_STEPS = 1_000
NAME = "dialoom"


@dataclass(frozen=True)
class Pasted:
    """The files that change when a clipping is pasted, and the keys its steps and notes got."""

    texts: Mapping[str, str]
    keys: tuple[str, ...]


def clip(files: Files, flow: str, keys: Sequence[str], notes: Sequence[str] = ()) -> str:
    """Write steps and notes of a flow as a clipping."""
    value = values_of(files[f"flows/{flow}.yaml"])
    steps = steps_in(files[f"flows/{flow}.yaml"], keys)
    layout, all_notes = value.get("layout") or {}, value.get("notes") or {}
    scripts = {}
    for key in keys:
        for name in scripts_of(steps[key]):
            text = files.get(f"scripts/{name}.yaml")
            if text is not None:
                scripts[name] = values_of(text)
    clipping: dict[str, Any] = {NAME: "clipping", "steps": {key: steps[key] for key in keys}}
    clipping["layout"] = {key: layout[key] for key in keys if key in layout}
    clipping["notes"] = {key: all_notes[key] for key in notes if key in all_notes}
    clipping["scripts"] = scripts
    return write({name: part for name, part in clipping.items() if part})


def paste(
    files: Files, flow: str, clipping: str, at: Place | None, free: Collection[str]
) -> Pasted:
    """Put a clipping into a flow; its upper left corner comes to stand at a place.

    `free` names scripts nobody uses any more: those are used again where they are the same, so
    that cutting and pasting leaves one script, not two. Raises EditRefused for anything else.
    """
    value = _checked(clipping)
    text = files[f"flows/{flow}.yaml"]
    steps: dict[str, Any] = value.get("steps") or {}
    names = _renamed(steps, steps_in(text))
    scripts, new_scripts = _scripts(files, flow, value, free)
    bodies = {names[key]: _body(body, names, scripts) for key, body in steps.items()}
    places = _places(value, at)
    if bodies:
        shown = {names[key]: places[key] for key in steps}
        text = add_steps(text, bodies, shown)
    keys = list(bodies)
    taken = set(values_of(text).get("notes") or ())
    for key, note in (value.get("notes") or {}).items():
        new = free_name(key if KEY.match(key) else "note", taken)
        taken.add(new)
        text = set_note(text, new, {**_note(note), "at": [round(n) for n in places[f"note {key}"]]})
        keys.append(new)
    return Pasted({**new_scripts, f"flows/{flow}.yaml": text}, tuple(keys))


def scripts_of(body: Any) -> list[str]:
    """Name the scripts that a step's plain values say."""
    if not isinstance(body, Mapping):
        return []
    named = (body.get(name) for name in ("say", "ask", "retry"))
    return [name for name in named if isinstance(name, str) and name]


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Make a key that nothing else has, by counting on."""
    stem = re.sub(r"_\d+\Z", "", wanted)[:56]
    key, number = wanted, 2
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key


def _checked(clipping: str) -> Mapping[str, Any]:
    document = read(clipping)
    value = document.value
    if document.problems or not isinstance(value, dict) or value.get(NAME) != "clipping":
        raise EditRefused("not_a_clipping")
    for name in ("steps", "layout", "notes", "scripts"):
        if not isinstance(value.get(name, {}), dict):
            raise EditRefused("not_a_clipping")
    steps = value.get("steps") or {}
    if len(steps) + len(value.get("notes") or ()) > MOST_STEPS:
        raise EditRefused("clipping_too_big", most=str(MOST_STEPS))
    if not steps and not value.get("notes"):
        raise EditRefused("not_a_clipping")
    for body in steps.values():
        if not isinstance(body, dict) or len([k for k in KIND_NAMES if k in body]) != 1:
            raise EditRefused("not_a_clipping")
    return value


def _renamed(steps: Mapping[str, Any], taken: Collection[str]) -> dict[str, str]:
    used, names = set(taken), {}
    for key in steps:
        names[key] = free_name(key if KEY.match(key) else "step", used)
        used.add(names[key])
    return names


def _scripts(
    files: Files, flow: str, value: Mapping[str, Any], free: Collection[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Give each script of the clipping a key of its own here, and the files that are new."""
    names, new = {}, {}
    taken = {path[8:-5] for path in files if path.startswith("scripts/")}
    for key, body in (value.get("scripts") or {}).items():
        if not isinstance(body, dict) or not KEY.match(str(key)):
            raise EditRefused("not_a_clipping")
        same = files.get(f"scripts/{key}.yaml")
        if key in free and same is not None and values_of(same) == body:
            names[key] = key
            continue
        names[key] = free_name(key, taken)
        taken.add(names[key])
        new[f"scripts/{names[key]}.yaml"] = write({**body, "script": names[key]})
    return names, new


def _body(body: Mapping[str, Any], steps: Mapping[str, str], scripts: Mapping[str, str]) -> Any:
    """Give a step's values with its links and scripts renamed; links to elsewhere lead nowhere."""
    renamed = relinked(body, lambda to: steps.get(to, ""))
    for name in ("say", "ask", "retry"):
        if renamed.get(name) in scripts:
            renamed[name] = scripts[str(renamed[name])]
    return renamed


def relinked(body: Mapping[str, Any], to: Callable[[str], str]) -> dict[str, Any]:
    """Give a step's plain values with every link led through a function; empty ones left out."""
    new = dict(body)
    for name in ("next", "otherwise"):
        if name in new:
            led = to(str(new.pop(name) or ""))
            new |= {name: led} if led else {}
    if isinstance(new.get("intents"), dict):
        new["intents"] = {intent: to(str(key or "")) for intent, key in new["intents"].items()}
    for name in ("choices", "branch"):
        if isinstance(new.get(name), list):
            items = [dict(item) for item in new[name] if isinstance(item, dict)]
            new[name] = [{**item, "next": to(str(item.get("next") or ""))} for item in items]
    return new


def _places(value: Mapping[str, Any], at: Place | None) -> dict[str, Place]:
    """Give every step's and note's place, moved so that the upper left corner stands at `at`."""
    layout, found = value.get("layout") or {}, {}
    for number, key in enumerate(value.get("steps") or ()):
        place: Any = layout.get(key)
        stood = is_place(place)
        found[key] = (
            (place[0], place[1]) if stood else (300.0 * (number % 4), 200.0 * (number // 4))
        )
    for key, note in (value.get("notes") or {}).items():
        place = note.get("at") if isinstance(note, dict) else None
        found[f"note {key}"] = (place[0], place[1]) if is_place(place) else (0.0, -160.0)
    if at is None or not found:
        return found
    left, top = min(x for x, _ in found.values()), min(y for _, y in found.values())
    return {key: (x - left + at[0], y - top + at[1]) for key, (x, y) in found.items()}


def _note(note: Any) -> dict[str, Any]:
    if not isinstance(note, dict):
        raise EditRefused("not_a_clipping")
    color = note.get("color")
    kept: dict[str, Any] = {"text": str(note.get("text", ""))[:4_000]}
    kept |= {"size": note["size"]} if is_place(note.get("size")) else {}
    return kept | ({"color": color} if color in NOTE_COLORS else {})


def entries_and_exits(steps: Mapping[str, Any], keys: Collection[str]) -> tuple[set[str], set[str]]:
    """Name the steps of a selection that others lead to, and the others it leads to."""
    inside = set(keys)
    entries = {
        to for key, body in steps.items() if key not in inside for to in leads_to(body) & inside
    }
    exits = {to for key in inside for to in leads_to(steps[key]) - inside}
    return entries, exits
