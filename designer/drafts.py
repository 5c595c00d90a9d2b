"""Open, edit and save drafts; refuses a stale edit; undo is an edit too.

Each use case opens its own transaction and commits it. A draft row is locked while it is changed,
so of two edits made at once one is refused and sees the newest text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from designer.tables import Change, Draft, Version
from runtime.db import transaction

NEW = 0
Edit = Callable[[str], str]


class StaleEdit(Exception):
    """Somebody else saved meanwhile; the newest revision is in `rev`."""

    def __init__(self, path: str, rev: int) -> None:
        super().__init__(path)
        self.path, self.rev = path, rev


class NothingToUndo(Exception):
    """There is no edit to undo, or to do again."""


@dataclass(frozen=True)
class Author:
    """Who edits, where, and what they call it."""

    name: str
    place: str
    label: str


def files(engine: Engine) -> dict[str, str]:
    """Give every draft's text by its path."""
    with transaction(engine, writes=False) as database:
        rows = database.execute(select(Draft.path, Draft.text).where(Draft.text.is_not(None)))
        return {path: text for path, text in rows if text is not None}


def revision(engine: Engine, path: str) -> int:
    """Give the revision of a draft; 0 when there is none."""
    with transaction(engine, writes=False) as database:
        return database.scalar(select(Draft.rev).where(Draft.path == path)) or NEW


def edit(engine: Engine, author: Author, path: str, rev: int, change: Edit) -> int:
    """Apply a pure edit to a draft; gives the new revision, StaleEdit when it moved on."""
    with transaction(engine) as database:
        draft = _locked(database, path)
        if draft is None or draft.text is None or draft.rev != rev:
            raise StaleEdit(path, draft.rev if draft else NEW)
        _record(database, author, {path: change(draft.text)})
        return draft.rev


def save(
    engine: Engine, author: Author, texts: Mapping[str, str | None], revs: Mapping[str, int]
) -> None:
    """Write several files as one change; None deletes. Those in `revs` must not have moved."""
    with transaction(engine) as database:
        for path, rev in revs.items():
            draft = _locked(database, path)
            if (draft.rev if draft else NEW) != rev:
                raise StaleEdit(path, draft.rev if draft else NEW)
        _record(database, author, texts)


def undo(engine: Engine, place: str) -> str:
    """Take back the newest edit at a place; gives its label."""
    return _turn(engine, place, ("done", "undone"))


def redo(engine: Engine, place: str) -> str:
    """Do the edit again that was undone last; gives its label."""
    return _turn(engine, place, ("undone", "done"))


def can_undo(engine: Engine, place: str) -> tuple[bool, bool]:
    """Say whether there is something to undo, and something to do again."""
    with transaction(engine, writes=False) as database:
        done, undone = (_next(database, place, state) for state in ("done", "undone"))
        return done is not None, undone is not None


def history(engine: Engine, place: str, most: int = 30) -> list[Change]:
    """List the newest changes at a place."""
    with transaction(engine, writes=False) as database:
        query = select(Change).where(Change.place == place).order_by(Change.id.desc()).limit(most)
        return list(database.scalars(query))


def _turn(engine: Engine, place: str, states: tuple[str, str]) -> str:
    before, after = states
    with transaction(engine) as database:
        change = _next(database, place, before)
        if change is None:
            raise NothingToUndo(place)
        for version in _versions(database, change.id):
            draft = _locked(database, version.path)
            backwards = after == "undone"
            have = version.after if backwards else version.before
            if draft is None or draft.text != have:
                raise StaleEdit(version.path, draft.rev if draft else NEW)
            draft.text = version.before if backwards else version.after
            draft.rev += 1
        change.state = after
        return change.label


def _next(database: Session, place: str, state: str) -> Change | None:
    """Find the newest edit that is done, or the oldest that is undone."""
    query = select(Change).where(Change.place == place, Change.state == state)
    newest = state == "done"
    query = query.order_by(Change.id.desc() if newest else Change.id.asc()).limit(1)
    return database.scalar(query)


def _versions(database: Session, change_id: int) -> list[Version]:
    query = select(Version).where(Version.change_id == change_id)
    return list(database.scalars(query))


def _locked(database: Session, path: str) -> Draft | None:
    return database.get(Draft, path, with_for_update=True)


def _record(database: Session, author: Author, texts: Mapping[str, str | None]) -> None:
    undone = select(Change).where(Change.place == author.place, Change.state == "undone")
    for change in database.scalars(undone):
        change.state = "spent"
    change = Change(place=author.place, label=author.label[:200], author=author.name)
    database.add(change)
    database.flush()
    for path, text in texts.items():
        draft = _locked(database, path)
        before = draft.text if draft else None
        if before == text:
            continue
        if draft is None:
            draft = Draft(path=path, rev=NEW)
            database.add(draft)
        draft.text, draft.rev = text, draft.rev + 1
        version = Version(change_id=change.id, path=path, rev=draft.rev, before=before, after=text)
        database.add(version)
