"""Connectors: the other systems that a flow may ask, one file each.

What a connector does is written here; the flow's step says what is sent along. Addresses may only
be reached as `plugins/connectors` allows, so a file that was imported can open no door by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.fields import KEY, NOTHING, Fields
from flows.model import Text
from flows.yaml_text import Document

LANGUAGES = ("json", "rasa")
"""What a system may speak: JSON of its own, or the protocol of Rasa's action servers."""
MOST_SECONDS = 10.0


@dataclass(frozen=True)
class Connector:
    """Another system. `fill` leads from slots to places in its answer, as dotted paths.

    `example` holds what it would fill: recorded talks and the try-chat never ask the system
    itself. `seconds` is how long a visitor may be kept waiting.
    """

    key: str
    title: Text = field(default_factory=dict)
    url: str = ""
    speaks: str = "json"
    seconds: float = 5.0
    fill: Mapping[str, str] = field(default_factory=dict)
    example: Mapping[str, Any] = field(default_factory=dict)

    @property
    def slots(self) -> frozenset[str]:
        """Name every slot that an answer may fill."""
        return frozenset((*self.fill, *self.example))


def read_connector(document: Document) -> Connector:
    """Read a connector file."""
    fields = Fields(document, document.value, ())
    key, title = fields.key("connector"), fields.text("title")
    url = fields.take("url", str, "")
    if url and not url.startswith(("https://", "http://")):
        fields.problem("bad_connector_url", "url", url=url[:100])
        url = ""
    speaks = fields.key("speaks", "json")
    if speaks not in LANGUAGES:
        fields.problem("bad_connector_language", "speaks", value=speaks)
        speaks = "json"
    seconds = float(fields.take("seconds", (int, float), 5.0))
    if not 0.1 <= seconds <= MOST_SECONDS:
        fields.problem("out_of_range", "seconds", key="seconds", least=0.1, most=MOST_SECONDS)
        seconds = 5.0
    fill = _slots(fields, "fill", str)
    example = _slots(fields, "example", (str, int, float, bool))
    fields.finish()
    return Connector(key, title, url, speaks, seconds, fill, example)


def _slots(fields: Fields, name: str, kinds: type | tuple[type, ...]) -> dict[str, Any]:
    found = {}
    for slot, value in fields.take(name, dict, NOTHING).items():
        if KEY.match(slot) and isinstance(value, kinds):
            found[slot] = value
        else:
            fields.problem("bad_slot", name, slot, slot=slot)
    return found
