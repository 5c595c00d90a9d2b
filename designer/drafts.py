"""Open, edit and save drafts; two edits of different parts are merged, undo is an edit too.

Each use case opens its own transaction and commits it. A draft row is locked while it is changed.
Every edit says on which revision it was made: where somebody else saved meanwhile, both edits are
brought together part by part (`flows/segments.py`); only a part that both changed is refused, with
all three texts at hand.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from designer.tables import Change, Draft, Version
from flows.segments import WHOLE, Conflict, merge
from runtime.db import transaction

NEW = 0
Edit = Callable[[str], str]


class StaleEdit(Exception):
    """Somebody else changed the same part meanwhile; the newest revision is in `rev`."""

    def __init__(self, path: str, rev: int, conflicts: tuple[Conflict, ...] = ()) -> None:
        super().__init__(path)
        self.path, self.rev, self.conflicts = path, rev, conflicts


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


def newest(engine: Engine) -> int:
    """Give the revision of the whole workspace: the id of its last change; 0 before the first."""
    with transaction(engine, writes=False) as database:
        return database.scalar(select(func.max(Change.id))) or NEW


def edit(engine: Engine, author: Author, path: str, rev: int, change: Edit) -> int:
    """Apply a pure edit that was made on a revision; gives the new one, StaleEdit on a conflict."""
    with transaction(engine) as database:
        draft = _locked(database, path)
        if draft is None or draft.text is None:
            raise StaleEdit(path, draft.rev if draft else NEW)
        base = text_at(database, path, rev)
        wanted = change(draft.text if base is None else base)
        text = _merged(draft, base, wanted)
        save_within(database, author, {path: text})
        return draft.rev


def save(
    engine: Engine, author: Author, texts: Mapping[str, str | None], revs: Mapping[str, int]
) -> int:
    """Write several files as one change; None deletes. Gives the id of the change.

    A text of a path in `revs` was made on that revision and is merged with what came since; the
    others are written as they are.
    """
    with transaction(engine) as database:
        merged = dict(texts)
        for path, rev in revs.items():
            draft = _locked(database, path)
            if (draft.rev if draft else NEW) == rev:
                continue
            base, wanted = text_at(database, path, rev), texts.get(path)
            if draft is None or draft.text is None or wanted is None:
                conflict = Conflict(WHOLE, base or "", wanted or "", (draft and draft.text) or "")
                raise StaleEdit(path, draft.rev if draft else NEW, (conflict,))
            merged[path] = _merged(draft, base, wanted)
        return save_within(database, author, merged)


def save_within(database: Session, author: Author, texts: Mapping[str, str | None]) -> int:
    """Write several files as they are, as one change within the caller's transaction.

    What the author had undone at this place cannot be done again any more.
    """
    undone = select(Change).where(
        Change.place == author.place, Change.author == author.name, Change.state == "undone"
    )
    for change in database.scalars(undone):
        change.state = "spent"
    return _write(database, author, texts, "done")


def undo(engine: Engine, place: str, author: str) -> str:
    """Take back one's own newest edit at a place; gives its label."""
    return _turn(engine, place, author, ("done", "undone"))


def redo(engine: Engine, place: str, author: str) -> str:
    """Do the edit again that one undid last; gives its label."""
    return _turn(engine, place, author, ("undone", "done"))


def can_undo(engine: Engine, place: str, author: str) -> tuple[bool, bool]:
    """Say whether somebody has something to undo at a place, and something to do again."""
    with transaction(engine, writes=False) as database:
        done, undone = (_next(database, place, author, state) for state in ("done", "undone"))
        return done is not None, undone is not None


def text_at(database: Session, path: str, rev: int) -> str | None:
    """Give the text a file had at a revision; None when it did not exist."""
    before = select(Version.after).where(Version.path == path, Version.change_id <= rev)
    row = database.execute(before.order_by(Version.id.desc()).limit(1)).first()
    return row[0] if row else None


def _merged(draft: Draft, base: str | None, wanted: str) -> str:
    now = draft.text or ""
    text, conflicts = merge(now if base is None else base, wanted, now)
    if conflicts:
        raise StaleEdit(draft.path, draft.rev, tuple(conflicts))
    return text


def _turn(engine: Engine, place: str, author: str, states: tuple[str, str]) -> str:
    try:
        return _turned(engine, place, author, states)
    except StaleEdit:
        # What somebody else wrote over cannot be turned; the next press is to reach the one before.
        with transaction(engine) as database:
            change = _next(database, place, author, states[0])
            if change is not None:
                change.state = "spent"
        raise


def _turned(engine: Engine, place: str, author: str, states: tuple[str, str]) -> str:
    before, after = states
    with transaction(engine) as database:
        change = _next(database, place, author, before)
        if change is None:
            raise NothingToUndo(place)
        texts: dict[str, str | None] = {}
        for version in _versions(database, change.id):
            draft = _locked(database, version.path)
            backwards = after == "undone"
            have, wanted = version.after, version.before
            if not backwards:
                have, wanted = wanted, have
            now = draft.text if draft else None
            if now == have:
                texts[version.path] = wanted
            elif draft is None or now is None or have is None or wanted is None:
                raise StaleEdit(version.path, draft.rev if draft else NEW)
            else:
                texts[version.path] = _merged(draft, have, wanted)
        change.state = after
        _write(database, Author(author, place, change.label), texts, "spent")
        return change.label


def _next(database: Session, place: str, author: str, state: str) -> Change | None:
    """Find the newest edit that is done, or the oldest that is undone."""
    query = select(Change).where(
        Change.place == place, Change.author == author, Change.state == state
    )
    order = Change.id.desc() if state == "done" else Change.id.asc()
    return database.scalar(query.order_by(order).limit(1))


def _versions(database: Session, change_id: int) -> list[Version]:
    query = select(Version).where(Version.change_id == change_id)
    return list(database.scalars(query))


def _locked(database: Session, path: str) -> Draft | None:
    return database.get(Draft, path, with_for_update=True)


def _all_locked(database: Session, paths: Collection[str]) -> dict[str, Draft]:
    """Lock many drafts in few queries: an import writes thousands."""
    some = list(paths)
    slices = (some[at : at + 500] for at in range(0, len(some), 500))
    which = (select(Draft).where(Draft.path.in_(part)) for part in slices)
    queries = (query.order_by(Draft.path).with_for_update() for query in which)
    return {draft.path: draft for query in queries for draft in database.scalars(query)}


def _write(database: Session, author: Author, texts: Mapping[str, str | None], state: str) -> int:
    change = Change(place=author.place, label=author.label[:200], author=author.name, state=state)
    database.add(change)
    database.flush()
    drafts = _all_locked(database, texts)
    for path, text in texts.items():
        draft = drafts.get(path)
        before = draft.text if draft else None
        if before == text:
            continue
        if draft is None:
            draft = Draft(path=path, rev=NEW)
            database.add(draft)
        draft.text, draft.rev = text, change.id
        version = Version(change_id=change.id, path=path, rev=change.id, before=before, after=text)
        database.add(version)
    return change.id
