"""What a tree of Rasa's stories is made of, and the parts of a step that are read on the way."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flows.importing.imported import clean
from flows.importing.rasa_domain import Raw, list_of, mapping_of, text_of

MOST_NODES = 20_000
MOST_CURSORS = 16
FALLBACK = "nlu_fallback"
STRUCTURAL = (
    *("action_listen", "action_session_start", "action_deactivate_loop"),
    "action_deactivate_form",
)
BUILT_IN = (
    *("action_back", "action_two_stage_fallback", "action_unlikely_intent"),
    *("action_extract_slots", "action_revert_fallback_events"),
)
PERSON = re.compile(r"human|hand_?off|hand_?over|live_?(agent|chat)|operator|转人工")


@dataclass(eq=False)
class Node:
    """Something that happened in a story, and what may happen next.

    A form's `user` is what may interrupt it, and `done` is what follows when it is filled.
    """

    kind: str = ""
    name: str = ""
    value: Any = None
    user: dict[str, "Node"] = field(default_factory=dict)
    bot: dict[str, "Node"] = field(default_factory=dict)
    jumps: dict[str, None] = field(default_factory=dict)
    resume: "Node | None" = None
    done: "Node | None" = None
    is_home: bool = False


@dataclass(frozen=True)
class Told:
    """One step of a story: where it stands, what it is, its nodes, or why it is left out."""

    place: str
    what: str
    nodes: tuple[Node, ...] = ()
    code: str = ""


@dataclass(frozen=True)
class Cursor:
    """Where telling a story has come to, and the form that is active there."""

    node: Node
    loop: Node | None = None


def intents_in(step: Raw) -> Iterator[str]:
    """Yield what the visitor may want at a step of a story."""
    if "or" in step:
        for inner in map(mapping_of, list_of(step["or"])):
            yield from intents_in(inner)
    name = text_of(step.get("intent")).removeprefix("/")
    if name:
        yield name


def tests_in(given: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield what slots must hold: a value, anything at all, or nothing."""
    for item in given if isinstance(given, list) else [given]:
        values = item if isinstance(item, dict) else {text_of(item): []}
        for name, value in values.items():
            if value is None:
                yield name, "empty", True
            elif isinstance(value, str | int | float):
                yield name, "eq", clean(value) if isinstance(value, str) else value
            elif name:
                yield name, "filled", True
