"""Notices: what rules want agents to know about a visitor who needs nobody yet."""

from dataclasses import dataclass
from typing import Any

import orjson

from runtime.services import Services
from runtime.store import keys

MOST_SHOWN = 20


@dataclass(frozen=True)
class Notice:
    """A notice of a rule; `at` is seconds since 1970, `stored` is what names it."""

    visitor: str
    text: str
    rule: str
    at: float
    stored: str


async def notices(services: Services) -> tuple[list[Notice], int]:
    """Give the newest notices, and how many there are altogether."""
    rows: Any = await services.redis.zrevrange(keys.NOTICES, 0, MOST_SHOWN - 1)
    found = [(orjson.loads(row), row.decode()) for row in rows]
    many = int(await services.redis.zcard(keys.NOTICES))
    return [Notice(**values, stored=stored) for values, stored in found], many


async def dismiss(services: Services, stored: str) -> None:
    """Take a notice away for everybody: somebody saw to it."""
    await services.redis.zrem(keys.NOTICES, stored)
