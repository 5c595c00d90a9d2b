"""Releases that wait: for a second pair of eyes, or for their time."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import Engine, select, update

from designer import drafts, history
from designer.publishing import needs_second, note, publish_files, without
from designer.tables import Publication
from flows.diff import Difference, differences
from flows.edits import EditRefused
from runtime.db import transaction
from runtime.errors import CannotPublish
from runtime.releases import live_files
from runtime.services import Portal

OPEN = ("waiting", "scheduled")


def ask(
    engine: Engine,
    author: str,
    message: str,
    due_at: datetime | None,
    left_out: Collection[str] = (),
) -> Publication:
    """Ask for a release of the drafts as they are now; it waits for its time or a second person.

    What is left out stays as it is live when the release goes out.
    """
    state = "waiting" if needs_second(engine) else "scheduled"
    rev = drafts.newest(engine)
    asked = Publication(
        author=author, message=message[:500], change_id=rev, due_at=due_at, state=state
    )
    asked.left_out = sorted(left_out)
    with transaction(engine) as database:
        database.add(asked)
    note(engine, author, "publication asked", f"{asked.id}: {message}")
    return asked


def waiting(engine: Engine) -> list[Publication]:
    """List what waits, the oldest first."""
    with transaction(engine, writes=False) as database:
        query = select(Publication).where(Publication.state.in_(OPEN)).order_by(Publication.id)
        return list(database.scalars(query))


def changes(engine: Engine, asked: Publication) -> list[Difference]:
    """Name what would change for visitors if it went out now: not what the drafts are by now."""
    _number, live = live_files(engine)
    files = without(history.files_at(engine, asked.change_id), live, asked.left_out)
    return differences(live, files)


def recent(engine: Engine, most: int = 5) -> list[Publication]:
    """List what was decided last."""
    with transaction(engine, writes=False) as database:
        query = select(Publication).where(Publication.state.not_in(OPEN))
        return list(database.scalars(query.order_by(Publication.id.desc()).limit(most)))


def approve(portal: Portal, number: int, author: str) -> int | None:
    """Let what somebody else asked for go out; gives the release, None when its time has not come.

    Raises EditRefused for one's own, or for one that was decided already; CannotPublish.
    """
    engine = portal.services.engine
    asked = _claimed(engine, number, "waiting", "scheduled", author)
    if asked.due_at is not None and _utc(asked.due_at) > datetime.now(UTC):
        return None
    return _go(portal, asked)


def withdraw(engine: Engine, number: int, author: str) -> None:
    """Take back what was asked for, or refuse what somebody else asked for."""
    with transaction(engine) as database:
        asked = database.get(Publication, number, with_for_update=True)
        if asked is None or asked.state not in OPEN:
            raise EditRefused("already_decided")
        asked.state, asked.decided_by = "withdrawn", author
    note(engine, author, "publication withdrawn", str(number))


def publish_due(portal: Portal) -> int:
    """Let everything out whose time has come; gives how many releases there are now."""
    engine, done = portal.services.engine, 0
    with transaction(engine, writes=False) as database:
        query = select(Publication).where(Publication.state == "scheduled")
        due = [row for row in database.scalars(query) if row.due_at is not None]
    for asked in due:
        if _utc(asked.due_at) <= datetime.now(UTC) and _take(engine, asked.id):
            try:
                _go(portal, asked)
                done += 1
            except CannotPublish:
                continue  # Why stands in its outcome.
    return done


def _claimed(engine: Engine, number: int, was: str, now: str, author: str) -> Publication:
    with transaction(engine) as database:
        asked = database.get(Publication, number, with_for_update=True)
        if asked is None or asked.state != was:
            raise EditRefused("already_decided")
        if asked.author == author:
            raise EditRefused("own_approval")
        asked.state, asked.decided_by = now, author
    note(engine, author, "publication approved", str(number))
    return asked


def _take(engine: Engine, number: int) -> bool:
    """Claim a publication, so that of two workers just one publishes it."""
    with transaction(engine) as database:
        query = update(Publication).where(
            Publication.id == number, Publication.state == "scheduled"
        )
        return bool(database.execute(query.values(state="done")).rowcount)  # type: ignore[attr-defined]


def _go(portal: Portal, asked: Publication) -> int:
    engine = portal.services.engine
    _number, live = live_files(engine)
    files = without(history.files_at(engine, asked.change_id), live, asked.left_out)
    try:
        number = publish_files(portal, asked.author, asked.message, files)
    except CannotPublish as error:
        _close(engine, asked.id, "failed", f"{error.reason}: {error.detail}")
        raise
    _close(engine, asked.id, "done", str(number))
    return number


def _close(engine: Engine, number: int, state: str, outcome: str) -> None:
    with transaction(engine) as database:
        asked = database.get_one(Publication, number)
        asked.state, asked.outcome = state, outcome[:500]


def _utc(at: datetime | None) -> datetime:
    if at is None:
        return datetime.max.replace(tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
