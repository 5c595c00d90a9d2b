"""The weights and experiments in force: read once, and again when their mark has changed.

Whoever changes them changes the mark in the same transaction, and every turn reads that mark with
its session; so a turn that begins after a change knows of it. A version of ours that knows no mark
may write during a restart, so what was read is not believed for ever.
"""

import time
from collections.abc import Mapping

import orjson

from runtime.engine.experiments import Running, read_running
from runtime.store import keys
from runtime.store.batches import Batches

BELIEVED = 10.0
"""Seconds; without a mark a tenth of it."""
Found = tuple[Mapping[str, Mapping[str, float]], Mapping[str, Running]]


class InForce:
    """What is in force, as this process has read it last."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        self._mark: bytes | None = None
        self._until = 0.0
        self._found: Found = ({}, {})

    def known(self, mark: bytes | None) -> Found | None:
        """Give what is in force if it was read under this mark, and not long ago."""
        if mark != self._mark or time.monotonic() > self._until:
            return None
        return self._found

    async def read(self) -> Found:
        """Read it. The mark comes first: what changes meanwhile is read again."""
        mark, weights, running = await self._batches.run(
            ("GET", keys.IN_FORCE), ("HGETALL", keys.WEIGHTS), ("HGETALL", keys.RUNNING)
        )
        found = (
            {script.decode(): orjson.loads(value) for script, value in weights.items()},
            {script.decode(): read_running(orjson.loads(one)) for script, one in running.items()},
        )
        self._mark, self._found = mark, found
        self._until = time.monotonic() + (BELIEVED if mark else BELIEVED / 10)
        return found
