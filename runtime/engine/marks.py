"""What became of a visitor who met an arm, beside clicks and orders: once for each run."""

from flows.frozen import replace
from runtime.engine import effects
from runtime.engine.effects import Effect
from runtime.engine.session import Exposure, Session

PEOPLE, ANGRY, FAILED, SLOW, RESOLVED = "people", "angry", "failed", "slow", "resolved"
"""Wanted a person, got angry, met a failure, was kept waiting, reached the end without a person."""
TOO_LONG = 5.0
"""Seconds that another system may take before somebody counts as kept waiting."""
Moved = tuple[Session, list[Effect]]


def mark(session: Session, what: str) -> Moved:
    """Note it for every run that the visitor met an arm of."""
    wishes: list[Effect] = []
    told: set[str] = set()
    kept = []
    for seen in session.exposures:
        fresh = bool(seen.run) and what not in seen.marks and not _is_past(seen, what)
        if fresh and seen.run not in told:
            wishes.append(effects.Mark(what, seen))
            told.add(seen.run)
        kept.append(replace(seen, marks=(*seen.marks, what)) if fresh else seen)
    return (replace(session, exposures=tuple(kept)), wishes) if wishes else (session, wishes)


def wants_person(session: Session) -> Moved:
    """Note that a visitor wants a person; what was taken for resolved is so no more."""
    wishes: list[Effect] = []
    told: set[str] = set()
    kept = []
    for seen in session.exposures:
        undone = bool(seen.run) and RESOLVED in seen.marks
        if undone and seen.run not in told:
            wishes.append(effects.Mark(RESOLVED, seen, -1))
            told.add(seen.run)
        marks = tuple(one for one in seen.marks if one != RESOLVED)
        kept.append(replace(seen, marks=marks) if undone else seen)
    if wishes:
        session = replace(session, exposures=tuple(kept))
    session, more = mark(session, PEOPLE)
    return session, [*wishes, *more]


def _is_past(seen: Exposure, what: str) -> bool:
    return what == RESOLVED and PEOPLE in seen.marks
