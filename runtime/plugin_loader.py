"""Finds plugins by entry point and collects what they bring."""

import pluggy
from sqlalchemy import Engine

from runtime.hookspecs import PROJECT, Connector, Hooks

GROUP = "dialoom.plugins"


def load_connectors(engine: Engine) -> dict[str, Connector]:
    """Give every connector by its key."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    manager.load_setuptools_entrypoints(GROUP)
    brought: list[list[Connector]] = manager.hook.register_connectors(engine=engine)
    return {connector.key: connector for connectors in brought for connector in connectors}
