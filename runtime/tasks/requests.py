"""Asks other systems what flows want to know, many at once, and hands back what they answer.

Each is asked under the key of its step, which also names the answer: a worker that dies is
followed by another that asks again under the same key, and the visitor hears one answer.
"""

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson

from runtime.conversation import handle
from runtime.engine.effects import Button, Say
from runtime.engine.turn import Answered
from runtime.errors import ConnectorFailed, RuntimeFailed
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from runtime.store.streams import Share, acknowledge, waiting_entries

MOST_AT_ONCE = 32
QUESTIONS = Share(keys.REQUESTS, "requests", lying_ms=15_000)
"""Given again after longer than any connector may take, so that nobody asks twice at once."""
_log = logging.getLogger(__name__)


class Requests:
    """The questions of one worker that are under way."""

    def __init__(self, services: Services, consumer: str) -> None:
        self._services, self._consumer = services, consumer
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, "connector")
        self._asking: set[asyncio.Task[None]] = set()

    async def ask_once(self, wait_ms: int = 500) -> int:
        """Begin to ask what waits, as far as there is room; gives how many were begun."""
        free = MOST_AT_ONCE - len(self._asking)
        if free == 0:
            await asyncio.wait(self._asking, return_when=asyncio.FIRST_COMPLETED)
            return 0
        entries = await waiting_entries(
            self._services.redis, QUESTIONS, self._consumer, free, wait_ms
        )
        for entry_id, fields in entries:
            task = asyncio.create_task(self._ask(entry_id, orjson.loads(fields[b"e"])))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)
        return len(entries)

    async def _ask(self, entry_id: bytes, entry: Mapping[str, Any]) -> None:
        services = self._services
        answer = await self._answer(entry)
        message = Message(
            entry["visitor"], "system", id=entry["key"], kind="answered", data={"answer": answer}
        )
        try:
            await handle(services, message)
        except RuntimeFailed as error:
            _log.warning("answer %s is given again: %r", entry["key"], error)
            return
        await acknowledge(services.redis, QUESTIONS, entry_id)

    async def _answer(self, entry: Mapping[str, Any]) -> Answered:
        key, name = str(entry["key"]), str(entry["connector"])
        connector = self._services.connectors.get(name)
        if connector is None:
            return Answered(key, failed=f"no connector {name}")
        if not entry["arguments"]["url"]:
            return Answered(key, failed="no address")
        loop = asyncio.get_running_loop()
        try:
            given = await loop.run_in_executor(
                self._threads, connector.call, entry["arguments"], key
            )
        except ConnectorFailed as error:
            return Answered(key, failed=str(error)[:200] or "failed")
        except Exception as error:  # Whatever a plugin does, the visitor gets an answer.
            _log.exception("connector %s broke on %s", name, key)
            return Answered(key, failed=type(error).__name__)
        return Answered(key, given.get("slots", {}), tuple(map(_said, given.get("says", ()))))


def _said(line: Mapping[str, Any]) -> Say:
    """Turn what an action server says into something we say."""
    buttons = (Button(str(b["title"]), str(b["payload"])) for b in line.get("buttons", ()))
    card = {"kind": "card", "image": str(line["image"])} if line.get("image") else {}
    return Say(str(line.get("text", ""))[:10_000], tuple(buttons), card=card)
