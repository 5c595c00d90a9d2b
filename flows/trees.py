"""The trees a YAML text is written from: built from plain values, changed where they differ."""

from collections.abc import Collection, Mapping
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from flows import segments
from flows.durations import seconds
from flows.yaml_text import edit, values_of

LASTING = ("more_than", "for", "within", "in", "in_last", "cooldown", "expires", "at")
"""Keys that hold a duration: `24h` and `1d` are the same there."""
SETS = ("end_on", "events", "reset_on")
"""Keys whose items stand in no order."""


def set_values(text: str, values: Mapping[str, Any]) -> str:
    """Set top-level keys of any file; None takes a key away. What stays is not written anew."""
    known = values_of(text)
    wanted = {
        name: value
        for name, value in values.items()
        if (name in known if value is None else name not in known or not alike(known[name], value))
    }
    if not wanted:
        return text

    def change(tree: CommentedMap) -> None:
        for name, value in wanted.items():
            if value is None:
                tree.pop(name, None)
            else:
                put(tree, name, value)

    return _only(text, edit(text, change), wanted)


def alike(old: Any, new: Any, name: str = "") -> bool:
    """Say whether two plain values mean the same under a key, however they are written."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        # What a slot is tested for or set to is typed: a number there looks like its words.
        typed = "slot" in new or str(new.get("fact", "")).startswith("slot.")
        same = old.keys() == new.keys()
        return same and all(
            alike(old[key], new[key], key)
            or (typed and key == "value" and _looks(old[key], new[key]))
            for key in new
        )
    if name in SETS and isinstance(old, list) and isinstance(new, list):
        old, new = sorted(map(str, old)), sorted(map(str, new))
    if isinstance(old, list) and isinstance(new, list):
        pairs = zip(old, new, strict=False)
        return len(old) == len(new) and all(alike(was, now, name) for was, now in pairs)
    if name in LASTING and seconds(old) is not None and seconds(old) == seconds(new):
        return True
    return isinstance(old, bool) == isinstance(new, bool) and bool(old == new)


def mapping_in(tree: CommentedMap, name: str) -> CommentedMap:
    """Give a mapping inside another, made where there is none."""
    if not isinstance(tree.get(name), CommentedMap):
        tree[name] = CommentedMap()
    mapping: CommentedMap = tree[name]
    return mapping


def plain_tree(value: Any) -> Any:
    """Turn plain values into what can be written: mappings in blocks, places in one line."""
    if isinstance(value, Mapping):
        tree = CommentedMap({name: plain_tree(inner) for name, inner in value.items()})
        tree.fa.set_block_style()
        return tree
    if isinstance(value, list | tuple):
        items = CommentedSeq([plain_tree(inner) for inner in value])
        if all(isinstance(inner, int | float) for inner in value):
            items.fa.set_flow_style()
        return items
    return value


def merge_into(tree: CommentedMap, values: Mapping[str, Any]) -> None:
    """Make a mapping hold just these values, touching only what differs."""
    for name in [name for name in tree if name not in values]:
        del tree[name]
    for name, value in values.items():
        put(tree, name, value)


def put(tree: CommentedMap, name: str, value: Any) -> None:
    """Give a key of a mapping a value, touching only what differs of it."""
    old = tree.get(name)
    if name in tree and alike(old, value, name):
        return
    if isinstance(value, Mapping) and isinstance(old, CommentedMap):
        merge_into(old, value)
    elif isinstance(value, list) and isinstance(old, CommentedSeq):
        _merge_items(old, value)
    else:
        tree[name] = value


def _merge_items(items: CommentedSeq, values: list[Any]) -> None:
    in_line = bool(items) and all(_is_in_line(item) for item in items)
    del items[len(values) :]
    for i, value in enumerate(values):
        if i >= len(items):
            items.append(_in_line(value) if in_line else value)
        elif isinstance(value, Mapping) and isinstance(items[i], CommentedMap):
            if not alike(items[i], value):
                merge_into(items[i], value)
        elif not alike(items[i], value):
            items[i] = value


def _is_in_line(item: Any) -> bool:
    return isinstance(item, CommentedMap) and bool(item.fa.flow_style())


def _in_line(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    tree = CommentedMap(value)
    tree.fa.set_flow_style()
    return tree


def _looks(old: Any, new: Any) -> bool:
    """Say whether two values are typed alike."""
    return str(old).lower() == str(new).lower()


def _only(text: str, edited: str, names: Collection[str]) -> str:
    """Take from an edited text just the named top-level keys; the rest stays letter by letter."""
    parts, news = segments.cut(text), segments.cut(edited)
    if parts is None or news is None:
        return edited
    return segments.joined(
        {
            path: piece if path[0] in names else parts.get(path, piece)
            for path, piece in news.items()
        }
    )
