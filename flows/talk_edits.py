"""The edits of a flow's tests: keep a recorded talk, take one away."""

from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from flows.edits import EditRefused
from flows.model import Line
from flows.trees import plain_tree
from flows.yaml_text import edit


def add_test(
    text: str, name: str, lang: str, facts: Mapping[str, Any], lines: Sequence[Line]
) -> str:
    """Keep a talk as the last test of a flow."""
    body: dict[str, Any] = {"name": name, "lang": lang}
    body |= {"facts": dict(facts)} if facts else {}
    body["talk"] = [{line.do: line.value} for line in lines]

    def change(tree: CommentedMap) -> None:
        if not isinstance(tree.get("tests"), CommentedSeq):
            tree["tests"] = CommentedSeq()
        test = plain_tree(body)
        for line in test["talk"]:
            line.fa.set_flow_style()
        tree["tests"].append(test)

    return edit(text, change, ())


def delete_test(text: str, number: int) -> str:
    """Take a test away, counted from 1."""

    def change(tree: CommentedMap) -> None:
        tests = tree.get("tests")
        if not isinstance(tests, CommentedSeq) or not 1 <= number <= len(tests):
            raise EditRefused("no_such_test")
        del tests[number - 1]
        if not tests:
            del tree["tests"]

    return edit(text, change, ())
