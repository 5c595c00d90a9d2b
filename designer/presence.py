"""Who else is here: each open tab says so every few seconds; a silent tab counts no more."""

import time
from dataclasses import dataclass

from sqlalchemy import Engine, delete, select

from designer.tables import Presence
from runtime.db import transaction

COUNTS_FOR = 12.0
"""Seconds after which a silent tab is gone; tabs speak up every three."""


@dataclass(frozen=True)
class Somebody:
    """A person who has the same place open, and the step they look at."""

    author: str
    name: str
    step: str


def announce(engine: Engine, tab: str, place: str, who: Somebody) -> list[Somebody]:
    """Say that a tab has a place open; gives who else has, each person once."""
    now = time.time()
    with transaction(engine) as database:
        database.execute(delete(Presence).where(Presence.seen_at < now - COUNTS_FOR))
        database.merge(
            Presence(
                tab=tab[:60],
                place=place,
                author=who.author,
                name=who.name[:60],
                step=who.step[:64],
                seen_at=now,
            )
        )
        others = select(Presence).where(Presence.place == place, Presence.tab != tab[:60])
        found = {
            row.author: Somebody(row.author, row.name, row.step)
            for row in database.scalars(others.order_by(Presence.seen_at))
        }
    return [other for author, other in sorted(found.items()) if author != who.author or other.step]


def leave(engine: Engine, tab: str) -> None:
    """Say that a tab was closed."""
    with transaction(engine) as database:
        database.execute(delete(Presence).where(Presence.tab == tab[:60]))
