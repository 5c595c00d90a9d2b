"""How each kind of Typebot block becomes steps: bubbles and inputs here, logic in a room beside."""

from collections.abc import Callable

from flows.importing.imported import clean, escaped
from flows.importing.sketch import Plain
from flows.importing.typebot_conditions import draw_condition
from flows.importing.typebot_drawing import Drawing, number_in
from flows.importing.typebot_logic import LOGIC
from flows.importing.typebot_reading import Block, Item, Spot, list_of, mapping_of, name_of
from flows.importing.typebot_requests import REQUESTS, SERVICES, draw_request
from flows.importing.typebot_texts import SAFE_ADDRESS, VARIABLE

CHOICES = ("choice input", "picture choice input", "cards input")
MEDIA = ("image", "video", "embed", "audio")
EMAIL = r"[^\s@]+@[^\s@]+\.[^\s@]+"
ADDRESS = r"(https?://)?[^\s/]+\.[a-zA-Z]{2,}\S*"
PHONE = r"\+?[0-9][0-9 ()./-]{4,24}"
PATTERNS = {"email input": EMAIL, "url input": ADDRESS, "phone number input": PHONE}
VALUES = ("text input", "number input", "date input", "time input", "rating input", "file input")
HANDOVERS = ("Chatwoot", "zendesk")
TRACKING = ("Google Analytics", "Pixel", "posthog", "segment")
CONNECTORS = ("payment input", "cal-com", "qr-code", "blink")
MOST_CHOICES = 200


def asks(block: Block) -> bool:
    """Say whether a block becomes a step that asks, in the words of the bubble before it."""
    return block.kind in (*PATTERNS, *VALUES) or (block.kind in CHOICES and bool(block.items))


def draw_block(drawing: Drawing, spot: Spot, block: Block) -> None:
    """Draw what a block becomes, or name it as left out."""
    drawing.sketch.carried += 1
    draw = DRAWERS.get(block.kind)
    if draw is not None:
        draw(drawing, spot, block)
    elif block.kind in CONNECTORS:
        drawing.leave_out(spot, block.kind, "needs_connector")
    elif block.kind in TRACKING:
        drawing.leave_out(spot, block.kind, "no_equivalent")
    else:
        drawing.leave_out(spot, block.kind, "unknown_kind")


def _text(drawing: Drawing, spot: Spot, block: Block) -> None:
    text = drawing.words(block)
    if not clean(text):
        drawing.leave_out(spot, "text", "empty")
        return
    drawing.say(spot, text)


def _media(drawing: Drawing, spot: Spot, block: Block) -> None:
    content = mapping_of(block.raw.get("content"))
    address = name_of(content.get("url")) or _hosted(name_of(content.get("type")), content)
    if not SAFE_ADDRESS.match(address) and not VARIABLE.match(address):
        drawing.leave_out(spot, block.kind, "no_equivalent" if address else "empty")
        return
    drawing.say(spot, address, block.kind)
    drawing.note(spot, block.kind)


def _hosted(kind: str, content: object) -> str:
    """Give the address of a video that is known by its host and number only."""
    number = name_of(mapping_of(content).get("id"))
    hosts = {"youtube": "https://www.youtube.com/watch?v=", "vimeo": "https://vimeo.com/"}
    return hosts[kind] + number if number and kind in hosts else ""


def _value(drawing: Drawing, spot: Spot, block: Block) -> None:
    options = block.options
    name = drawing.variable(options.get("variableId"))
    title = drawing.bot.groups[spot[0]].title
    slot = drawing.slots.of(name or f"{title} answer {spot[0] + 1}_{spot[1] + 1}")
    step: Plain = {"slot": slot, "next": drawing.after(spot), "otherwise": "itself"}
    expect = _expect(block)
    if expect:
        step["expect"] = expect
    labels = mapping_of(options.get("labels"))
    key = drawing.ask(spot, step, "text", name_of(labels.get("placeholder")))
    retry = clean(name_of(options.get("retryMessageContent")))
    if retry:
        words = drawing.script(f"{key}_retry", retry, drawing.place(spot))
        drawing.sketch.steps[key]["retry"] = words
    if block.kind in ("file input", "date input", "time input"):
        drawing.note(spot, block.kind)


