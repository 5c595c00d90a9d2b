"""The edits an editor can make: each takes a YAML text and returns a new one, comments kept.

Pure and small, so the canvas, the forms and undo all go the same way. A place that does not exist
raises `EditRefused` with a code; the caller decides what to tell.
"""

from collections.abc import Mapping
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from flows.model import KIND_NAMES
from flows.yaml_text import edit

NEW_STEPS: dict[str, dict[str, Any]] = {
    "say": {"say": ""},
    "ask": {"ask": ""},
    "branch": {"branch": []},
    "set": {"set": {}},
    "call": {"call": ""},
    "handover": {"handover": {"queue": "service", "reason": "asked"}},
    "end": {"end": True},
}


class EditRefused(Exception):
    """An edit does not fit the text it was made for; `code` says why."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def add_step(text: str, key: str, kind: str, at: tuple[float, float], script: str = "") -> str:
    """Put a new step on the canvas; the first one becomes the start."""
    if kind not in KIND_NAMES:
        raise EditRefused("unknown_step_kind", key=kind)

    def change(tree: CommentedMap) -> None:
        steps = _mapping(tree, "steps")
        if key in steps:
            raise EditRefused("step_exists", key=key)
        body = CommentedMap(NEW_STEPS[kind])
        if script:
            body[kind] = script
        body.fa.set_flow_style() if kind == "end" else body.fa.set_block_style()
        steps[key] = body
        steps.fa.set_block_style()
        if not tree.get("start"):
            tree["start"] = key
        _place(tree, key, at)

    return edit(text, change)


def delete_steps(text: str, keys: list[str]) -> str:
    """Take steps off the canvas, with every link that led to them."""

    def change(tree: CommentedMap) -> None:
        steps = _mapping(tree, "steps")
        for key in keys:
            if key not in steps:
                raise EditRefused("no_such_step", key=key)
            del steps[key]
            _mapping(tree, "layout").pop(key, None)
            for step in steps.values():
                _repoint(step, key, "")
            if tree.get("start") == key:
                tree["start"] = next(iter(steps), "")

    return edit(text, change)


def move_steps(text: str, places: Mapping[str, tuple[float, float]]) -> str:
    """Remember where cards stand."""

    def change(tree: CommentedMap) -> None:
        for key, at in places.items():
            if key not in _mapping(tree, "steps"):
                raise EditRefused("no_such_step", key=key)
            _place(tree, key, at)

    return edit(text, change)


def link(text: str, key: str, port: str, to: str) -> str:
    """Draw a link from a port of a step to another step; an empty `to` takes it away."""

    def change(tree: CommentedMap) -> None:
        steps = _mapping(tree, "steps")
        if key not in steps or (to and to not in steps):
            raise EditRefused("no_such_step", key=to if key in steps else key)
        holder, name = _port(steps[key], port)
        if to:
            holder[name] = to
        elif name in holder:
            holder[name] = "" if port.startswith(("choices.", "intents.", "branch.")) else None
            if holder[name] is None:
                del holder[name]

    return edit(text, change)


def set_step(text: str, key: str, body: Mapping[str, Any]) -> str:
    """Replace what a step does; keys that stay keep their place and comments."""

    def change(tree: CommentedMap) -> None:
        steps = _mapping(tree, "steps")
        if key not in steps:
            raise EditRefused("no_such_step", key=key)
        _merge(steps[key], body)

    return edit(text, change)


def rename_step(text: str, key: str, new: str) -> str:
    """Give a step another key, and repoint every link to it."""

    def change(tree: CommentedMap) -> None:
        steps = _mapping(tree, "steps")
        if key not in steps:
            raise EditRefused("no_such_step", key=key)
        if new in steps:
            raise EditRefused("step_exists", key=new)
        for mapping in (steps, _mapping(tree, "layout")):
            if key in mapping:
                mapping.insert(list(mapping).index(key), new, mapping.pop(key))
        for step in steps.values():
            _repoint(step, key, new)
        if tree.get("start") == key:
            tree["start"] = new

    return edit(text, change)


def set_start(text: str, key: str) -> str:
    """Choose the step that a flow begins with."""

    def change(tree: CommentedMap) -> None:
        if key not in _mapping(tree, "steps"):
            raise EditRefused("no_such_step", key=key)
        tree["start"] = key

    return edit(text, change)


def set_values(text: str, values: Mapping[str, Any]) -> str:
    """Set top-level keys of any file; None takes a key away."""

    def change(tree: CommentedMap) -> None:
        for name, value in values.items():
            if value is None:
                tree.pop(name, None)
            elif isinstance(value, Mapping) and isinstance(tree.get(name), CommentedMap):
                _merge(tree[name], value)
            else:
                tree[name] = value

    return edit(text, change)


def reword(text: str, variant: str, language: str, words: str) -> str:
    """Write a wording of a script in one language; an empty one is taken away."""

    def change(tree: CommentedMap) -> None:
        variants = _mapping(tree, "variants")
        if variant not in variants:
            raise EditRefused("unknown_variant", variant=variant)
        body = variants[variant]
        if not isinstance(body.get("text"), CommentedMap):
            old = body.get("text")
            body["text"] = CommentedMap({language: old} if isinstance(old, str) and old else {})
        if words:
            body["text"][language] = words
        else:
            body["text"].pop(language, None)

    return edit(text, change)


def add_variant(text: str, variant: str) -> str:
    """Add an empty wording."""

    def change(tree: CommentedMap) -> None:
        variants = _mapping(tree, "variants")
        if variant in variants:
            raise EditRefused("variant_exists", variant=variant)
        variants[variant] = CommentedMap({"text": CommentedMap()})
        variants.fa.set_block_style()
        if isinstance(tree.get("weighting"), CommentedMap):
            tree["weighting"]["fixed"][variant] = 0

    return edit(text, change)


def delete_variant(text: str, variant: str) -> str:
    """Take a wording away, with its weight."""

    def change(tree: CommentedMap) -> None:
        if variant not in _mapping(tree, "variants"):
            raise EditRefused("unknown_variant", variant=variant)
        del tree["variants"][variant]
        if isinstance(tree.get("weighting"), CommentedMap):
            tree["weighting"]["fixed"].pop(variant, None)

    return edit(text, change)


def _mapping(tree: CommentedMap, name: str) -> CommentedMap:
    if not isinstance(tree.get(name), CommentedMap):
        tree[name] = CommentedMap()
    mapping: CommentedMap = tree[name]
    return mapping


def _place(tree: CommentedMap, key: str, at: tuple[float, float]) -> None:
    place = CommentedSeq([round(at[0]), round(at[1])])
    place.fa.set_flow_style()
    layout = _mapping(tree, "layout")
    layout.fa.set_block_style()
    layout[key] = place


def _port(step: CommentedMap, port: str) -> tuple[CommentedMap, str]:
    name, _, inner = port.partition(".")
    if not inner and name in ("next", "otherwise"):
        return step, name
    if name == "intents" and inner:
        return _mapping(step, "intents"), inner
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


def _merge(tree: CommentedMap, values: Mapping[str, Any]) -> None:
    """Make a mapping hold just these values, touching only what differs."""
    for name in [name for name in tree if name not in values]:
        del tree[name]
    for name, value in values.items():
        if isinstance(value, Mapping) and isinstance(tree.get(name), CommentedMap):
            _merge(tree[name], value)
        elif isinstance(value, list) and isinstance(tree.get(name), CommentedSeq):
            _merge_items(tree[name], value)
        elif name not in tree or tree[name] != value:
            tree[name] = value


def _merge_items(items: CommentedSeq, values: list[Any]) -> None:
    del items[len(values) :]
    for i, value in enumerate(values):
        if i >= len(items):
            items.append(value)
        elif isinstance(value, Mapping) and isinstance(items[i], CommentedMap):
            _merge(items[i], value)
        elif items[i] != value:
            items[i] = value
