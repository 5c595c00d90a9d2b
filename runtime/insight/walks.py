"""How sessions walked through a flow, counted from recorded events only.

Everything is counted in sessions, each once however often it came by, so a loop never makes more
than 100 %; and a session either went on from a step or stopped there, so nothing can be negative.
A session is what one visitor did under one release without a pause of 72 hours, which is how long
a session lives.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import Engine, select

from runtime.db import transaction
from runtime.store.streams import place_of
from runtime.tables import EventRow

PAUSE = 72 * 3600.0
RESTING = 1800.0
"""Seconds of quiet after which a visitor who waits at a step counts as gone."""


class Entry(NamedTuple):
    """A step was entered; `order` tells entries of the same moment apart."""

    visitor: str
    at: float
    order: tuple[int, int, int]
    release: int
    flow: str
    step: str


@dataclass(frozen=True)
class StepCount:
    """Sessions at one step: that entered it, went on, stopped there, or stand there right now."""

    entered: int = 0
    went_on: int = 0
    stopped: int = 0
    here: int = 0


@dataclass(frozen=True)
class Walks:
    """Sessions of one flow: in all, by step, and by pair of steps one led to the other."""

    sessions: int = 0
    steps: Mapping[str, StepCount] = field(default_factory=dict)
    moves: Mapping[tuple[str, str], int] = field(default_factory=dict)


def walks_of(engine: Engine, flow: str, since: float, until: float, release: int = 0) -> Walks:
    """Count how sessions walked through a flow between two times; release 0 counts all."""
    return count(read_entries(engine, since, until, release), flow, until)


def read_entries(engine: Engine, since: float, until: float, release: int = 0) -> list[Entry]:
    """Read every entered step, each visitor's in the order it happened."""
    columns = (
        EventRow.visitor,
        EventRow.at,
        EventRow.id,
        EventRow.release,
        EventRow.data["flow"].as_string(),
        EventRow.data["step"].as_string(),
    )
    query = select(*columns).where(
        EventRow.name == "entered", EventRow.at >= since, EventRow.at <= until
    )
    if release:
        query = query.where(EventRow.release == release)
    with transaction(engine, writes=False) as database:
        rows = database.execute(query).all()
    # As text, the tenth of a moment would come before the ninth.
    found = [Entry(v, at, place_of(key), r, f, s) for v, at, key, r, f, s in rows]
    return sorted(found)


def count(entries: Iterable[Entry], flow: str, now: float) -> Walks:
    """Count sessions by step and by move, of entries in order."""
    entered: Counter[str] = Counter()
    last: Counter[tuple[str, str]] = Counter()
    moves: Counter[tuple[str, str]] = Counter()
    sessions = 0
    for session in sessions_of(entries):
        inside = [entry.step for entry in session if entry.flow == flow]
        if not inside:
            continue
        sessions += 1
        entered.update(set(inside))
        moves.update(set(pairwise(inside)))
        last[inside[-1], _how_it_ended(session, flow, now)] += 1
    steps = {
        step: StepCount(
            many,
            many - last[step, "stopped"] - last[step, "here"],
            last[step, "stopped"],
            last[step, "here"],
        )
        for step, many in entered.items()
    }
    return Walks(sessions, steps, moves)


def sessions_of(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Cut entries, in order, into sessions."""
    session: list[Entry] = []
    for entry in entries:
        if session and not _belongs(session[-1], entry):
            yield session
            session = []
        session.append(entry)
    if session:
        yield session


def releases_walked(engine: Engine) -> list[int]:
    """Name the releases that sessions walked through, the newest first."""
    query = select(EventRow.release).where(EventRow.name == "entered").group_by(EventRow.release)
    with transaction(engine, writes=False) as database:
        return sorted(database.scalars(query), reverse=True)


def _belongs(before: Entry, entry: Entry) -> bool:
    same = before.visitor == entry.visitor and before.release == entry.release
    return same and entry.at - before.at <= PAUSE


def _how_it_ended(session: list[Entry], flow: str, now: float) -> str:
    """Say what came after the last step in a flow: another flow, a pause, or nothing yet."""
    if session[-1].flow != flow:
        return "went on"
    return "here" if now - session[-1].at < RESTING else "stopped"
