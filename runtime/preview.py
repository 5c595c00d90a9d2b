"""Drafts talked to: the same engine as visitors meet, but nothing is loaded, kept or sent.

Time is an argument here, so it can be skipped, and a recorded talk gives the same answer on every
machine and every day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flows.durations import seconds
from flows.model import Flow, Line, Talk
from rules.arbiter import Drop
from rules.model import Event
from runtime.engine.effects import Decide, Effect, Enter, Note, Notify, TellSystem
from runtime.engine.session import Session, from_values, to_values
from runtime.engine.turn import Answered
from runtime.messages import Message, Reply, checked, reply_of
from runtime.nlu.understand import understand
from runtime.nlu.understanding import Understanding
from runtime.perform import plan
from runtime.releases import Release
from runtime.thinking import Moment, think

VISITOR = "preview"
MOST_ENTERED = 500
TEST_TIME = datetime(2026, 1, 5, 12, tzinfo=UTC).timestamp()
"""When every recorded talk takes place: a Monday at noon."""


@dataclass(frozen=True)
class Tried:
    """What a draft answered, and the way it took."""

    replies: list[Reply]
    entered: list[Enter]
    notes: list[Note]
    session: Session
    understanding: Understanding = field(default_factory=Understanding)


@dataclass(frozen=True)
class Verdict:
    """How a recorded talk went: what each line met, and which line failed first (0 for none)."""

    talk: Talk
    failed: int = 0
    got: str = ""

    @property
    def passed(self) -> bool:
        """Say whether every expectation was met."""
        return self.failed == 0


def preview(
    release: Release,
    session: Session,
    message: Message,
    now: float,
    zone: str = "UTC",
    heard: Understanding | None = None,
) -> Tried:
    """Let a draft answer one message at a time of our choice; other systems are not asked.

    What it is understood as may be given: a recorded talk is heard by the embedded engine, which
    gives the same on every machine.
    """
    tried = _preview(release, session, message, now, zone, heard)
    while tried.session.asked:
        answer = _example(release, tried.session)
        given = Message(VISITOR, VISITOR, kind="answered", data={"answer": answer})
        after = _preview(release, tried.session, given, now, zone)
        tried = replace(
            after,
            replies=[*tried.replies, *after.replies],
            entered=[*tried.entered, *after.entered],
            notes=[*tried.notes, *after.notes],
            understanding=tried.understanding,
        )
        if len(tried.entered) > MOST_ENTERED:
            break
    return tried


def _example(release: Release, session: Session) -> Answered:
    """Answer as the connector's example does, or not at all where a talk says `false` of it."""
    step = release.book.flows[session.flow].steps[session.step]
    connector = release.book.connectors[getattr(step, "connector", "")]
    if session.profile.get(f"connector.{connector.key}") is False:
        return Answered(session.asked, failed="no answer")
    return Answered(session.asked, connector.example)


def _preview(
    release: Release,
    session: Session,
    message: Message,
    now: float,
    zone: str,
    heard: Understanding | None = None,
) -> Tried:
    found = Understanding()
    if message.kind == "message" and message.text and not session.desk:
        found = heard or understand(release.model, message.text, release.entities)
    local = datetime.fromtimestamp(now, ZoneInfo(zone))
    thought = think(release, session, Moment(checked(message), now, local, found))
    commit = plan(session, thought, message, now)
    lines = [reply_of(line) for line in commit.lines if line["from"] != "visitor"]
    entered = [wish for wish in thought.effects if isinstance(wish, Enter)]
    notes = [note for wish in thought.effects for note in _noted(wish)]
    return Tried(lines, entered, notes, commit.session, thought.understanding)


def _noted(wish: Effect) -> list[Note]:
    """Give what there is to tell of an effect: a note, or the rules that kept quiet."""
    if isinstance(wish, Note):
        return [wish]
    if isinstance(wish, TellSystem):
        return [Note("would_tell", (("connector", wish.connector.key),))]
    if isinstance(wish, Notify):
        return [Note("notified", (("text", wish.text),))]
    if not isinstance(wish, Decide):
        return []
    drops = [*(Drop(rule, "condition") for rule in wish.decision.unmet), *wish.decision.drops]
    return [
        Note("rule_silent", (("rule", drop.rule), ("reason", drop.reason), ("by", drop.by)))
        for drop in drops
    ]


