"""Tells another system what a rule saw: a signed message as Standard Webhooks has it.

What the other system answers is not read; a status of success is all that counts.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine

from plugins.connectors.outside import tell, trusted
from runtime.hookspecs import Connector, hookimpl


class Webhook:
    """Posts a message that says its kind, its time and its data."""

    key = "webhook"

    def call(self, arguments: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """Post `body` to `url`, signed with `secret`."""
        allowed, _secret = trusted()
        tell(
            arguments["url"],
            arguments["body"],
            key=key,
            seconds=float(arguments["seconds"]),
            secret=str(arguments["secret"]),
            allowed=allowed,
        )
        return {}


@hookimpl
def register_connectors(engine: Engine) -> list[Connector]:
    """Bring one connector; it needs no database."""
    return [Webhook()]
