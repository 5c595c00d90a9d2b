"""The edits an editor can make: each takes a YAML text and returns a new one, comments kept.

Pure and small, so the canvas, the forms and undo all go the same way. A place that does not exist
raises `EditRefused` with a code; the caller decides what to tell.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from flows.model import KIND_NAMES, Place
from flows.trees import alike, mapping_in, merge_into, plain_tree
from flows.yaml_text import edit, values_of

NEW_STEPS: dict[str, dict[str, Any]] = {
    "say": {"say": ""},
    "ask": {"ask": ""},
    "branch": {"branch": []},
    "set": {"set": {}},
    "request": {"request": ""},
    "call": {"call": ""},
    "handover": {"handover": {"queue": "service", "reason": "asked"}},
    "end": {"end": True},
}


class EditRefused(Exception):
    """An edit does not fit the text it was made for; `code` says why."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def add_step(text: str, key: str, kind: str, at: Place, script: str = "") -> str:
    """Put a new step on the canvas; the first one becomes the start."""
    if kind not in KIND_NAMES:
        raise EditRefused("unknown_step_kind", key=kind)
    return add_steps(
        text, {key: {**NEW_STEPS[kind], **({kind: script} if script else {})}}, {key: at}
    )


def add_steps(text: str, bodies: Mapping[str, Any], places: Mapping[str, Place]) -> str:
    """Put steps on the canvas; where there was none, the first one becomes the start."""
    steps = steps_in(text)
    for key in bodies:
        if key in steps:
            raise EditRefused("step_exists", key=key)

    def change(tree: CommentedMap) -> None:
        inside = mapping_in(tree, "steps")
        for key, body in bodies.items():
            inside[key] = plain_tree(body)
            if set(body) == {"end"}:
                inside[key].fa.set_flow_style()
            _place(tree, key, places[key])
        inside.fa.set_block_style()
        if not tree.get("start"):
            tree["start"] = next(iter(bodies))

    return edit(text, change, _around(bodies))


def delete_steps(text: str, keys: list[str]) -> str:
    """Take steps off the canvas, with every link that led to them."""
    steps = steps_in(text, keys)
    left = [key for key in steps if key not in keys]
    linking = [key for key in left if leads_to(steps[key]) & set(keys)]

    def change(tree: CommentedMap) -> None:
        inside = mapping_in(tree, "steps")
        for key in keys:
            del inside[key]
            for name in ("layout", "labels"):
                if isinstance(tree.get(name), CommentedMap):
                    tree[name].pop(key, None)
        for step in inside.values():
            for key in keys:
                _repoint(step, key, "")
        if tree.get("start") in keys:
            tree["start"] = left[0] if left else ""

    return edit(text, change, _around([*keys, *linking]))


def move_steps(text: str, places: Mapping[str, Place]) -> str:
    """Remember where cards stand."""
    steps_in(text, list(places))

    def change(tree: CommentedMap) -> None:
        for key, at in places.items():
            _place(tree, key, at)

    return edit(text, change, [("layout", key) for key in places])


def link(text: str, key: str, port: str, to: str) -> str:
    """Draw a link from a port of a step to another step; an empty `to` takes it away."""
    body = steps_in(text, [key, *([to] if to else [])])[key]
    if to and port not in ports_of(body):
        raise EditRefused("no_such_port", port=port)

    def change(tree: CommentedMap) -> None:
        holder, name = _port(tree["steps"][key], port)
        if to:
            holder[name] = to
        elif name in holder:
            holder[name] = "" if port.startswith(("choices.", "intents.", "branch.")) else None
            if holder[name] is None:
                del holder[name]

    return edit(text, change, _around([key]))


def set_step(text: str, key: str, body: Mapping[str, Any]) -> str:
    """Replace what a step does; keys that stay keep their place and comments."""
    if alike(steps_in(text, [key])[key], body):
        return text
    return edit(text, lambda tree: merge_into(tree["steps"][key], body), _around([key]))


def rename_step(text: str, key: str, new: str) -> str:
    """Give a step another key, and repoint every link to it."""
    if new in steps_in(text, [key]):
        raise EditRefused("step_exists", key=new)

    def change(tree: CommentedMap) -> None:
        for name in ("steps", "layout", "labels"):
            inside = tree.get(name)
            if isinstance(inside, CommentedMap) and key in inside:
                inside.insert(list(inside).index(key), new, inside.pop(key))
        for step in mapping_in(tree, "steps").values():
            _repoint(step, key, new)
        if tree.get("start") == key:
            tree["start"] = new

    return edit(text, change)


