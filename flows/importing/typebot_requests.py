"""Typebot's integrations become steps that ask a connector: HTTP requests, tables, mails, models.

Ours always sends JSON by POST, to an address that holds no variable; a service Typebot knows by
name gets a connector without an address. Whatever an integration was beyond what it sent and
filled stays to be looked at, so every one of them is noted.
"""

import json
from collections.abc import Iterator
from typing import Any

from flows.importing.imported import clean, slug
from flows.importing.sketch import Plain
from flows.importing.typebot_drawing import Drawing
from flows.importing.typebot_reading import Block, Spot, list_of, mapping_of, name_of
from flows.importing.typebot_texts import VARIABLE

REQUESTS = ("Webhook", "webhook", "HTTP request", "Zapier", "Make.com", "Pabbly")
SERVICES = (
    *("OpenAI", "openai", "Google Sheets", "Email", "Zemantic AI", "chat-node", "dify-ai"),
    *("mistral", "elevenlabs", "anthropic", "together-ai", "open-router", "nocodb", "groq"),
    *("perplexity", "deepseek", "gmail"),
)
MOST_SENT = 40
MOST_LETTERS = 2_000
FILLED = ("responseVariableMapping", "responseMapping", "cellsToExtract")
"""Where the integrations keep which variable is filled from what."""
PLACES = ("bodyPath", "item", "valueToExtract", "column")


def draw_request(drawing: Drawing, spot: Spot, block: Block) -> None:
    """Draw a step that asks what the block asked; an empty block is left out."""
    raw = mapping_of(block.options.get("webhook")) or mapping_of(block.raw.get("webhook"))
    address = clean(name_of(raw.get("url")))
    fill = _fill(drawing, block)
    send = _sent(drawing, block, raw)
    if not address and not fill and not send:
        drawing.leave_out(spot, block.kind, "empty")
        return
    is_plain = address.startswith(("https://", "http://")) and not VARIABLE.search(address)
    title = drawing.bot.groups[spot[0]].title if block.kind in REQUESTS else block.kind
    key = drawing.connectors.of(address[:500] if is_plain else "", fill, title)
    step: Plain = {"request": key} | ({"send": send} if send else {})
    drawing.put(spot, "request", {**step, "next": drawing.after(spot)})
    drawing.sketch.filled.update(fill)
    drawing.note(spot, block.kind, "asks_system")


def _fill(drawing: Drawing, block: Block) -> dict[str, str]:
    """Say which slot is filled from which place of the answer."""
    found = {}
    for mapping in (m for name in FILLED for m in list_of(block.options.get(name))):
        raw = mapping_of(mapping)
        name = drawing.variable(raw.get("variableId"))
        path = next((name_of(raw[place]) for place in PLACES if name_of(raw.get(place))), "")
        path = clean(path).removeprefix("data.").replace("[", ".").replace("]", "")
        if name and path:
            found[drawing.slots.of(name)] = path[:200]
    return found


def _sent(drawing: Drawing, block: Block, raw: Any) -> Plain:
    """Keep what was sent along, as far as it is flat: texts, numbers, yes and no."""
    sent: Plain = {}
    for name, value in list(_values(drawing, block, raw))[:MOST_SENT]:
        key = slug(name)
        if key and isinstance(value, str) and value:
            sent[key] = drawing.text(value[:MOST_LETTERS])
        elif key and isinstance(value, int | float):
            sent[key] = value
    return sent


def _values(drawing: Drawing, block: Block, raw: Any) -> Iterator[tuple[str, Any]]:
    try:
        yield from mapping_of(json.loads(name_of(raw.get("body")) or "{}")).items()
    except (ValueError, RecursionError):
        return
    options = block.options
    for cell in map(mapping_of, list_of(options.get("cellsToUpsert"))):
        yield name_of(cell.get("column")), cell.get("value")
    for name in ("subject", "body", "prompt", "question", "query"):
        yield name, options.get(name)
    yield "to", ", ".join(filter(None, map(name_of, list_of(options.get("recipients")))))
    for number, message in enumerate(map(mapping_of, list_of(options.get("messages"))), 1):
        talk = drawing.variable(message.get("dialogueVariableId"))
        said = name_of(message.get("content")) or (f"{{{{{talk}}}}}" if talk else "")
        yield f"message_{number}", said
