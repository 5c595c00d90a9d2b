"""Delivers what turns have committed: outbox entries to their connectors, with their keys.

An entry is acknowledged only after its outcome was committed to the visitor's log under the same
key, so a relay that dies at any point is repeated without a second effect.
"""

import asyncio
import logging
from typing import Any

import orjson
from redis.exceptions import RedisError

from runtime.conversation import handle
from runtime.errors import RuntimeFailed
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from runtime.store.streams import Share, acknowledge, waiting_entries

EFFECTS = Share(keys.OUTBOX, "relay", lying_ms=3_000)
_log = logging.getLogger(__name__)


async def relay_once(services: Services, consumer: str, wait_ms: int = 500) -> int:
    """Deliver what waits, what another relay left lying first; gives how many were delivered."""
    entries = await waiting_entries(services.redis, EFFECTS, consumer, 50, wait_ms)
    delivered = 0
    for entry_id, fields in entries:
        if await _deliver(services, orjson.loads(fields[b"e"])):
            await acknowledge(services.redis, EFFECTS, entry_id)
            delivered += 1
    return delivered


async def _deliver(services: Services, entry: dict[str, Any]) -> bool:
    connector = services.connectors.get(entry["connector"])
    if connector is None:
        _log.error("no connector %s; entry %s waits", entry["connector"], entry["key"])
        return False
    try:
        outcome = await asyncio.to_thread(connector.call, entry["arguments"], entry["key"])
        card = {**entry["card"], **outcome}
        data = {"card": card, "coupon": entry["arguments"]["coupon"]}
        given = Message(entry["visitor"], "outbox", id=entry["key"], kind="coupon", data=data)
        await handle(services, given)
    except RuntimeFailed as error:
        _log.warning("entry %s is tried again: %r", entry["key"], error)
        return False
    except (RedisError, OSError):
        raise  # Nothing else would get through either.
    except Exception:
        _log.exception("entry %s is tried again: %s broke", entry["key"], entry["connector"])
        return False
    return True
