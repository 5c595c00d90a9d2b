"""Delivers what turns have committed: outbox entries to their connectors, with their keys.

An entry is acknowledged only after its outcome was committed to the visitor's log under the same
key, so a relay that dies at any point is repeated without a second effect. A system that knows no
keys is never asked twice by itself: what may have arrived is laid aside for a person.
"""

import asyncio
import logging
from typing import Any

import orjson

from runtime.conversation import handle
from runtime.errors import ConnectorFailed, OutcomeUnknown, RuntimeFailed
from runtime.hookspecs import Connector
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from runtime.store.deliveries import bring_back, lay_aside, put_off
from runtime.store.outbox import EFFECTS, GIVEN
from runtime.store.streams import acknowledge, waiting_entries
from runtime.tasks.resting import Resting, pause

GIVEN_UP_AFTER = 86_400.0
MOST_AT_ONCE = 16
UNKNOWN = "It cannot be told whether it arrived"
_log = logging.getLogger(__name__)
Entry = dict[str, Any]
BEGUN = b"begun"


class Relay:
    """The deliveries of one worker, and which systems it leaves alone for now."""

    def __init__(self, services: Services, consumer: str) -> None:
        self._services, self._consumer = services, consumer
        self._resting = Resting(services.dice)

    async def once(self, wait_ms: int = 500) -> int:
        """Deliver what waits; gives how many were delivered."""
        redis = self._services.redis
        await bring_back(redis, GIVEN, self._services.now())
        entries = await waiting_entries(redis, EFFECTS, self._consumer, MOST_AT_ONCE, wait_ms)
        now = int(self._services.now() * 1000)
        given = [(i, {"since": now, **orjson.loads(fields[b"e"])}) for i, fields in entries]
        return sum(await asyncio.gather(*(self._deliver(i, entry) for i, entry in given)))

    async def _deliver(self, entry_id: bytes, entry: Entry) -> bool:
        services, system = self._services, str(entry["connector"])
        now = services.now()
        if until := self._resting.until(system, now):
            await put_off(services.redis, GIVEN, entry_id, entry, until)
            return False
        try:
            outcome = await self._call(services.connectors.get(system), entry)
        except ConnectorFailed as error:
            await self._failed(entry_id, entry, error)
            return False
        self._resting.went_well(system)
        try:
            await self._tell(entry, outcome)
        except RuntimeFailed as error:  # It is done; only the visitor's log has not heard of it.
            _log.warning("entry %s is noted again: %r", entry["key"], error)
            return False
        await acknowledge(services.redis, EFFECTS, entry_id)
        return True

    async def _call(self, connector: Connector | None, entry: Entry) -> dict[str, Any]:
        """Call a system; one that knows no keys only where nobody has begun to."""
        if connector is None:
            raise ConnectorFailed("There is no connector “%(name)s”", name=entry["connector"])
        if getattr(connector, "keyed", True):
            return await _called(connector, entry, ConnectorFailed)
        redis, mark = self._services.redis, keys.begun(entry["key"])
        if not await redis.set(mark, BEGUN, nx=True, ex=keys.BEGUN_TTL):
            known = await redis.get(mark)
            if known in (None, BEGUN):
                raise OutcomeUnknown(UNKNOWN)
            return dict(orjson.loads(known))
        try:
            outcome = await _called(connector, entry, OutcomeUnknown)
        except OutcomeUnknown:
            raise
        except ConnectorFailed:  # It said so itself: nothing has happened.
            await redis.delete(mark)
            raise
        await redis.set(mark, orjson.dumps(outcome), ex=keys.BEGUN_TTL)
        return outcome

    async def _failed(self, entry_id: bytes, entry: Entry, error: ConnectorFailed) -> None:
        services, now = self._services, self._services.now()
        _log.warning("entry %s was not delivered: %s", entry["key"], error)
        keyed = getattr(services.connectors.get(entry["connector"]), "keyed", True)
        tries = entry.get("tries", 0)
        entry |= {"tries": tries + 1, "why": error.reason, "values": dict(error.values)}
        entry["unknown"] = isinstance(error, OutcomeUnknown) and not keyed
        if entry["unknown"] or now * 1000 >= entry["since"] + GIVEN_UP_AFTER * 1000:
            data = {"connector": entry["connector"], "key": entry["key"], "why": str(error)}
            event = {"name": "not_given", "visitor": entry["visitor"], "at": now, "data": data}
            await lay_aside(services.redis, GIVEN, entry_id, entry, event)
            return
        self._resting.failed(entry["connector"], entry["key"], now)
        at = now + pause(tries, services.dice)
        await put_off(services.redis, GIVEN, entry_id, entry, at)

    async def _tell(self, entry: Entry, outcome: dict[str, Any]) -> None:
        """Write what was given into the visitor's log."""
        card = {**entry["card"], **outcome}
        data = {"card": card, "coupon": entry["arguments"]["coupon"]}
        given = Message(entry["visitor"], "outbox", id=entry["key"], kind="coupon", data=data)
        await handle(self._services, given)


async def _called(
    connector: Connector, entry: Entry, broken: type[ConnectorFailed]
) -> dict[str, Any]:
    """Call a connector; whatever it raises besides is `broken`."""
    try:
        return dict(await asyncio.to_thread(connector.call, entry["arguments"], entry["key"]))
    except ConnectorFailed:
        raise
    except Exception as error:  # Whatever a plugin does, the others are delivered.
        _log.exception("connector %s broke on %s", entry["connector"], entry["key"])
        raise broken("%(name)s", name=type(error).__name__) from error
