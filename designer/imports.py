"""A foreign bot on its way into the drafts: begun, claimed, saved, given up; each just once.

All of it stands in the database and not in Redis, because "done" has to be committed together with
the drafts it speaks of. Whoever works on an import holds a claim, its key and the number of the
try: one that was cancelled, or given to somebody else meanwhile, saves nothing.
"""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b

from sqlalchemy import ColumnElement, Engine, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer

from designer import drafts
from designer.tables import AuditEntry, Draft, Import, Upload
from flows.importing.imported import Imported
from runtime.db import transaction
from runtime.tables import now as utc_now

OPEN = ("waiting", "running")
NAMES = {"typebot": "Typebot", "rasa": "Rasa"}
MOST_AT_ONCE = 2
"""So many are worked on at once; the other threads of the worker stay free for what is short."""
MOST_TRIES = 2
SILENCE = 15.0
"""Seconds without a sign of life after which an import counts as left behind."""
PATIENCE = 120.0
"""Seconds one waits for a worker when none shows any sign of life."""
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Asked:
    """What somebody wants to take in; the token is new with each form that is shown."""

    author: str
    kind: str
    label: str
    token: str
    uploads: Mapping[str, bytes]

    @property
    def once(self) -> str:
        """Give what two clicks on one form with the same files have in common."""
        digest = blake2b(f"{self.author}\0{self.kind}\0{self.token}".encode(), digest_size=16)
        for name, content in self.uploads.items():
            digest.update(f"\0{name}\0{len(content)}\0".encode("utf-8", "replace") + content)
        return digest.hexdigest()


def begin(engine: Engine, asked: Asked, claimed: bool = False) -> tuple[Import, bool]:
    """Keep what was uploaded; gives the import, and whether it is new.

    A claimed one is worked on by whoever asks; the others wait for a worker.
    """
    found = Import(
        key=secrets.token_hex(16),
        once=asked.once,
        author=asked.author,
        kind=asked.kind,
        label=asked.label[:200],
        size=sum(map(len, asked.uploads.values())),
        state="running" if claimed else "waiting",
        stage="reading" if claimed else "",
        tries=int(claimed),
        stage_at=time.time(),
        seen_at=time.time(),
    )
    try:
        with transaction(engine) as database:
            same = database.scalar(select(Import).where(Import.once == asked.once))
            if same is not None:
                return same, False
            database.execute(
                delete(Import).where(Import.at < utc_now() - KEPT, Import.state.not_in(OPEN))
            )
            database.add(found)
            database.flush()
            for name, content in asked.uploads.items():
                plain = name.replace("\0", "")[-500:]
                database.add(Upload(import_key=found.key, name=plain, content=content))
    except IntegrityError:  # The other click was quicker.
        return begin(engine, asked, claimed)
    return found, True


def find(engine: Engine, key: str) -> Import | None:
    """Give an import as it is now."""
    with transaction(engine, writes=False) as database:
        return database.get(Import, key)


def latest(engine: Engine, author: str, most: int = 5) -> list[Import]:
    """List somebody's own imports, the newest first."""
    query = select(Import).where(Import.author == author).order_by(Import.at.desc())
    with transaction(engine, writes=False) as database:
        return list(database.scalars(query.limit(most).options(defer(Import.outcome))))


def uploads(engine: Engine, key: str) -> dict[str, bytes]:
    """Give the files of an import."""
    query = select(Upload).where(Upload.import_key == key).order_by(Upload.id)
    with transaction(engine, writes=False) as database:
        return {upload.name: upload.content for upload in database.scalars(query)}


def claim(engine: Engine) -> Import | None:
    """Take the import that waits longest, unless enough are worked on already."""
    with transaction(engine, writes=False) as database:
        if not _count(database, Import.state == "waiting"):
            return None
    with transaction(engine) as database:
        if _count(database, Import.state == "running") >= MOST_AT_ONCE:
            return None
        query = select(Import).where(Import.state == "waiting").order_by(Import.at).limit(1)
        found = database.scalar(query.with_for_update(skip_locked=True))
        if found is not None:
            found.state, found.stage, found.tries = "running", "reading", found.tries + 1
            found.stage_at = found.seen_at = time.time()
        return found