def _expect(block: Block) -> Plain:
    options = block.options
    if block.kind in PATTERNS:
        return {"pattern": PATTERNS[block.kind]}
    if block.kind not in ("number input", "rating input"):
        return {}
    is_rating = block.kind == "rating input"
    least, most = ("startsAt", "length") if is_rating else ("min", "max")
    standard = {"min": 1, "max": 10} if is_rating else {}
    given = {"min": options.get(least), "max": options.get(most)}
    read = {name: number_in(name_of(value)) for name, value in given.items()}
    bounds = standard | {name: value for name, value in read.items() if value is not None}
    if bounds.get("min", 0) > bounds.get("max", bounds.get("min", 0)):
        bounds = {}
    return {"number": bounds}


def _choice(drawing: Drawing, spot: Spot, block: Block) -> None:
    items = [pair for item in block.items[:MOST_CHOICES] for pair in _offers(item)]
    if not items:
        drawing.leave_out(spot, block.kind, "empty")
        return
    if all(VARIABLE.fullmatch(clean(words)) for words, _, _ in items):
        # The buttons are made while the bot talks: without them any answer must do.
        _value(drawing, spot, block)
        drawing.note(spot, block.kind)
        return
    step: Plain = {"choices": [], "otherwise": _otherwise(drawing, spot, block)}
    key = drawing.ask(spot, step, "choice")
    choices = drawing.sketch.steps[key]["choices"]
    slot = (
        drawing.slots.of(name)
        if (name := drawing.variable(block.options.get("variableId")))
        else ""
    )
    for number, (words, edge, value) in enumerate(items, 1):
        title = VARIABLE.sub(r"\1", clean(words))[:200].strip() or str(number)
        to: Spot | str | None = drawing.bot.edges.get(edge) or drawing.after(spot)
        if slot:
            kept = {"set": {slot: escaped(clean(value)[:2000] or title)}, "next": to}
            to = drawing.put(spot, "set", kept)
        choices.append({"text": title, "next": to})
    if _is_approximate(block, items):
        drawing.note(spot, block.kind)


def _otherwise(drawing: Drawing, spot: Spot, block: Block) -> Spot | str:
    """Say where an answer leads that is none of the choices.

    Where the choices part ways, the block's own edge is the way for all others. Where they only
    give a value, the question is asked again, as Typebot does.
    """
    own = drawing.bot.edges.get(block.edge)
    parts = any(item.edge in drawing.bot.edges for item in block.items)
    return own if own is not None and parts else "itself"


def _offers(item: Item) -> list[tuple[str, str, str]]:
    """Give the buttons of an item as words, edge and the value they stand for."""
    raw = item.raw
    title = (
        name_of(raw.get("content")) or name_of(raw.get("title")) or name_of(raw.get("description"))
    )
    paths = [mapping_of(path) for path in list_of(raw.get("paths"))]
    if paths:
        return [
            (f"{title} {name_of(path.get('text'))}", name_of(path.get("outgoingEdgeId")), title)
            for path in paths
        ]
    return [(title, item.edge, name_of(raw.get("value")) or title)]


def _is_approximate(block: Block, items: list[tuple[str, str, str]]) -> bool:
    shown = (mapping_of(item.raw.get("displayCondition")) for item in block.items)
    return (
        block.options.get("isMultipleChoice") is True
        or block.kind != "choice input"
        or len(block.items) > MOST_CHOICES
        or any(condition.get("isEnabled") is True for condition in shown)
        or any("{{" in words for words, _, _ in items)
    )


def _handover(drawing: Drawing, spot: Spot, block: Block) -> None:
    told = {"queue": "service", "reason": block.kind.lower()}
    drawing.put(spot, "handover", {"handover": told, "next": drawing.after(spot)})
    drawing.note(spot, block.kind)


Drawer = Callable[[Drawing, Spot, Block], None]
DRAWERS: dict[str, Drawer] = {
    "text": _text,
    "Condition": draw_condition,
    **dict.fromkeys(MEDIA, _media),
    **dict.fromkeys((*PATTERNS, *VALUES), _value),
    **dict.fromkeys(CHOICES, _choice),
    **dict.fromkeys(HANDOVERS, _handover),
    **dict.fromkeys((*REQUESTS, *SERVICES), draw_request),
    **LOGIC,
}
