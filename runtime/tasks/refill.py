"""Brings back to a Redis that was lost whole what is known of visitors (`copies.py`).

Their place and all that is known of them, the newest lines, their timers, the queue for a person,
and the counts of experiments. What had not been archived yet is gone.
"""

import logging
from typing import Any

import orjson
from sqlalchemy import Engine, select

from runtime import releases
from runtime.db import transaction
from runtime.engine.session import Session, from_values
from runtime.services import Services
from runtime.store import keys
from runtime.tables import SessionRow
from runtime.tasks.recount import recount

AT_ONCE = 500
_log = logging.getLogger(__name__)


async def refill(services: Services) -> bool:
    """Bring back what a Redis held that was emptied; True when there was something to do.

    The live release is named last: until then nobody is answered, so nobody begins anew who stood
    somewhere. What somebody writes meanwhile stays.
    """
    redis = services.redis
    number, _files = releases.live_files(services.engine)
    if not number or await redis.exists(keys.CURRENT):
        return False
    _log.warning("Redis holds no release: what is known of visitors is brought back")
    since, last, many = services.now() - keys.SESSION_TTL, "", 0
    while rows := _rows_after(services.engine, since, last):
        pipe = redis.pipeline(transaction=True)
        for row in rows:
            _bring_back(pipe, row, services.now())
        await pipe.execute()
        last, many = rows[-1].visitor, many + len(rows)
    try:
        await recount(services)
    except Exception:  # Visitors come first; `dialoom experiments recount` does it again.
        _log.exception("the counts of experiments are not back")
    await redis.set(keys.CURRENT, number, nx=True)
    _log.warning("%s sessions are back", many)
    return True


def _rows_after(engine: Engine, since: float, visitor: str) -> list[SessionRow]:
    query = select(SessionRow).where(SessionRow.at >= since, SessionRow.visitor > visitor)
    with transaction(engine, writes=False) as database:
        return list(database.scalars(query.order_by(SessionRow.visitor).limit(AT_ONCE)))


def _bring_back(pipe: Any, row: SessionRow, now: float) -> None:
    visitor, left = row.visitor, int(row.at + keys.SESSION_TTL - now)
    if left < 1:
        return
    pipe.hsetnx(keys.session(visitor), "v", row.version)
    pipe.hsetnx(keys.session(visitor), "d", row.data)
    pipe.expire(keys.session(visitor), left)
    if row.lasting:
        pipe.set(keys.lasting(visitor), row.lasting, ex=keys.LASTING_TTL, nx=True)
    lines = [orjson.dumps(line) for line in orjson.loads(row.lines)]
    if lines:
        pipe.delete(keys.log(visitor))
        pipe.rpush(keys.log(visitor), *lines)
        pipe.expire(keys.log(visitor), left)
    session = from_values(orjson.loads(row.data))
    _bring_back_waits(pipe, session, row.at)


def _bring_back_waits(pipe: Any, session: Session, at: float) -> None:
    """Arm the timers of a session again, and put its visitor back into the queue for a person."""
    visitor = session.visitor
    for rule, (generation, due) in session.rules.armed.items():
        member = keys.timer(visitor, rule, generation)
        pipe.zadd(keys.timers(visitor), {member: int(due * 1000) + 1}, nx=True)
    if session.desk:
        pipe.zadd(keys.DESK, {visitor: at}, nx=True)
