"""Typebot's JSON export to groups, blocks and edges, whatever its version and however broken.

Versions differ in names: up to 2 groups were `blocks` and blocks were `steps`; up to 5 the start
was a block, from 6 on it is an event. A value of the wrong type counts as missing.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from flows.importing.imported import MOST_BYTES, NotReadable

MOST_BLOCKS = 20_000
Spot: TypeAlias = tuple[int, int]
"""Where a block stands: the number of its group, and its number there."""
Raw: TypeAlias = Mapping[str, Any]
_FARTHEST = 100_000.0


@dataclass(frozen=True)
class Item:
    """One button, condition or path of a block."""

    id: str
    edge: str
    raw: Raw


@dataclass(frozen=True)
class Block:
    """One block: what kind it is, and its own fields."""

    kind: str
    edge: str
    raw: Raw
    options: Raw
    items: tuple[Item, ...] = ()

    @property
    def is_bubble(self) -> bool:
        """Say whether the block only says a text."""
        return self.kind == "text"


@dataclass(frozen=True)
class Group:
    """Blocks that follow one another, and where the group stands."""

    title: str
    at: tuple[float, float]
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Bot:
    """One typebot: its groups, where each edge leads, and the names of its variables."""

    id: str
    name: str
    groups: tuple[Group, ...]
    start: str
    edges: Mapping[str, Spot]
    variables: Mapping[str, str]
    places: Mapping[tuple[str, str], Spot] = field(default_factory=dict)
    events: tuple[str, ...] = ()

    def spot(self, group: Any, block: Any = "") -> Spot | None:
        """Find a block by the ids of its group and itself; a group alone means its first block."""
        known = (name_of(group), name_of(block))
        return self.places.get(known) or self.places.get((known[0], ""))


def read_bots(content: bytes) -> list[Bot]:
    """Read the typebots of an export, the main one first; NotReadable says what is wrong."""
    if len(content) > MOST_BYTES:
        raise NotReadable("too_big", most="8 MiB")
    try:
        # Exports go over many desks, and some of these put a byte order mark in front.
        value = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotReadable("not_utf8") from error
    except RecursionError as error:
        raise NotReadable("too_deep") from error
    except ValueError as error:
        raise NotReadable("not_json", reason=str(error)[:200]) from error
    raws = list_of(mapping_of(value).get("typebots")) or (list_of(value) or [value])
    bots = [_bot(mapping_of(mapping_of(raw).get("typebot") or raw)) for raw in raws]
    bots = [bot for bot in bots if any(group.blocks for group in bot.groups)]
    if not bots:
        raise NotReadable("not_a_typebot")
    if sum(len(group.blocks) for bot in bots for group in bot.groups) > MOST_BLOCKS:
        raise NotReadable("too_many_blocks", most=MOST_BLOCKS)
    return bots


def mapping_of(value: Any) -> Raw:
    """Take a mapping; anything else is empty."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """Take a list; anything else is empty."""
    return value if isinstance(value, list) else []


def name_of(value: Any) -> str:
    """Take a text or a number as text; anything else is empty."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _bot(raw: Raw) -> Bot:
    is_old = "groups" not in raw
    name, inner = ("blocks", "steps") if is_old else ("groups", "blocks")
    groups: list[Group] = []
    places: dict[tuple[str, str], Spot] = {}
    start = ""
    for raw_group in map(mapping_of, list_of(raw.get(name))):
        blocks: list[Block] = []
        for raw_block in map(mapping_of, list_of(raw_group.get(inner))):
            if raw_block.get("type") == "start":
                start = start or name_of(raw_block.get("outgoingEdgeId"))
                continue
            spot = (len(groups), len(blocks))
            places.setdefault((name_of(raw_group.get("id")), name_of(raw_block.get("id"))), spot)
            blocks.append(_block(raw_block))
        if blocks:
            places.setdefault((name_of(raw_group.get("id")), ""), (len(groups), 0))
            title = name_of(raw_group.get("title"))
            groups.append(Group(title, _at(raw_group.get("graphCoordinates")), tuple(blocks)))
    events = [mapping_of(event) for event in list_of(raw.get("events"))]
    starts = [event for event in events if event.get("type") == "start"]
    start = start or next((name_of(event.get("outgoingEdgeId")) for event in starts), "")
    others = tuple(name_of(e.get("type")) for e in events if e.get("type") != "start")
    bot = Bot(
        name_of(raw.get("id")), name_of(raw.get("name")), tuple(groups), start, {}, {}, places
    )
    edges = dict(_edges(bot, list_of(raw.get("edges")), is_old))
    return Bot(bot.id, bot.name, bot.groups, start, edges, dict(_variables(raw)), places, others)


def _block(raw: Raw) -> Block:
    items = [
        Item(name_of(item.get("id")), name_of(item.get("outgoingEdgeId")), item)
        for item in map(mapping_of, list_of(raw.get("items")))
    ]
    edge, options = name_of(raw.get("outgoingEdgeId")), mapping_of(raw.get("options"))
    return Block(name_of(raw.get("type")), edge, raw, options, tuple(items))


def _edges(bot: Bot, raws: list[Any], is_old: bool) -> Iterator[tuple[str, Spot]]:
    group, block = ("blockId", "stepId") if is_old else ("groupId", "blockId")
    for raw in map(mapping_of, raws):
        to = mapping_of(raw.get("to"))
        spot = bot.spot(to.get(group), to.get(block))
        if spot is not None:
            yield name_of(raw.get("id")), spot


def _variables(raw: Raw) -> Iterator[tuple[str, str]]:
    for variable in map(mapping_of, list_of(raw.get("variables"))):
        name = name_of(variable.get("name")).strip()
        if name:
            yield name_of(variable.get("id")), name


def _at(value: Any) -> tuple[float, float]:
    found = [mapping_of(value).get(name) for name in ("x", "y")]
    x, y = (float(n) if isinstance(n, int | float) and abs(n) < _FARTHEST else 0.0 for n in found)
    return x, y
