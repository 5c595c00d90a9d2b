"""The edits of a script: write, add and delete wordings; each takes and returns a text."""

from collections.abc import Mapping
from typing import Any

from ruamel.yaml.comments import CommentedMap

from flows.edits import EditRefused
from flows.trees import mapping_in, plain_tree, put
from flows.yaml_text import edit, values_of


def reword(text: str, variant: str, language: str, words: str) -> str:
    """Write a wording of a script in one language; an empty one is taken away."""

    def change(tree: CommentedMap) -> None:
        variants = mapping_in(tree, "variants")
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
        variants = mapping_in(tree, "variants")
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
        if variant not in mapping_in(tree, "variants"):
            raise EditRefused("unknown_variant", variant=variant)
        del tree["variants"][variant]
        if isinstance(tree.get("weighting"), CommentedMap):
            tree["weighting"]["fixed"].pop(variant, None)

    return edit(text, change)


def set_parts(text: str, variant: str, parts: Mapping[str, Any]) -> str:
    """Set the parts of a wording beside its text: review, card, replies; None takes one away."""
    known = _body(text, variant)
    if all(value is None and name not in known for name, value in parts.items()):
        return text

    def change(tree: CommentedMap) -> None:
        body = tree["variants"][variant]
        for name, value in parts.items():
            if value is None:
                body.pop(name, None)
            else:
                put(body, name, plain_tree(value))

    return edit(text, change)


def _body(text: str, variant: str) -> Mapping[str, Any]:
    body = (values_of(text).get("variants") or {}).get(variant)
    if not isinstance(body, Mapping):
        raise EditRefused("unknown_variant", variant=variant)
    return body
