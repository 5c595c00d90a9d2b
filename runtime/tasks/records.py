"""Celery's doors to what is kept: the archive, a Redis that was emptied, and what is too old."""

import time
from typing import Any

from celery import shared_task
from sqlalchemy import Engine, delete, select

from runtime.db import Base, transaction
from runtime.services import portal
from runtime.store.counting import COUNTED
from runtime.store.keys import LASTING_TTL
from runtime.tables import EventRow, RuleDecision, SessionRow
from runtime.tasks.archive import archive
from runtime.tasks.refill import refill

AT_ONCE = 2_000


@shared_task(name="runtime.archive", ignore_result=True)
def archive_events() -> None:
    """Copy what came since the last time, once a Redis that was emptied has its visitors back."""
    portal().call(refill)
    portal().call(archive)


@shared_task(name="runtime.forget", ignore_result=True)
def forget_old() -> None:
    """Delete what is older than it may be kept."""
    services = portal().services
    forget(services.engine, services.settings.keep_days, time.time())


def forget(engine: Engine, days: int, now: float) -> int:
    """Delete events of so many days ago, and where visitors stood whom nobody knows any more.

    Events that experiments are counted from stay: they say who saw and bought, and nothing that
    anybody wrote. A few thousand rows at a time, so that nobody waits for it. Gives how many.
    """
    old = EventRow.at < now - days * 86400.0, EventRow.name.not_in(COUNTED)
    many = _delete(engine, EventRow, EventRow.id, *old)
    with transaction(engine) as database:  # A few hundred of each rule; what they tell of is gone.
        database.execute(delete(RuleDecision).where(RuleDecision.at < now - days * 86400.0))
    gone = SessionRow.at < now - LASTING_TTL
    return many + _delete(engine, SessionRow, SessionRow.visitor, gone)


def _delete(engine: Engine, table: type[Base], key: Any, *which: Any) -> int:
    many = 0
    while True:
        with transaction(engine) as database:
            names = list(database.scalars(select(key).where(*which).limit(AT_ONCE)))
            database.execute(delete(table).where(key.in_(names)))
        many += len(names)
        if len(names) < AT_ONCE:
            return many
