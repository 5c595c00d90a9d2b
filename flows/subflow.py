"""A selection of steps becomes a flow of its own, called from where it stood."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.clipping import entries_and_exits, free_name, relinked
from flows.edits import EditRefused, add_steps, steps_in
from flows.model import Place
from flows.trees import mapping_in, merge_into
from flows.yaml_text import edit, values_of, write


@dataclass(frozen=True)
class Extracted:
    """The two texts after steps moved out, and the key of the step that calls the new flow."""

    flow: str
    subflow: str
    call: str


def extract(text: str, keys: Sequence[str], new: str, title: dict[str, str]) -> Extracted:
    """Move steps into a new flow; EditRefused when they have several entries or several exits.

    A called flow begins at one step and comes back to one place, so a selection that others enter
    at two steps, or that goes on at two others, cannot be called.
    """
    steps = steps_in(text, keys)
    value = values_of(text)
    start = str(value.get("start") or "")
    entries, exits = entries_and_exits(steps, keys)
    entries |= {start} & set(keys)
    if len(entries) > 1:
        raise EditRefused("many_entries", steps=", ".join(sorted(entries)))
    if len(exits) > 1:
        raise EditRefused("many_exits", steps=", ".join(sorted(exits)))
    entry = next(iter(entries), keys[0])
    out = next(iter(exits), "")
    end = free_name("done", set(keys))
    bodies = {
        key: relinked(steps[key], lambda to: to if to in keys else to and end) for key in keys
    }
    places = _places(value, keys)
    if out:
        bodies[end] = {"end": True}
        places[end] = (max(x for x, _ in places.values()) + 300, places[entry][1])
    empty = write({"flow": new, "title": title, "start": entry, "steps": {}})
    subflow = add_steps(empty, bodies, places)
    call = free_name(f"{new}_call"[:60], set(steps))
    return Extracted(_without(text, list(keys), entry, call, new, out), subflow, call)


def _places(value: Any, keys: Sequence[str]) -> dict[str, Place]:
    layout = value.get("layout") or {}
    stood = {key: layout.get(key) or [300 * n, 0] for n, key in enumerate(keys)}
    left, top = min(at[0] for at in stood.values()), min(at[1] for at in stood.values())
    return {key: (at[0] - left + 80.0, at[1] - top + 80.0) for key, at in stood.items()}


def _without(text: str, keys: list[str], entry: str, call: str, new: str, out: str) -> str:
    """Put the calling step where the selection stood, and lead to it what led to the entry."""
    value = values_of(text)
    at = (value.get("layout") or {}).get(entry) or [80, 80]
    body: dict[str, Any] = {"call": new} | ({"next": out} if out else {})
    added = add_steps(text, {call: body}, {call: (at[0], at[1])})

    def change(tree: Any) -> None:
        steps = mapping_in(tree, "steps")
        for key in keys:
            del steps[key]
            for name in ("layout", "labels"):
                if name in tree:
                    tree[name].pop(key, None)
        for key, step in steps.items():
            led = relinked(step, lambda to: call if to == entry else to)
            if key != call and led != step:
                merge_into(step, led)
        if tree.get("start") in keys:
            tree["start"] = call

    return edit(added, change)