def set_start(text: str, key: str) -> str:
    """Choose the step that a flow begins with."""
    steps_in(text, [key])

    def change(tree: CommentedMap) -> None:
        tree["start"] = key

    return edit(text, change, ())


def set_note(text: str, key: str, body: Mapping[str, Any] | None) -> str:
    """Put a sticky note on the canvas, change it, or take it away."""

    def change(tree: CommentedMap) -> None:
        notes = mapping_in(tree, "notes")
        if body is None:
            notes.pop(key, None)
        else:
            notes[key] = plain_tree(body)
            notes.fa.set_block_style()
        if not notes:
            del tree["notes"]

    others = [("notes", other) for other in values_of(text).get("notes") or ()]
    return edit(text, change, others)


def set_label(text: str, key: str, port: str, words: Mapping[str, str]) -> str:
    """Write a label on a link; without words the label goes."""
    steps = steps_in(text, [key])
    if port not in leads_by_port(steps[key]):
        raise EditRefused("no_such_port", port=port)

    def change(tree: CommentedMap) -> None:
        labels = mapping_in(tree, "labels")
        own = mapping_in(labels, key)
        if words:
            own[port] = plain_tree(words)
        else:
            own.pop(port, None)
        if not own:
            del labels[key]
        if not labels:
            del tree["labels"]

    others = [("labels", other) for other in values_of(text).get("labels") or ()]
    return edit(text, change, [*others, ("labels", key)])


def steps_in(text: str, wanted: Sequence[str] = ()) -> Mapping[str, Any]:
    """Give the steps of a flow as plain values; EditRefused when a wanted one is missing."""
    steps = values_of(text).get("steps") or {}
    for key in wanted:
        if key not in steps:
            raise EditRefused("no_such_step", key=key)
    return steps


def leads_by_port(body: Any) -> dict[str, str]:
    """Name where each port of a step's plain values leads."""
    if not isinstance(body, Mapping):
        return {}
    found = {name: str(body.get(name) or "") for name in ("next", "otherwise")}
    if isinstance(body.get("intents"), Mapping):
        found |= {f"intents.{intent}": str(to or "") for intent, to in body["intents"].items()}
    for name in ("choices", "branch"):
        items = body.get(name) if isinstance(body.get(name), list) else []
        for i, item in enumerate(items or ()):
            found[f"{name}.{i}"] = str(item.get("next") or "") if isinstance(item, Mapping) else ""
    return found


def ports_of(body: Any) -> set[str]:
    """Name the ways out that a step's plain values have."""
    if not isinstance(body, Mapping) or "end" in body:
        return set()
    inner = {port for port in leads_by_port(body) if "." in port}
    intents = {port for port in inner if port.startswith("intents.")}
    if "branch" in body:
        return (inner - intents) | {"otherwise"}
    if "ask" in body:
        return inner | {"otherwise"} | ({"next"} if body.get("slot") else set())
    return {"next"}


def leads_to(body: Any) -> set[str]:
    """Name the steps that a step's plain values lead to."""
    return set(leads_by_port(body).values()) - {""}


def _around(keys: Iterable[str]) -> list[tuple[str, ...]]:
    return [(name, key) for key in keys for name in ("steps", "layout", "labels")]


def _place(tree: CommentedMap, key: str, at: Place) -> None:
    place = CommentedSeq([round(at[0]), round(at[1])])
    place.fa.set_flow_style()
    layout = mapping_in(tree, "layout")
    layout.fa.set_block_style()
    layout[key] = place


def _port(step: CommentedMap, port: str) -> tuple[CommentedMap, str]:
    name, _, inner = port.partition(".")
    if not inner and name in ("next", "otherwise"):
        return step, name
    if name == "intents" and inner:
        return mapping_in(step, "intents"), inner
    items = step.get(name)
    has_items = name in ("choices", "branch") and isinstance(items, list) and inner.isdigit()
    if has_items and int(inner) < len(items or ()):
        return items[int(inner)], "next"
    raise EditRefused("no_such_port", port=port)


def _repoint(step: Any, old: str, new: str) -> None:
    if not isinstance(step, CommentedMap):
        return
    for name in ("next", "otherwise"):
        if step.get(name) == old:
            if new:
                step[name] = new
            else:
                del step[name]
    intents = step.get("intents")
    for intent in list(intents) if isinstance(intents, CommentedMap) else []:
        if intents[intent] == old:
            intents[intent] = new
    for name in ("choices", "branch"):
        items = step.get(name)
        for item in items if isinstance(items, list) else []:
            if isinstance(item, CommentedMap) and item.get("next") == old:
                item["next"] = new
