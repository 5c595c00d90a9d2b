"""First steps: what somebody has done already, seen from what is recorded anyway."""

from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from designer.tables import AuditEntry, Change, Version
from runtime.db import transaction


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
        worded = database.scalar(
            mine.where(Version.path.like("scripts/%"), Version.before.is_not(None)).limit(1)
        )
        rows = select(AuditEntry.what, func.count()).where(AuditEntry.author == author)
        deeds = {what for what, _ in database.execute(rows.group_by(AuditEntry.what))}
    tried, published = "try" in deeds, bool(deeds & {"publish", "publication asked"})
    return FirstSteps(made is not None, worded is not None, tried, published)
