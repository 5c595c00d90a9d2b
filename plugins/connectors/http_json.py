"""Asks a business system in plain JSON: what the step sends goes out, what it names comes back."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine

from plugins.connectors.outside import post, trusted
from runtime.errors import ConnectorFailed
from runtime.hookspecs import Connector, hookimpl

MOST_LETTERS = 2_000
_INDEX = re.compile(r"[0-9]{1,5}\Z")


class HttpJson:
    """Posts values and fills slots from places in the answer."""

    key = "http_json"

    def call(self, arguments: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """Post `send` to `url` and give the `slots` that `fill` leads to, by dotted paths."""
        allowed, secret = trusted()
        body = {"visitor": arguments["visitor"], "step": arguments["step"], **arguments["send"]}
        answer = post(
            arguments["url"],
            body,
            key=key,
            seconds=float(arguments["seconds"]),
            secret=secret,
            allowed=allowed,
        )
        fill: Mapping[str, str] = arguments["fill"]
        found = {slot: plain_value(_follow(answer, path)) for slot, path in fill.items()}
        slots = {slot: value for slot, value in found.items() if value is not None}
        if fill and not slots:
            raise ConnectorFailed("the answer has no %(places)s", places=", ".join(fill.values()))
        return {"slots": slots}


def plain_value(value: Any) -> str | int | float | bool | None:
    """Give a value as a slot can hold it; lists become one text, None is what cannot be held."""
    if isinstance(value, str):
        return value[:MOST_LETTERS]
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, list) and all(isinstance(v, str | bool | int | float) for v in value):
        return ", ".join(_text(v) for v in value)[:MOST_LETTERS]
    return None


@hookimpl
def register_connectors(engine: Engine) -> list[Connector]:
    """Bring one connector; it needs no database."""
    return [HttpJson()]


def _follow(value: Any, path: str) -> Any:
    """Follow a path such as `items.0.name`; None when it leads nowhere."""
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and _INDEX.match(part) and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _text(value: str | bool | int | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
