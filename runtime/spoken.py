"""Messages as text, for what has to wait on a disk."""

from dataclasses import replace
from typing import Any

import orjson

from rules.model import Event
from runtime.messages import Message


def stored(message: Message) -> str:
    """Write a message as JSON."""
    return orjson.dumps(message).decode()


def message_of(text: str, name: str) -> Message:
    """Read a message again, under the name it is to count once by."""
    values: dict[str, Any] = orjson.loads(text)
    data = dict(values.pop("data"))
    if isinstance(data.get("event"), dict):
        data["event"] = Event(**data["event"])
    return replace(Message(**values, data=data), id=name)
