"""The event spec: what a page may report, in Segment's shape, read into our events.

Names of ecommerce events follow Segment's spec (`Product Viewed`, `Order Completed` …); any other
name is welcome too. Values are kept small: nothing a page sends can grow a session without end.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rules.model import Event

MOST_PROPERTIES = 40
MOST_TEXT = 500
MOST_WAIT = 86400.0
TYPES = ("track", "page", "identify", "alias", "screen", "group")


class BadEvent(ValueError):
    """An event that cannot be read; the text says what is missing."""


def read_event(call: Mapping[str, Any], kind: str, now: float) -> tuple[str, str, Event]:
    """Read one call of Segment's HTTP API into visitor, message id and event."""
    if not isinstance(call, Mapping):
        raise BadEvent("An event must be an object.")
    kind = str(call.get("type") or kind)
    if kind not in TYPES:
        raise BadEvent(f"type {kind[:40]!r} is not one of {', '.join(TYPES)}.")
    visitor = call.get("anonymousId") or call.get("userId")
    if not isinstance(visitor, str | int) or not str(visitor).strip():
        raise BadEvent("anonymousId or userId is missing.")
    if kind == "track":
        name = call.get("event")
        if not isinstance(name, str) or not name.strip():
            raise BadEvent("event is missing.")
    else:
        name = kind
    properties = call.get("traits" if kind in ("identify", "group") else "properties") or {}
    if not isinstance(properties, Mapping):
        raise BadEvent("properties must be an object.")
    said = _small(properties)
    if kind == "page":
        said.setdefault("path", _page_path(call))
    at, sent = _when(call, now), parsed_time(call.get("timestamp"))
    message_id = str(call.get("messageId") or "")[:100]
    return str(visitor), message_id, Event(name.strip()[:100], at, said, sent)


def _page_path(call: Mapping[str, Any]) -> str:
    context = call.get("context")
    page = context.get("page") if isinstance(context, Mapping) else None
    path = page.get("path") if isinstance(page, Mapping) else ""
    return str(path or "")[:MOST_TEXT]


def locale_of(call: Mapping[str, Any]) -> str:
    """Give the language a call names in its context, such as `en-US`; empty when it names none."""
    context = call.get("context")
    locale = context.get("locale") if isinstance(context, Mapping) else ""
    return str(locale or "")[:20]


def _small(values: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in list(values.items())[:MOST_PROPERTIES]:
        if isinstance(value, str):
            kept[str(name)[:60]] = value[:MOST_TEXT]
        elif isinstance(value, bool | int | float):
            kept[str(name)[:60]] = value
        elif isinstance(value, list) and depth < 1:
            items = [item for item in value[:20] if isinstance(item, Mapping)]
            kept[str(name)[:60]] = [_small(item, depth + 1) for item in items]
    return kept


def _when(call: Mapping[str, Any], now: float) -> float:
    """Say when an event happened by our clock: as long ago as its sender says it waited.

    A visitor's own clock may be off by hours, so only the difference of two of its times counts.
    """
    sent, happened = parsed_time(call.get("sentAt")), parsed_time(call.get("timestamp"))
    waited = sent - happened if sent and happened else 0.0
    return now - min(max(waited, 0.0), MOST_WAIT)


def parsed_time(given: Any) -> float:
    """Read an ISO time as seconds since 1970; 0 when it is none."""
    if not isinstance(given, str):
        return 0.0
    try:
        return datetime.fromisoformat(given.replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError):
        return 0.0
