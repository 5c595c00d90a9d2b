"""Finds plugins by entry point and collects what they bring."""

from functools import cache

import pluggy
from sqlalchemy import Engine

from rules.facts import FactSource, bring
from runtime.hookspecs import PROJECT, Connector, Hooks

GROUP = "dialoom.plugins"


def load_connectors(engine: Engine) -> dict[str, Connector]:
    """Give every connector by its key."""
    brought: list[list[Connector]] = _manager().hook.register_connectors(engine=engine)
    return {connector.key: connector for connectors in brought for connector in connectors}


def load_facts() -> None:
    """Add the facts of every plugin to the dictionary; twice does no harm."""
    found: list[list[FactSource]] = _manager().hook.register_facts()
    for source in (source for sources in found for source in sources):
        bring(source)


@cache
def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    manager.load_setuptools_entrypoints(GROUP)
    return manager
