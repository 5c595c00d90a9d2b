"""One typebot while it becomes a flow: which step stands for which block, and its variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.importing.imported import Keys, clean, slot_key, slug
from flows.importing.sketch import Plain, Sketch
from flows.importing.typebot_reading import Block, Bot, Spot, name_of
from flows.importing.typebot_texts import bubble_text, with_slots
from flows.yaml_text import write

NUMBERS = ("number input", "rating input")
ASK = {"text": ("Please answer:", "请回答："), "choice": ("Please choose:", "请选择：")}


class Slots:
    """The slot that stands for each variable, by the variable's name."""

    def __init__(self) -> None:
        self.keys = Keys()
        self.by_name: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Give the slot of a variable; a name that gives no key is numbered."""
        name = name.strip()
        if name not in self.by_name:
            self.by_name[name] = self.keys.free(slot_key(name), "variable")
        return self.by_name[name]


class Connectors:
    """The connectors of one import, by the address they ask and what they fill."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.by_use: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}

    def of(self, url: str, fill: dict[str, str], title: str) -> str:
        """Give the connector for an address and what its answer fills."""
        use = url, tuple(sorted(fill.items()))
        if use not in self.by_use:
            self.by_use[use] = self.keys.free(slug(title) and f"{title}_request", "request")
        return self.by_use[use]

    def files(self) -> dict[str, str]:
        """Write every connector as YAML."""
        return {
            f"connectors/{key}.yaml": write(
                {"connector": key, "url": url} | ({"fill": dict(fill)} if fill else {})
            )
            for (url, fill), key in self.by_use.items()
        }


@dataclass(frozen=True)
class Names:
    """What all typebots of one export share: the flow of each, slots and connectors."""

    flows: Mapping[str, str]
    slots: Slots
    connectors: Connectors


class Drawing:
    """One typebot while it becomes a flow.

    `heads` names the step a block begins with; `passes` says where to go on from a block that
    became no step and leads somewhere else than to the next one.
    """

    def __init__(self, bot: Bot, sketch: Sketch, names: Names, chinese: bool) -> None:
        self.bot, self.sketch, self.linked = bot, sketch, names.flows
        self.slots, self.connectors = names.slots, names.connectors
        self.chinese, self.prompt = chinese, ""
        self.heads: dict[Spot, str] = {}
        self.passes: dict[Spot, Spot] = {}
        self.columns: dict[int, list[str]] = {}
        self.numeric, self.mixed = _numeric(bot)

    def block(self, spot: Spot) -> Block:
        """Give the block that stands at a place."""
        return self.bot.groups[spot[0]].blocks[spot[1]]

    def words(self, block: Block) -> str:
        """Read what a text bubble says."""
        return bubble_text(block.raw.get("content"), self.bot.variables)

    def place(self, spot: Spot) -> str:
        """Say where a block stands, for people."""
        title = self.bot.groups[spot[0]].title.strip()[:80] or str(spot[0] + 1)
        return f'Group "{title}", block {spot[1] + 1}'

    def is_prompt(self, spot: Spot) -> bool:
        """Say whether a block is a bubble whose words can be those of the block right after it."""
        block = self.block(spot)
        return (
            block.is_bubble
            and block.edge not in self.bot.edges
            and spot[1] + 1 < len(self.bot.groups[spot[0]].blocks)
            and bool(clean(self.words(block)))
        )

    def after(self, spot: Spot) -> Spot | None:
        """Say which block comes after a block: by its edge, or the next of its group."""
        edge = self.bot.edges.get(self.block(spot).edge)
        if edge is not None:
            return edge
        return self.beneath(spot)

    def beneath(self, spot: Spot) -> Spot | None:
        """Say which block stands below a block in its group."""
        below = (spot[0], spot[1] + 1)
        return below if below[1] < len(self.bot.groups[spot[0]].blocks) else None

    def key_at(self, spot: Spot | None) -> str:
        """Name the step that a walk arriving at a block comes to; empty where it ends."""
        seen: set[Spot] = set()
        while spot is not None and spot not in seen:
            if spot in self.heads:
                return self.heads[spot]
            seen.add(spot)
            spot = self.passes.get(spot) or self.after(spot)
        return ""

    def put(self, spot: Spot, word: str, step: Plain) -> str:
        """Draw a step for a block and give its key; the first one of a block is its head."""
        title = self.bot.groups[spot[0]].title
        key = self.sketch.keys.free(f"{title}_{word}" if slot_key(title) else word)
        self.sketch.add(key, step)
        self.heads.setdefault(spot, key)
        self.columns.setdefault(spot[0], []).append(key)
        return key

    def say(self, spot: Spot, text: str, word: str = "say") -> str:
        """Draw a step that says a text of the foreign bot."""
        key = self.put(spot, word, {"say": "", "next": self.after(spot)})
        self.sketch.steps[key]["say"] = self.script(key, text, self.place(spot))
        return key

    def ask(self, spot: Spot, step: Plain, kind: str, hint: str = "") -> str:
        """Draw a step that asks: with the bubble before it, its own hint or neutral words."""
        key = self.put(spot, "ask", {"ask": "", **step})
        said = self.prompt or hint or ASK[kind][self.chinese]
        self.sketch.steps[key]["ask"] = self.script(key, said, self.place(spot))
        for name in ("next", "otherwise"):
            if self.sketch.steps[key].get(name) == "itself":
                self.sketch.steps[key][name] = key
        return key

    def script(self, key: str, text: str, place: str) -> str:
        """Keep a text of the foreign bot as a script."""
        words = self.text(self.sketch.wording(text, place))
        return self.sketch.script(f"{self.sketch.flow}_{key}", words or "…")

    def text(self, text: str) -> str:
        """Turn a text of the foreign bot into ours, its variables into placeholders."""
        return with_slots(clean(text), self.use)

    def use(self, name: str) -> str:
        """Give the slot of a variable that something reads."""
        slot = self.slots.of(name)
        self.sketch.used[slot] = None
        return slot

    def variable(self, value: Any) -> str:
        """Name the variable that an id stands for; empty where there is none."""
        return self.bot.variables.get(name_of(value), "")

    def note(self, spot: Spot, what: str, code: str = "approximated") -> None:
        """Note that a block came along, but not quite as it was."""
        self.sketch.leave_out(self.place(spot), what, code)

    def leave_out(self, spot: Spot, what: str, code: str) -> None:
        """Leave a block out; the walk goes on after it."""
        self.sketch.leave_out(self.place(spot), what, code)
        self.sketch.missing += 1
        self.sketch.carried -= 1


def number_in(text: str) -> int | float | None:
    """Read a text as a number of ordinary size; None where it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    if not abs(value) < 1e15:
        return None
    return int(value) if value.is_integer() else value


def _numeric(bot: Bot) -> tuple[frozenset[str], frozenset[str]]:
    """Name the variables that only ever hold numbers, and those that do now and then."""
    kinds: dict[str, set[bool]] = {}
    for block in (block for group in bot.groups for block in group.blocks):
        name = bot.variables.get(name_of(block.options.get("variableId")), "")
        if name:
            written = name_of(block.options.get("expressionToEvaluate")).strip()
            is_set = block.kind == "Set variable" and number_in(written) is not None
            kinds.setdefault(name, set()).add(is_set or block.kind in NUMBERS)
    only = frozenset(name for name, found in kinds.items() if found == {True})
    return only, frozenset(name for name, found in kinds.items() if len(found) == 2)