def give_sign(engine: Engine, mine: Import, stage: str, blocks: int = 0) -> bool:
    """Say that one still works on it, and on what; False when there is no reason to go on."""
    now = time.time()
    with transaction(engine) as database:
        found = _held(database, mine)
        if found is None:
            return False
        if found.stage != stage:
            found.stage, found.stage_at = stage, now
        found.blocks, found.seen_at = blocks or found.blocks, now
        return True


def save(engine: Engine, mine: Import, found: Imported, problems: int) -> bool:
    """Write what was drawn into the drafts, and that it is done, in one commit.

    False when somebody made a file of the same name meanwhile: then it has to be drawn again.
    """
    flows = [path[6:-5] for path in found.files if path.startswith("flows/")]
    outcome = {
        "flows": flows,
        "carried": found.carried,
        "total": found.total,
        "problems": problems,
        "left_out": [(left.place, left.what, left.code) for left in found.left_out],
    }
    who = drafts.Author(mine.author, f"flows/{flows[0]}.yaml", mine.label)
    with transaction(engine) as database:
        row = _held(database, mine)
        if row is None:
            return True
        there = database.scalars(select(Draft.path).where(Draft.text.is_not(None)))
        if not found.files.keys().isdisjoint(there):
            return False
        drafts.save_within(database, who, dict(found.files))
        detail = f"{NAMES[mine.kind]}: {found.carried}/{found.total}"
        database.add(AuditEntry(author=mine.author, what="import", detail=detail))
        _end(database, row, "done", outcome)
        return True


def fail(engine: Engine, mine: Import, code: str, values: Mapping[str, str] | None = None) -> None:
    """Give an import up, and say why."""
    with transaction(engine) as database:
        row = _held(database, mine)
        if row is not None:
            _end(database, row, "failed", {"code": code, "values": dict(values or {})})


def cancel(engine: Engine, key: str) -> None:
    """Stop an import; one that has ended stays as it is."""
    with transaction(engine) as database:
        row = database.get(Import, key, with_for_update=True)
        if row is not None and row.state in OPEN:
            _end(database, row, "cancelled", {})


def settle(engine: Engine) -> None:
    """See to the imports that were left behind: once more from the start, or given up."""
    now = time.time()
    late = (Import.state == "running") & (Import.seen_at < now - SILENCE)
    lonely = (Import.state == "waiting") & (Import.seen_at < now - PATIENCE)
    with transaction(engine, writes=False) as database:
        if not _count(database, late | lonely):
            return
    with transaction(engine) as database:
        again = update(Import).where(late, Import.tries < MOST_TRIES)
        database.execute(again.values(state="waiting", stage="", stage_at=now, seen_at=now))
        for row in database.scalars(select(Import).where(late)):
            _end(database, row, "failed", {"code": "stopped"})
        at_work = select(func.max(Import.seen_at)).where(Import.state != "waiting")
        if (database.scalar(at_work) or 0.0) < now - PATIENCE:
            for row in database.scalars(select(Import).where(lonely)):
                _end(database, row, "failed", {"code": "no_worker"})


def outcome_of(found: Import) -> dict[str, object]:
    """Give what became of an import."""
    outcome: dict[str, object] = json.loads(found.outcome)
    return outcome


def _held(database: Session, mine: Import) -> Import | None:
    """Give an import while the claim on it still holds."""
    row = database.get(Import, mine.key, with_for_update=True)
    return row if row and row.state == "running" and row.tries == mine.tries else None


def _end(database: Session, row: Import, state: str, outcome: Mapping[str, object]) -> None:
    """Close an import; its files are deleted, and one that came to nothing may be sent again."""
    row.state, row.stage, row.seen_at = state, "", time.time()
    row.outcome = json.dumps(outcome)
    row.once = row.once if state == "done" else None
    database.execute(delete(Upload).where(Upload.import_key == row.key))


def _count(database: Session, which: ColumnElement[bool]) -> int:
    return database.scalar(select(func.count()).select_from(Import).where(which)) or 0
