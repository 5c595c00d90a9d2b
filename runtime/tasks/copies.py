"""Keeps where visitors stand beside Redis: what it holds of them when turns are archived."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql, sqlite

from runtime.db import transaction
from runtime.services import Services
from runtime.store import keys
from runtime.tables import SessionRow

KEPT_LINES = 20
AT_ONCE = 500


async def keep_sessions(services: Services, visitors: Iterable[str]) -> int:
    """Copy where some visitors stand now; gives how many were copied."""
    copied, everybody = 0, list(visitors)
    for begin in range(0, len(everybody), AT_ONCE):
        names = everybody[begin : begin + AT_ONCE]
        pipe = services.redis.pipeline(transaction=False)
        for visitor in names:
            pipe.hmget(keys.session(visitor), "v", "d")
            pipe.get(keys.lasting(visitor))
            pipe.lrange(keys.log(visitor), -KEPT_LINES, -1)
        found: Any = await pipe.execute()
        rows = [
            _row(visitor, services.now(), *found[at : at + 3])
            for visitor, at in zip(names, range(0, len(found), 3), strict=True)
            if found[at][1]  # It may have run out meanwhile.
        ]
        write_copies(services.engine, rows)
        copied += len(rows)
    return copied


def _row(
    visitor: str, at: float, held: Sequence[bytes], lasting: bytes | None, lines: Sequence[bytes]
) -> dict[str, Any]:
    return {
        "visitor": visitor,
        "at": at,
        "version": (held[0] or b"0").decode(),
        "data": held[1].decode(),
        "lasting": (lasting or b"").decode(),
        "lines": "[" + ",".join(line.decode() for line in lines) + "]",
    }


def write_copies(engine: Engine, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write copies over those of before."""
    if not rows:
        return
    kind = postgresql if engine.dialect.name == "postgresql" else sqlite
    statement = kind.insert(SessionRow)
    changed = {name: statement.excluded[name] for name in rows[0] if name != "visitor"}
    with transaction(engine) as database:
        database.execute(
            statement.on_conflict_do_update(index_elements=["visitor"], set_=changed), rows
        )
