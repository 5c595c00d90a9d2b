"""The tree of a project's stories to the steps of one flow.

The flow begins with a hub that listens to every intent a story begins with. Whatever an ask does
not understand goes to one branch that leads such an intent to its story, as Rasa's rules would.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flows.importing.imported import NotReadable, escaped
from flows.importing.rasa_domain import Button, Domain, Response, text_of
from flows.importing.rasa_slots import Slots
from flows.importing.rasa_stories import Stories
from flows.importing.rasa_tree import Node
from flows.importing.sketch import COLUMN, END, ROW, Plain, Sketch, links_in

HUB = "start"
WORDS = {
    "hub": ("How can I help you?", "请问有什么可以帮您？"),
    "wait": ("Please go on:", "请继续："),
    "slot": ("Please tell me: ", "请告诉我："),
}
MOST_STEPS = 10_000
MOST_ROUNDS = 40
OWN_STEPS = frozenset({"say", "text", "choose", "request", "handover", "restart"})


@dataclass(frozen=True)
class Spot:
    """A node of the tree, the form it interrupts, and whether its own step lies behind already."""

    node: Node
    loop: Node | None = None
    is_past: bool = False


class Plot:
    """One project while it becomes a flow."""

    def __init__(self, stories: Stories, sketch: Sketch, slots: Slots, chinese: bool) -> None:
        self.stories, self.sketch, self.slots, self.chinese = stories, sketch, slots, chinese
        self.domain: Domain = stories.domain
        self.keys: dict[tuple[str, Spot], str] = {}
        self.todo: list[tuple[str, Spot, str]] = []
        self.visited: set[Node] = set()
        self.branched: set[Node] = set()
        self.spoken: dict[str, str] = {}
        self.route = ""

    def lost(self) -> str:
        """Name the step that speaks when nothing was understood; empty where nothing is said."""
        if self.stories.fallback.bot:
            return self.way(Spot(self.stories.fallback))
        if self.domain.responses.get("utter_default"):
            return self.step("default", Spot(self.stories.fallback), "default")
        return ""

    def step(self, kind: str, spot: Spot, name: str) -> str:
        """Give the key of a step, which is drawn later if it is new."""
        if (kind, spot) not in self.keys:
            if len(self.keys) > MOST_STEPS:
                raise NotReadable("too_many_steps", most=MOST_STEPS)
            key = self.sketch.keys.free(name, kind)
            self.keys[kind, spot] = key
            self.todo.append((kind, spot, key))
        return self.keys[kind, spot]

    def way(self, spot: Spot) -> str:
        """Name the step that a walk arriving at a node comes to."""
        seen: set[Spot] = set()
        while spot not in seen:
            seen.add(spot)
            self.visited.add(spot.node)
            node = spot.node
            if not spot.is_past and node.kind == "form" and self.domain.forms.get(node.name):
                return self.step("form", replace(spot, loop=None), node.name)
            if node.kind == "lost":
                return self.lost() or HUB
            if not spot.is_past and node.kind in OWN_STEPS:
                return self.step(node.kind, spot, node.name.removeprefix("utter_"))
            if len(self.alternatives(spot)) > 1:
                return self.step("branch", spot, "branch")
            following = self.following(spot)
            if following is None:
                if node.is_home or node is self.stories.root:
                    return HUB
                return self.step("wait", spot, "wait") if self.listens(spot) else END
            spot = following
        return END

    def sources(self, spot: Spot) -> Iterator[Node]:
        """Yield every node whose continuations are those of a node: its own come first."""
        todo, seen = [spot.node], set[Node]()
        while todo:
            node = todo.pop(0)
            if node in seen:
                continue
            seen.add(node)
            self.visited.add(node)
            yield node
            todo += [self.stories.checkpoints[name] for name in node.jumps]
            if node.name in self.stories.contexts:
                todo.append(self.stories.contexts[node.name])

    def alternatives(self, spot: Spot) -> list[Node]:
        """Name what the bot may do next, as far as slots decide between it."""
        bots = next((list(node.bot.values()) for node in self.sources(spot) if node.bot), [])
        tested = [node for node in bots if node.kind == "slot"]
        others = [node for node in bots if node.kind != "slot"]
        return tested + others[:1] if tested else others[:1]

    def following(self, spot: Spot) -> Spot | None:
        """Say what comes after a node without the visitor having a word."""
        ways = self.alternatives(spot)
        if ways:
            return Spot(ways[0], spot.loop)
        for node in self.sources(spot):
            if node.resume is not None:
                general = self.stories.forms.get(node.resume.name) is node.resume
                return Spot(spot.loop if general and spot.loop else node.resume)
        return None

    def listens(self, spot: Spot) -> bool:
        """Say whether the visitor is expected to say something here."""
        return any(node.user for node in self.sources(spot))

    def answers(self, spot: Spot) -> dict[str, str]:
        """Say where each intent leads from here."""
        found: dict[str, str] = {}
        for node in self.sources(spot):
            for name, to in self.stories.names(node.user):
                if name not in found:
                    found[name] = self.way(Spot(to, spot.loop))
        return found

    def elsewhere(self) -> str:
        """Name the branch that leads an intent nobody waited for to its own story."""
        self.route = self.route or self.sketch.keys.free("route")
        return self.route

    def choices(self, responses: tuple[Response, ...], intents: dict[str, str]) -> list[Plain]:
        """Turn the buttons of a response into choices."""
        buttons = next((response.buttons for response in responses if response.buttons), ())
        return [
            {"text": button.title[:200], "next": self._pressed(button, intents)}
            for button in buttons
        ]

    def _pressed(self, button: Button, intents: dict[str, str]) -> str:
        name, values = payload_of(button)
        root = self.stories.root.user
        to = intents.get(name) or (self.way(Spot(root[name])) if name in root else HUB)
        if not values:
            return to
        key = self.sketch.keys.free("choose", "set")
        kept = {self.slots.of(slot): escaped(value) for slot, value in values.items()}
        self.sketch.add(key, {"set": kept, "next": to})
        return key

    def script(self, name: str, responses: tuple[Response, ...]) -> str:
        """Keep a response as a script, once, each of its wordings a variant."""
        if name not in self.spoken:
            place = f'response "{name}"'
            texts = [self.sketch.wording(response.text, place) for response in responses]
            said = [self.slots.text(text) for text in texts if text] or ["…"]
            self.spoken[name] = self.sketch.script(name.removeprefix("utter_"), *said)
            if not all(response.is_exact for response in responses):
                self.sketch.leave_out(place, name, "approximated")
        return self.spoken[name]

    def neutral(self, kind: str, name: str = "") -> str:
        """Keep neutral words as a script: Rasa waits in silence, an ask of ours never does."""
        words = WORDS[kind][self.chinese] + name
        if words not in self.spoken:
            key = f"{self.sketch.flow}_{name or kind}"
            self.spoken[words] = self.sketch.script(key, escaped(words))
        return self.spoken[words]

    def test(self, fact: str, op: str, value: Any) -> Plain:
        """Write a test of a fact."""
        return {"fact": fact, "op": op, "value": value}


def payload_of(button: Button) -> tuple[str, dict[str, str]]:
    """Read what a button stands for: an intent, and the values that come with it."""
    name, brace, rest = button.payload.removeprefix("/").partition("{")
    if not button.payload.startswith("/"):
        return "", {}
    try:
        values = json.loads(brace + rest) if brace else {}
    except (ValueError, RecursionError):
        values = {}
    known = values.items() if isinstance(values, dict) else ()
    return name.strip(), {k: text_of(v)[:2000] for k, v in known if text_of(v)}


def lay_out(sketch: Sketch) -> None:
    """Place the cards from left to right, by how many links they are away from the start.

    What no link leads to is taken out: Rasa's stories know no step that stands alone.
    """
    layer = [sketch.start] if sketch.start in sketch.steps else []
    column = 0
    while layer:
        below: dict[str, None] = {}
        for row, key in enumerate(layer):
            sketch.layout[key] = (80 + column * COLUMN, 80 + row * ROW)
            below.update((holder[name], None) for holder, name in links_in([sketch.steps[key]]))
        layer = [key for key in below if key in sketch.steps and key not in sketch.layout]
        column += 1
    sketch.steps = {key: step for key, step in sketch.steps.items() if key in sketch.layout}


def merge_twins(sketch: Sketch) -> None:
    """Keep one of each group of steps that say the same and lead to the same place."""
    for _ in range(MOST_ROUNDS):
        first: dict[str, str] = {}
        twins: dict[str, str] = {}
        for key, step in sketch.steps.items():
            twin = first.setdefault(json.dumps(step, sort_keys=True), key)
            if twin != key and key not in (HUB, sketch.start):
                twins[key] = twin
        if not twins:
            return
        sketch.steps = {key: step for key, step in sketch.steps.items() if key not in twins}
        for holder, name in links_in(sketch.steps.values()):
            holder[name] = twins.get(holder[name], holder[name])
