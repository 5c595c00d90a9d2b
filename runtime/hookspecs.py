"""Every plugin hook on one page."""

from collections.abc import Mapping
from typing import Any, Protocol

import pluggy
from sqlalchemy import Engine

from rules.facts import FactSource

PROJECT = "dialoom"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Connector(Protocol):
    """Another system that an effect may reach. Calls with the same key must happen once.

    One whose system knows no keys says `keyed = False`: where it cannot be told whether a call
    arrived, it is not made again by itself, but laid aside for a person.
    """

    @property
    def key(self) -> str:
        """Name the connector as effects do."""

    def call(self, arguments: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """Do it, once for each key.

        Raises ConnectorFailed when it may be tried again, OutcomeUnknown when it may have arrived.
        """


class Hooks:
    """What plugins may bring."""

    @hookspec
    def register_connectors(self, engine: Engine) -> list[Connector]:
        """Bring connectors; `engine` is the workspace's database."""
        return []

    @hookspec
    def register_facts(self) -> list[FactSource]:
        """Bring facts that rules may ask about."""
        return []
