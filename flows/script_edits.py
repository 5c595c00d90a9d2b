"""The edits of a script: write, add and delete wordings; each takes and returns a text."""

from ruamel.yaml.comments import CommentedMap

from flows.edits import EditRefused
from flows.trees import mapping_in
from flows.yaml_text import edit


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
