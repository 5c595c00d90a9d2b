"""Typebot's HTTP requests become steps that ask a connector; each address is one connector.

Ours always sends JSON by POST, to an address that holds no variable. Whatever a request was beyond
that stays to be looked at, so every one of them is noted.
"""

import json
from typing import Any

from flows.importing.imported import clean, slug
from flows.importing.sketch import Plain
from flows.importing.typebot_drawing import Drawing
from flows.importing.typebot_reading import Block, Spot, list_of, mapping_of, name_of
from flows.importing.typebot_texts import VARIABLE

KINDS = ("Webhook", "webhook", "HTTP request")
MOST_SENT = 40


def draw_request(drawing: Drawing, spot: Spot, block: Block) -> None:
    """Draw a step that asks what the block asked; an empty block is left out."""
    raw = mapping_of(block.options.get("webhook")) or mapping_of(block.raw.get("webhook"))
    address = clean(name_of(raw.get("url")))
    fill = _fill(drawing, block)
    if not address and not fill:
        drawing.leave_out(spot, block.kind, "empty")
        return
    is_plain = address.startswith(("https://", "http://")) and not VARIABLE.search(address)
    title = drawing.bot.groups[spot[0]].title
    key = drawing.connectors.of(address[:500] if is_plain else "", fill, title)
    step: Plain = {"request": key}
    send = _sent(drawing, raw.get("body"))
    step |= {"send": send} if send else {}
    drawing.put(spot, "request", {**step, "next": drawing.after(spot)})
    drawing.sketch.filled.update(fill)
    drawing.note(spot, block.kind, "asks_system")


def _fill(drawing: Drawing, block: Block) -> dict[str, str]:
    """Say which slot is filled from which place of the answer."""
    found = {}
    for mapping in map(mapping_of, list_of(block.options.get("responseVariableMapping"))):
        name = drawing.variable(mapping.get("variableId"))
        path = clean(name_of(mapping.get("bodyPath"))).removeprefix("data.")
        if name and path:
            found[drawing.slots.of(name)] = path.replace("[", ".").replace("]", "")[:200]
    return found


def _sent(drawing: Drawing, body: Any) -> Plain:
    """Keep what a body of its own sent along, as far as it is one flat object of texts."""
    try:
        values = json.loads(name_of(body) or "{}")
    except (ValueError, RecursionError):
        return {}
    sent = {}
    for name, value in list(mapping_of(values).items())[:MOST_SENT]:
        key = slug(name)
        if key and isinstance(value, str | int | float | bool):
            sent[key] = drawing.text(value[:2_000]) if isinstance(value, str) else value
    return sent