def skip(
    release: Release, session: Session, now: float, until: float, zone: str = "UTC"
) -> list[Tried]:
    """Let time go by: every timer that comes due wakes its rule, in order."""
    happened = []
    while due := sorted((at, key) for key, (_, at) in session.rules.armed.items() if at <= until):
        at, rule = due[0]
        generation = session.rules.armed[rule][0]
        data = {"rule": rule, "generation": generation}
        message = Message(VISITOR, VISITOR, kind="timer", lang=session.lang, data=data)
        tried = preview(release, session, message, max(at, now), zone)
        happened.append(tried)
        session = tried.session
    return happened


def fresh_session(
    facts: Mapping[str, Any], variants: Mapping[str, str] | None = None, lang: str = ""
) -> Session:
    """Begin anew with what is known of the visitor, and the wordings they are to see."""
    slots = {name[5:]: value for name, value in facts.items() if name.startswith("slot.")}
    profile = {name: value for name, value in facts.items() if not name.startswith("slot.")}
    return Session(VISITOR, slots=slots, profile=profile, assigned=dict(variants or {}), lang=lang)


def session_values(session: Session) -> dict[str, Any]:
    """Give a try-chat's session as plain values."""
    return to_values(session)


def session_of(values: Mapping[str, Any]) -> Session:
    """Give the session of a try-chat: where it stood, or a fresh one."""
    return from_values(values) if values else Session(VISITOR)


def page_event(name: str, product: str, now: float) -> Message:
    """Make what a page would report: an event, of a product where one is named."""
    properties = {"name": product} if product else {}
    event = Event(name, now, properties)
    return Message(VISITOR, VISITOR, kind="event", data={"event": event})


def run_talks(release: Release, flow: Flow) -> list[Verdict]:
    """Run every recorded talk of a flow."""
    return [run_talk(release, flow.key, talk) for talk in flow.tests]


def run_talk(release: Release, flow: str, talk: Talk) -> Verdict:
    """Run a recorded talk; it stops at the first expectation that is not met."""
    now = TEST_TIME
    session = fresh_session(talk.facts, lang=talk.lang)
    opening = Message(VISITOR, VISITOR, kind="open", lang=talk.lang, data={"flow": flow})
    heard = [preview(release, session, opening, now)]
    for number, line in enumerate(talk.lines, 1):
        session = heard[-1].session
        if line.do == "skip":
            until = now + (seconds(line.value) or 0.0)
            heard = skip(release, session, now, until) or [Tried([], [], [], session)]
            now = until
        elif line.do in ("visitor", "choose"):
            heard = [preview(release, session, _message(line, flow, talk.lang), now)]
        elif got := _missed(line, heard, flow):
            return Verdict(talk, number, got)
    return Verdict(talk)


def _message(line: Line, flow: str, lang: str) -> Message:
    if line.do == "visitor":
        return Message(VISITOR, VISITOR, line.value, lang=lang)
    step = line.value if line.value.count(".") > 1 else f"{flow}.{line.value}"
    return Message(VISITOR, VISITOR, line.value, lang=lang, payload=f"/{step}")


def _missed(line: Line, heard: Sequence[Tried], flow: str) -> str:
    """Say what came instead of what a line expects; empty when it was met."""
    session = heard[-1].session
    if line.do == "at":
        here = session.step if session.flow == flow else f"{session.flow}.{session.step}"
        here = here.strip(".") or "-"
        return "" if here == line.value else here
    if line.do == "queue":
        waits = session.queue if session.desk else "-"
        return "" if waits == line.value else waits
    said = [reply.script for tried in heard for reply in tried.replies if reply.script]
    return "" if line.value in said else ", ".join(said) or "-"


def recorded(lines: Sequence[Line], tried: Sequence[Tried], flow: str) -> tuple[Line, ...]:
    """Add what a draft answered to the lines of a talk that is being recorded."""
    said = [Line("says", r.script) for one in tried for r in one.replies if r.script]
    session = tried[-1].session if tried else None
    if session is None:
        return tuple(lines)
    if session.desk:
        return (*lines, *said, Line("queue", session.queue))
    here = session.step if session.flow == flow else f"{session.flow}.{session.step}".strip(".")
    return (*lines, *said, *([Line("at", here)] if here else []))


def with_known(session: Session, facts: Mapping[str, Any], variants: Mapping[str, str]) -> Session:
    """Give a session other facts and wordings in the middle of a talk."""
    slots = {name[5:]: value for name, value in facts.items() if name.startswith("slot.")}
    profile = {name: value for name, value in facts.items() if not name.startswith("slot.")}
    return replace(
        session,
        slots={**session.slots, **slots},
        profile={**session.profile, **profile},
        assigned={**session.assigned, **variants},
    )
