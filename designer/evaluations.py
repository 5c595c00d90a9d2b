"""Evaluations and trainings: asked for, worked on by a Celery task, cancelled, kept."""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from sqlalchemy import Engine, or_, select, update

from designer import drafts, history
from designer.tables import Evaluation
from runtime.compiling import read_examples
from runtime.db import transaction
from runtime.nlu import cascade
from runtime.nlu.cross_validation import cross_validate, report

CROSS, RASA, RULES, REHEARSAL = "cross", "rasa", "rules", "rehearsal"
NOTHING: Mapping[str, object] = {}
OPEN = ("waiting", "running")
SILENT = 120.0
"""Seconds without a sign of life after which somebody else goes on."""
_log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Whoever asked for it does not want it any more."""


def ask(
    engine: Engine, author: str, kind: str = CROSS, said: Mapping[str, object] = NOTHING
) -> Evaluation:
    """Ask for one of the drafts as they are now; one of its kind that is open already is given.

    What is `said` along stands in its outcome until it has one.
    """
    rev = drafts.newest(engine)
    with transaction(engine) as database:
        mine = Evaluation.kind == kind, Evaluation.state.in_(OPEN)
        found = database.scalar(select(Evaluation).where(*mine))
        if found is None:
            found = Evaluation(author=author, change_id=rev, kind=kind, seen_at=time.time())
            found.outcome = dict(said)
            database.add(found)
            database.flush()
        return found


def find(engine: Engine, number: int) -> Evaluation | None:
    """Give an evaluation as it is now."""
    with transaction(engine, writes=False) as database:
        return database.get(Evaluation, number)


def latest(engine: Engine, kind: str = CROSS, most: int = 8) -> list[Evaluation]:
    """List the newest of a kind that are open or have ended."""
    ended = Evaluation.kind == kind, Evaluation.state.in_((*OPEN, "done", "failed"))
    query = select(Evaluation).where(*ended)
    with transaction(engine, writes=False) as database:
        return list(database.scalars(query.order_by(Evaluation.id.desc()).limit(most)))


def cancel(engine: Engine, number: int) -> None:
    """Stop one at its next sign of life."""
    with transaction(engine) as database:
        mine = Evaluation.id == number, Evaluation.state.in_(OPEN)
        database.execute(update(Evaluation).where(*mine).values(state="cancelled"))


def work(engine: Engine, kind: str, one: Callable[[Evaluation], None]) -> None:
    """Work on every one of a kind that waits, or was left behind."""
    while (number := _claim(engine, kind)) is not None:
        try:
            asked = find(engine, number)
            if asked:
                one(asked)
        except Cancelled:
            _log.info("%s %s was cancelled", kind, number)
        except Exception as error:
            _log.exception("%s %s broke", kind, number)
            with suppress(Cancelled):
                why = f"{type(error).__name__}: {error}"
                note(engine, number, state="failed", outcome={"why": why})


def evaluate(engine: Engine) -> None:
    """Judge the understanding wherever somebody asked for it."""
    work(engine, CROSS, lambda asked: _evaluate(engine, asked))


def _evaluate(engine: Engine, asked: Evaluation) -> None:
    examples, _problems = read_examples(history.files_at(engine, asked.change_id))

    def tell(done: int) -> None:
        note(engine, asked.id, done=done)

    found = cross_validate(examples, cascade.load_trained, tell)
    note(engine, asked.id, state="done", outcome=report(found) if found else {})


def _claim(engine: Engine, kind: str) -> int | None:
    left = Evaluation.seen_at < time.time() - SILENT
    with transaction(engine) as database:
        free = or_(Evaluation.state == "waiting", (Evaluation.state == "running") & left)
        mine = select(Evaluation.id).where(Evaluation.kind == kind, free)
        number = database.scalar(mine.order_by(Evaluation.id).limit(1))
        if number is None:
            return None
        take = update(Evaluation).where(Evaluation.id == number, free)
        taken = database.execute(take.values(state="running", done=0, log="", seen_at=time.time()))
        return number if taken.rowcount else None  # type: ignore[attr-defined]


def note(engine: Engine, number: int, **values: object) -> None:
    """Write down how far it is; Cancelled when it is not wanted any more."""
    mine = Evaluation.id == number, Evaluation.state == "running"
    with transaction(engine) as database:
        query = update(Evaluation).where(*mine).values(seen_at=time.time(), **values)
        if not database.execute(query).rowcount:  # type: ignore[attr-defined]
            raise Cancelled
