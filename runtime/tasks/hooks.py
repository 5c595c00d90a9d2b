"""Tells other systems what rules want them to know, until they have heard it or a day is over.

A system that does not take a message is left alone for a while, longer each time; what else waits
for it meanwhile is put off without a try, so that one that is down holds up no other.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson

from runtime.errors import ConnectorFailed
from runtime.services import Services
from runtime.settings import signing_secret
from runtime.store import hooks, keys
from runtime.store.deliveries import bring_back, lay_aside, put_off
from runtime.store.hooks import HOOKS
from runtime.store.streams import waiting_entries
from runtime.tasks.resting import Resting, pause

MOST_AT_ONCE = 16
GIVEN_UP_AFTER = 86_400.0
_log = logging.getLogger(__name__)


class Hooks:
    """The messages of one worker that are under way."""

    def __init__(self, services: Services, consumer: str) -> None:
        self._services, self._consumer = services, consumer
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, "webhook")
        self._resting = Resting(services.dice)
        self._secret = signing_secret(services.settings)

    async def tell_once(self, wait_ms: int = 500) -> int:
        """Tell what waits; gives how many messages that were."""
        redis = self._services.redis
        await bring_back(redis, hooks.TOLD, self._services.now())
        entries = await waiting_entries(redis, HOOKS, self._consumer, MOST_AT_ONCE, wait_ms)
        await asyncio.gather(*(self._tell(i, orjson.loads(fields[b"e"])) for i, fields in entries))
        return len(entries)

    async def _tell(self, entry_id: bytes, entry: dict[str, Any]) -> None:
        redis, now = self._services.redis, self._services.now()
        connector = entry["connector"]
        until = self._resting.until(connector, now)
        if until and now * 1000 < entry["since"] + GIVEN_UP_AFTER * 1000:
            await put_off(redis, hooks.TOLD, entry_id, entry, until)
            return
        failed = await self._try(entry)
        now = self._services.now()
        if failed is None:
            self._resting.went_well(connector)
            await hooks.told(redis, entry_id, entry, now)
            return
        _log.warning("%s was not told %s: %s", connector, entry["key"], failed)
        values = {name: str(value) for name, value in failed.values.items()}
        entry |= {"why": failed.reason, "values": values, "tries": entry["tries"] + 1}
        self._resting.failed(connector, entry["key"], now)
        if now * 1000 >= entry["since"] + GIVEN_UP_AFTER * 1000:
            event = hooks.event_of(entry, "not_told", now)
            await lay_aside(redis, hooks.TOLD, entry_id, entry, event)
        else:
            at = now + pause(entry["tries"] - 1, self._services.dice)
            await put_off(redis, hooks.TOLD, entry_id, entry, at)

    async def _try(self, entry: dict[str, Any]) -> ConnectorFailed | None:
        """Tell it now; gives why that failed, None when it did not."""
        url, seconds = await self._place(entry)
        said = {"url": url, "seconds": seconds, "body": entry["body"], "secret": self._secret}
        connector = self._services.connectors["webhook"]
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._threads, connector.call, said, entry["key"])
        except ConnectorFailed as error:
            return error
        return None

    async def _place(self, entry: dict[str, Any]) -> tuple[str, float]:
        """Give where it is told today: an operator may have mended the address meanwhile."""
        number = int(await self._services.redis.get(keys.CURRENT) or 0)
        if number:
            found = (await self._services.releases.get(number)).book.connectors
            if entry["connector"] in found:
                connector = found[entry["connector"]]
                return connector.url, connector.seconds
        return entry["url"], entry["seconds"]
