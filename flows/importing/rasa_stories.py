"""Rasa's stories and rules, joined to one tree: what stories begin with in common stands once.

A node is something that happened: the visitor wanted something, the bot said something. `user`
leads on by what the visitor wants next, `bot` by what the bot does next without being asked.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flows.importing.imported import NOTED, NotReadable
from flows.importing.rasa_domain import Domain, Project, Raw, list_of, mapping_of, text_of
from flows.importing.rasa_tree import (
    BUILT_IN,
    FALLBACK,
    MOST_CURSORS,
    MOST_NODES,
    PERSON,
    STRUCTURAL,
    Cursor,
    Node,
    Told,
    intents_in,
    tests_in,
)


class Stories:
    """The tree of all stories and rules of a project."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.root, self.fallback = Node(), Node()
        self.checkpoints: dict[str, Node] = {}
        self.contexts: dict[str, Node] = {}
        self.forms: dict[str, Node] = {}
        self.kinds = _kinds(domain)
        self.told: list[Told] = []
        self.notes: list[Told] = []
        self.size = 0

    def tell(self, place: str, story: Raw) -> None:
        """Add one story or rule to the tree."""
        steps: list[Raw] = [s for s in list_of(story.get("steps")) if isinstance(s, dict)]
        conditions = [mapping_of(given) for given in list_of(story.get("condition"))]
        cursors, steps, is_home = self._first(place, story, conditions, steps)
        for number, step in enumerate(steps):
            moved = self._step(place, cursors, step)
            if moved is None:
                for rest in steps[number + 1 :]:
                    self._lost(place, rest)
                return
            cursors = moved
        for cursor in cursors:
            cursor.node.is_home = cursor.node.is_home or is_home

    def new(self, kind: str = "", name: str = "", value: Any = None) -> Node:
        """Make a node; NotReadable when there are too many."""
        self.size += 1
        if self.size > MOST_NODES:
            raise NotReadable("too_many_steps", most=MOST_NODES)
        return Node(kind, name, value)

    def names(self, ways: Mapping[str, Node]) -> Iterator[tuple[str, Node]]:
        """Yield each intent that leads on; one that has kinds leads on by each of them."""
        for name, node in ways.items():
            yield name, node
            yield from ((kind, node) for kind in self.kinds.get(name, ()))

    def form(self, name: str) -> Node:
        """Give the node that stands for a form wherever it is active."""
        if name not in self.forms:
            self.forms[name] = self.new("form", name)
        return self.forms[name]

    def _first(
        self, place: str, story: Raw, conditions: list[Raw], steps: list[Raw]
    ) -> tuple[list[Cursor], list[Raw], bool]:
        """Find where in the tree a story begins, and which of its steps are left to tell."""
        loop = next((text_of(c["active_loop"]) for c in conditions if c.get("active_loop")), "")
        slots = [{"slot_was_set": c["slot_was_set"]} for c in conditions if "slot_was_set" in c]
        first = next((step for step in steps if "slot_was_set" not in step), {})
        action = text_of(first.get("action"))
        loop = loop or (action if action in self.domain.forms else "")
        if loop:
            form = self.form(loop)
            return [Cursor(form, form)], steps, False
        if text_of(first.get("checkpoint")):
            node = self._checkpoint(text_of(first["checkpoint"]))
            return [Cursor(node)], steps[steps.index(first) + 1 :], False
        if action and action not in STRUCTURAL and story.get("conversation_start") is not True:
            # A story that begins with the bot goes on from wherever the bot did just that.
            node = self.contexts.setdefault(action, self.new())
            self.told.append(Told(place, action, (node,)))
            return [Cursor(node)], steps[steps.index(first) + 1 :], False
        intents = list(intents_in(first))
        if FALLBACK in intents:
            self.told.append(Told(place, FALLBACK, (self.fallback,)))
            return [Cursor(self.fallback)], steps[steps.index(first) + 1 :], True
        if slots and intents:
            at = steps.index(first) + 1
            steps = [*steps[:at], *slots, *steps[at:]]
        return [Cursor(self.root)], steps, bool(action)

    def _checkpoint(self, name: str) -> Node:
        return self.checkpoints.setdefault(name, self.new())

    def _step(self, place: str, cursors: list[Cursor], step: Raw) -> list[Cursor] | None:
        """Move on by one step; None when the rest of the story cannot be reached."""
        names = list(intents_in(step))
        if names:
            cursors = self._heard(cursors, names)
            self.told.append(Told(place, " / ".join(names), tuple(c.node for c in cursors)))
            return cursors
        if "user" in step:
            self.told.append(Told(place, text_of(step["user"])[:80], code="no_equivalent"))
            return None
        if "action" in step:
            return self._acted(place, cursors, text_of(step["action"]))
        if "bot" in step:
            cursors = [self._did(c, "text", text_of(step["bot"])) for c in cursors]
            self.told.append(Told(place, "bot", tuple(c.node for c in cursors)))
            return cursors
        if "active_loop" in step or "form" in step:
            name = text_of(step.get("active_loop", step.get("form")))
            return [self._looped(c, name) for c in cursors]
        if "checkpoint" in step:
            return [self._jumped(c, text_of(step["checkpoint"])) for c in cursors]
        if "slot_was_set" in step:
            return [self._known(place, c, step["slot_was_set"]) for c in cursors]
        return cursors

    def _lost(self, place: str, step: Raw) -> None:
        names = (*intents_in(step), text_of(step.get("action")), text_of(step.get("bot")))
        what = " / ".join(filter(None, names))
        if what:
            self.told.append(Told(place, what, code="not_reached"))

    def _heard(self, cursors: list[Cursor], names: list[str]) -> list[Cursor]:
        moved: dict[Node, Cursor] = {}
        for cursor in cursors:
            ways = self._after(cursor, is_user=True).user
            fresh = None
            for name in names:
                if name not in ways:
                    fresh = ways[name] = fresh or self.new("intent", name)
                moved.setdefault(ways[name], Cursor(ways[name], cursor.loop))
        return list(moved.values())[:MOST_CURSORS]

    def _after(self, cursor: Cursor, is_user: bool) -> Node:
        """Give the node that goes on from here: behind a form, unless it is being interrupted."""
        node = cursor.node
        if node.kind != "form" or (is_user and cursor.loop is node):
            return node
        return self._filled(node)

    def _filled(self, form: Node) -> Node:
        """Give the node that goes on when a form is filled: a rule says so for all of them."""
        general = self.forms.get(form.name, form)
        form.done = form.done or general.done or self.new()
        return form.done

    def _did(self, cursor: Cursor, kind: str, name: str, value: Any = None) -> Cursor:
        ways = self._after(cursor, is_user=False).bot
        key = f"{kind} {name} {value}"
        if key not in ways:
            ways[key] = self.new(kind, name, value)
        loop = None if cursor.node.kind == "form" else cursor.loop
        return Cursor(ways[key], loop)

    def _acted(self, place: str, cursors: list[Cursor], name: str) -> list[Cursor]:
        kind, code = self._kind_of(name)
        if name in self.domain.forms:
            cursors = [self._formed(cursor, name) for cursor in cursors]
        elif kind:
            cursors = [self._did(cursor, kind, name) for cursor in cursors]
        nodes = tuple(cursor.node for cursor in cursors) if kind else ()
        if code in NOTED:
            self.notes.append(Told(place, name, code=code))
            code = ""
        self.told.append(Told(place, name, nodes, code))
        return cursors

    def _kind_of(self, name: str) -> tuple[str, str]:
        """Say what an action becomes, and why it does not come along or only nearly."""
        responses = self.domain.responses
        if name in self.domain.forms:
            return ("form", "") if self.domain.forms[name] else ("", "needs_code")
        if responses.get(name):
            return "say", ""
        if retrieved(name).removeprefix("utter_") in self.kinds:
            return "choose", ""
        if name.startswith("utter_") or not name:
            return "", "empty"
        if name in STRUCTURAL:
            return "", ""
        if name == "action_restart":
            return "restart", "approximated"
        if name == "action_default_fallback":
            return "lost", "approximated"
        if PERSON.search(name.lower()):
            return "handover", "approximated"
        return ("", "no_equivalent") if name in BUILT_IN else ("request", "asks_system")

    def _formed(self, cursor: Cursor, name: str) -> Cursor:
        """Start a form, or go back into the one that was interrupted."""
        loop = cursor.loop
        if loop is None or loop.name != name:
            return self._did(cursor, "form", name)
        if cursor.node is not loop:
            cursor.node.resume = loop
        return Cursor(loop, loop)

    def _looped(self, cursor: Cursor, name: str) -> Cursor:
        node = cursor.node
        if name:
            starts = node.kind == "form" and node.name == name
            return replace(cursor, loop=node) if starts else cursor
        return Cursor(self._filled(node) if node.kind == "form" else node)

    def _jumped(self, cursor: Cursor, name: str) -> Cursor:
        self._after(cursor, is_user=False).jumps[name] = None
        return Cursor(self._checkpoint(name))

    def _known(self, place: str, cursor: Cursor, given: Any) -> Cursor:
        """Go on where slots have values; what a form is about to ask for is no such thing."""
        tests = tuple(test for test in tests_in(given) if test[0] != "requested_slot")
        if not tests or (cursor.node.kind == "form" and cursor.loop is cursor.node):
            return cursor
        cursor = self._did(cursor, "slot", "", tests)
        names = ", ".join(name for name, _, _ in tests)
        self.notes.append(Told(place, names, (cursor.node,), "approximated"))
        return cursor


def read_stories(project: Project, domain: Domain) -> Stories:
    """Tell every rule, then every story: what rules say counts first."""
    stories = Stories(domain)
    for kind in ("rule", "story"):
        for path, raw in project.talks:
            for told in map(mapping_of, list_of(raw.get("rules" if kind == "rule" else "stories"))):
                name = text_of(told.get(kind))
                stories.tell(f'{path.rpartition("/")[2]}: {kind} "{name[:80]}"', told)
    return stories


def retrieved(name: str) -> str:
    """Name the response that an action of a response selector says."""
    return re.sub(r"^respond_", "utter_", name)


def _kinds(domain: Domain) -> Mapping[str, list[str]]:
    """Name the kinds of each intent that a response selector tells apart: `faq/ask_price`."""
    kinds: dict[str, list[str]] = {}
    for response in domain.responses:
        name, slash, _ = response.removeprefix("utter_").partition("/")
        if slash:
            kinds.setdefault(name, []).append(response.removeprefix("utter_"))
    return kinds
