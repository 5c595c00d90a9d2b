"""What other systems did not take: for operators to look at, and to try again."""

from dataclasses import dataclass
from typing import Any

import orjson

from runtime.errors import ConnectorFailed
from runtime.services import Services
from runtime.store import keys
from runtime.store.deliveries import wait_again
from runtime.store.hooks import TOLD

PLACES = (keys.HOOKS_LATER, keys.HOOKS_FAILED)


@dataclass(frozen=True)
class Undelivered:
    """A message that a system did not take; `since` is in seconds since 1970.

    `why` is None where it was not tried yet, and `gone` where it was given up.
    """

    visitor: str
    rule: str
    since: float
    why: ConnectorFailed | None
    gone: bool
    key: str = ""
    """The key it is told under: visitor, rule, connector and second, then a count."""


async def undelivered(services: Services, connector: str) -> list[Undelivered]:
    """List what a connector did not take, the oldest first."""
    found = []
    for place, _stored, entry in await _left(services, connector):
        why = ConnectorFailed(entry["why"], **entry["values"]) if "why" in entry else None
        said = (entry["visitor"], entry["body"]["data"]["rule"], entry["since"] / 1000)
        found.append(Undelivered(*said, why, place == keys.HOOKS_FAILED, str(entry["key"])))
    return sorted(found, key=lambda one: one.since)


async def try_again(services: Services, connector: str) -> int:
    """Begin anew with everything that a connector did not take; gives how many messages."""
    many, now = 0, int(services.now() * 1000)
    for place, stored, entry in await _left(services, connector):
        anew = orjson.dumps(entry | {"tries": 0, "since": now})
        many += await wait_again(services.redis, TOLD, place, stored, anew)
    return many


async def _left(services: Services, connector: str) -> list[tuple[str, bytes, dict[str, Any]]]:
    found = []
    for place in PLACES:
        rows: Any = await services.redis.zrange(place, 0, -1)
        entries = ((place, stored, orjson.loads(stored)) for stored in rows)
        found += [one for one in entries if one[2]["connector"] == connector]
    return found
