"""Evaluations of the understanding: asked for, worked on by a Celery task, cancelled, kept."""

import logging
import time

from sqlalchemy import Engine, or_, select, update

from designer import drafts, history
from designer.tables import Evaluation
from runtime.compiling import read_examples
from runtime.db import transaction
from runtime.nlu import cascade
from runtime.nlu.cross_validation import cross_validate, report

OPEN = ("waiting", "running")
SILENT = 120.0
"""Seconds without a sign of life after which somebody else goes on."""
_log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Whoever asked for it does not want it any more."""


def ask(engine: Engine, author: str) -> Evaluation:
    """Ask for an evaluation of the drafts as they are now; one that is open already is given."""
    rev = drafts.newest(engine)
    with transaction(engine) as database:
        found = database.scalar(select(Evaluation).where(Evaluation.state.in_(OPEN)))
        if found is None:
            found = Evaluation(author=author, change_id=rev, seen_at=time.time())
            database.add(found)
            database.flush()
        return found


def find(engine: Engine, number: int) -> Evaluation | None:
    """Give an evaluation as it is now."""
    with transaction(engine, writes=False) as database:
        return database.get(Evaluation, number)


def latest(engine: Engine, most: int = 8) -> list[Evaluation]:
    """List the newest evaluations that are open or done."""
    query = select(Evaluation).where(Evaluation.state.in_((*OPEN, "done", "failed")))
    with transaction(engine, writes=False) as database:
        return list(database.scalars(query.order_by(Evaluation.id.desc()).limit(most)))


def cancel(engine: Engine, number: int) -> None:
    """Stop an evaluation before its next fold."""
    with transaction(engine) as database:
        mine = Evaluation.id == number, Evaluation.state.in_(OPEN)
        database.execute(update(Evaluation).where(*mine).values(state="cancelled"))


def work(engine: Engine) -> None:
    """Work on every evaluation that waits, or was left behind."""
    while (number := _claim(engine)) is not None:
        try:
            _evaluate(engine, number)
        except Cancelled:
            _log.info("evaluation %s was cancelled", number)
        except Exception:
            _log.exception("evaluation %s broke", number)
            _note(engine, number, state="failed")


def _evaluate(engine: Engine, number: int) -> None:
    asked = find(engine, number)
    if asked is None:
        return
    examples, _problems = read_examples(history.files_at(engine, asked.change_id))

    def tell(done: int) -> None:
        if not _note(engine, number, done=done):
            raise Cancelled

    found = cross_validate(examples, cascade.load_trained, tell)
    _note(engine, number, state="done", outcome=report(found) if found else {})


def _claim(engine: Engine) -> int | None:
    left = Evaluation.seen_at < time.time() - SILENT
    with transaction(engine) as database:
        free = or_(Evaluation.state == "waiting", (Evaluation.state == "running") & left)
        number = database.scalar(select(Evaluation.id).where(free).order_by(Evaluation.id).limit(1))
        if number is None:
            return None
        mine = update(Evaluation).where(Evaluation.id == number, free)
        taken = database.execute(mine.values(state="running", done=0, seen_at=time.time()))
        return number if taken.rowcount else None  # type: ignore[attr-defined]


def _note(engine: Engine, number: int, **values: object) -> bool:
    """Write down how far it is; False when it is not wanted any more."""
    mine = Evaluation.id == number, Evaluation.state == "running"
    with transaction(engine) as database:
        query = update(Evaluation).where(*mine).values(seen_at=time.time(), **values)
        return bool(database.execute(query).rowcount)  # type: ignore[attr-defined]
