"""Five bugs that the checker has to find: each wraps a function, and is there while it is on."""

import asyncio
import importlib
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

IsOn = Callable[[str], bool]
_LATER: set[asyncio.Task[Any]] = set()
LATE = 0.4
"""Seconds after which a commit follows that was acknowledged before."""


def _load(is_on: IsOn, _module: ModuleType, load: Any) -> Any:
    async def found(self: Any, visitor: str, message_id: str = "") -> Any:
        return await load(self, visitor, "" if is_on("dedupe_removed") else message_id)

    return found


def _commit(is_on: IsOn, _module: ModuleType, commit: Any) -> Any:
    async def found(self: Any, seen: Any, what: Any, message_id: str) -> bool:
        if is_on("dedupe_removed"):
            message_id = ""
        if is_on("version_check_removed"):
            there = await self._redis.hget(f"s:{what.session.visitor}", "v")
            seen = replace(seen, version=(there or b"0").decode())
        if not is_on("acknowledged_before_commit"):
            return bool(await commit(self, seen, what, message_id))

        async def later() -> None:
            await asyncio.sleep(LATE)
            await commit(self, seen, what, message_id)

        task = asyncio.create_task(later())
        _LATER.add(task)
        task.add_done_callback(_LATER.discard)
        return True

    return found


def _entries(is_on: IsOn, module: ModuleType, waiting_entries: Any) -> Any:
    async def found(redis: Any, share: Any, *more: Any) -> Any:
        entries = await waiting_entries(redis, share, *more)
        if is_on("marked_before_sent"):
            for entry_id, _fields in entries:
                await module.acknowledge(redis, share, entry_id)
        return entries

    return found


def _kinds(is_on: IsOn, module: ModuleType, kinds: dict[str, Any]) -> dict[str, Any]:
    right = kinds["timer"]

    def timer(release: Any, session: Any, moment: Any) -> Any:
        if not is_on("timer_generation_ignored"):
            return right(release, session, moment)
        key = moment.message.data["rule"]
        woken = [rule for rule in release.rules if rule.key == key]
        fire = importlib.import_module("runtime.doing").fire
        turn = module._turn(release, session, moment)
        return fire(release, session, turn, woken, "timer")

    return {**kinds, "timer": timer}


BUGGY = (
    ("runtime.store.sessions", "Sessions.load", _load),
    ("runtime.store.sessions", "Sessions.commit", _commit),
    ("runtime.tasks.relay", "waiting_entries", _entries),
    ("runtime.thinking", "_KINDS", _kinds),
)
