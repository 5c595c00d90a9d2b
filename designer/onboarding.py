"""First steps: what somebody has done already, seen from what is recorded anyway."""

from dataclasses import dataclass

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from designer.tables import AuditEntry, Change, Version
from flows.diff import differences
from runtime.db import transaction

MOST_EDITS = 50


@dataclass(frozen=True)
class FirstSteps:
    """Which of the first steps somebody has taken."""

    flow: bool
    wording: bool
    tried: bool
    published: bool

    @property
    def done(self) -> int:
        """Count the steps taken."""
        return sum((self.flow, self.wording, self.tried, self.published))

    @property
    def all(self) -> int:
        """Count the steps there are."""
        return 4


def first_steps(engine: Engine, author: str) -> FirstSteps:
    """See how far somebody has come."""
    mine = select(Version.change_id).join(Change, Change.id == Version.change_id)
    mine = mine.where(Change.author == author)
    with transaction(engine, writes=False) as database:
        made = database.scalar(mine.where(Version.path.like("flows/%")).limit(1))
        worded = any(_is_worded(database, change) for change in _edits_of_scripts(database, author))
        rows = select(AuditEntry.what, func.count()).where(AuditEntry.author == author)
        deeds = {what for what, _ in database.execute(rows.group_by(AuditEntry.what))}
    tried, published = "try" in deeds, bool(deeds & {"publish", "publication asked"})
    return FirstSteps(made is not None, worded, tried, published)


def _edits_of_scripts(database: Session, author: str) -> list[int]:
    query = select(Version.id).join(Change, Change.id == Version.change_id)
    query = query.where(Change.author == author, Version.path.like("scripts/%"))
    return list(database.scalars(query.where(Version.before.is_not(None)).limit(MOST_EDITS)))


def _is_worded(database: Session, version: int) -> bool:
    """Say whether an edit changed what a script says, not only how it is chosen."""
    row = database.get_one(Version, version)
    old, new = {row.path: row.before or ""}, {row.path: row.after or ""}
    return any(
        found.code.startswith("wording_") or "variants" in found.names
        for found in differences(old, new)
    )
