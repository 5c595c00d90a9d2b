"""The trees a YAML text is written from: built from plain values, changed where they differ."""

from collections.abc import Mapping
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from flows.yaml_text import edit


def set_values(text: str, values: Mapping[str, Any]) -> str:
    """Set top-level keys of any file; None takes a key away."""

    def change(tree: CommentedMap) -> None:
        for name, value in values.items():
            if value is None:
                tree.pop(name, None)
            elif isinstance(value, Mapping) and isinstance(tree.get(name), CommentedMap):
                merge_into(tree[name], value)
            else:
                tree[name] = value

    return edit(text, change)


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
        if isinstance(value, Mapping) and isinstance(tree.get(name), CommentedMap):
            merge_into(tree[name], value)
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
            merge_into(items[i], value)
        elif items[i] != value:
            items[i] = value
