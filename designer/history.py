"""The history of the drafts: what a file, or all of them, was at a revision, and who did it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from designer import drafts
from designer.tables import Change, Version
from flows.segments import cut, joined
from runtime.db import transaction


@dataclass(frozen=True)
class Entry:
    """One change of the history: who, when, what they called it, and what it did to which file."""

    id: int
    label: str
    author: str
    at: datetime
    name: str
    texts: tuple[tuple[str, str | None, str | None], ...]


def files_at(engine: Engine, rev: int) -> dict[str, str]:
    """Give every file as it was at a revision of the workspace."""
    with transaction(engine, writes=False) as database:
        query = select(Version.path, Version.before).where(Version.change_id > rev)
        rows = [
            (path, before) for path, before in database.execute(query.order_by(Version.id.desc()))
        ]
    texts: dict[str, str | None] = dict(drafts.files(engine))
    # Newest first, so that what stays of each file is its text before the oldest later change.
    texts |= dict(rows)
    return {path: text for path, text in texts.items() if text is not None}


def text_at(engine: Engine, path: str, rev: int) -> str | None:
    """Give the text of a file at a revision; None when it did not exist."""
    with transaction(engine, writes=False) as database:
        return drafts.text_at(database, path, rev)


def changes_of(
    engine: Engine, paths: tuple[str, ...] = (), before: int = 0, most: int = 40
) -> list[Entry]:
    """List the newest changes, of all files or of some; `before` goes on from an older page."""
    with transaction(engine, writes=False) as database:
        query = select(Change).order_by(Change.id.desc()).limit(most)
        touched = select(Version.change_id)
        if paths:
            touched = touched.where(Version.path.in_(paths))
        query = query.where(Change.id.in_(touched))
        if before:
            query = query.where(Change.id < before)
        return [_entry(database, change, paths) for change in database.scalars(query)]


def name_version(engine: Engine, rev: int, name: str) -> bool:
    """Give the workspace as it was after a change a name; an empty one takes it away."""
    with transaction(engine) as database:
        change = database.get(Change, rev)
        if change is not None:
            change.name = name.strip()[:80]
        return change is not None


def named(engine: Engine, most: int = 50) -> list[Change]:
    """List the versions that were given a name, the newest first."""
    query = select(Change).where(Change.name != "").order_by(Change.id.desc()).limit(most)
    with transaction(engine, writes=False) as database:
        return list(database.scalars(query))


def restore(engine: Engine, author: drafts.Author, rev: int, paths: tuple[str, ...]) -> int:
    """Bring files back as they were at a revision, as one new change; all files without `paths`."""
    old, now = files_at(engine, rev), drafts.files(engine)
    wanted = paths or tuple({*old, *now})
    return drafts.save(engine, author, {path: old.get(path) for path in wanted}, {})


def with_step_of(now: str, old: str, step: str) -> str | None:
    """Give a flow with one step as another version had it; None when that cannot be cut out."""
    parts, olds = cut(now), cut(old)
    if parts is None or olds is None or ("steps", step) not in olds:
        return None
    for name in ("steps", "layout", "labels"):
        path = (name, step)
        if path in olds:
            parts[path] = olds[path]
        else:
            parts.pop(path, None)
    order = sorted(parts, key=lambda path: list(dict.fromkeys(p[0] for p in parts)).index(path[0]))
    return joined({path: parts[path] for path in order})


def _entry(database: Session, change: Change, paths: tuple[str, ...]) -> Entry:
    query = select(Version).where(Version.change_id == change.id).order_by(Version.path)
    versions = [v for v in database.scalars(query) if not paths or v.path in paths]
    texts = tuple((v.path, v.before, v.after) for v in versions)
    return Entry(change.id, change.label, change.author, change.at, change.name, texts)
