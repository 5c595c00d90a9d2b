"""The audit list: every change of a draft, and every deed beside, in one order."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select, union_all

from designer.tables import AuditEntry, Change
from runtime.db import transaction

MOST = 100


@dataclass(frozen=True)
class Line:
    """One deed: when, who, what, and what it was done to."""

    at: datetime
    author: str
    what: str
    detail: str


def lines(engine: Engine, before: str = "", who: str = "", what: str = "") -> list[Line]:
    """List the newest deeds; `before` is the time of the last line of the page above."""
    edits = select(
        Change.at.label("at"),
        Change.author.label("author"),
        Change.label.label("what"),
        Change.place.label("detail"),
    )
    deeds = select(AuditEntry.at, AuditEntry.author, AuditEntry.what, AuditEntry.detail)
    both = union_all(edits, deeds).subquery()
    query = select(both).order_by(both.c.at.desc()).limit(MOST)
    if before:
        try:
            query = query.where(both.c.at < datetime.fromisoformat(before))
        except ValueError:
            return []
    if who:
        query = query.where(both.c.author.contains(who, autoescape=True))
    if what:
        found = both.c.what.contains(what, autoescape=True)
        query = query.where(found | both.c.detail.contains(what, autoescape=True))
    with transaction(engine, writes=False) as database:
        return [Line(row.at, row.author, row.what, row.detail) for row in database.execute(query)]
