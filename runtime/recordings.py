"""Recordings: events of Segment's API, one JSON object a line, as visitors and what they did."""

from collections.abc import Iterable
from typing import Any

import orjson

from rules.model import Event
from runtime.events import BadEvent, parsed_time, read_event


def read_recording(lines: Iterable[str], most: int = 0) -> dict[str, list[Event]]:
    """Read a recording; BadEvent names the line that cannot be read. `most` 0 is no limit."""
    found: dict[str, list[Event]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if most and number > most:
            raise BadEvent(f"line {number}: at most {most} lines are read.")
        try:
            visitor, _id, event = _read(line)
        except (orjson.JSONDecodeError, BadEvent, ValueError) as error:
            raise BadEvent(f"line {number}: {error}") from error
        found.setdefault(visitor, []).append(event)
    return found


def _read(line: str) -> tuple[str, str, Event]:
    call: Any = orjson.loads(line)
    at = call.get("at") or parsed_time(call.get("timestamp")) if isinstance(call, dict) else 0
    if isinstance(at, bool) or not isinstance(at, int | float):
        raise BadEvent("at must be seconds.")
    return read_event(call, "track", float(at))
