"""think(release, session, moment): rules and engine together, without a side effect.

Every kind of message has one small function here; each gives the next session and what is wished
for. Nothing here opens a socket or asks for the time, so a preview and a visitor go the same way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flows.frozen import replace
from flows.model import in_language
from rules import triggers
from rules.derived import entered, seen, visit_of
from rules.model import FALLBACK, MESSAGE, TIMER, Event
from rules.mood import after, escalation, threshold_for
from rules.snapshot import fold, is_overtaken, order_id_of, snapshot
from runtime import doing
from runtime.doing import calls_person, chain, fire, starts_flow, wake, with_person, without_flow
from runtime.engine import advance, effects
from runtime.engine.advance import Moved
from runtime.engine.credit import credit
from runtime.engine.effects import Effect
from runtime.engine.experiments import Running
from runtime.engine.marks import ANGRY, mark
from runtime.engine.session import Session
from runtime.engine.turn import Turn
from runtime.language import language_of
from runtime.messages import SPOKEN, Message
from runtime.nlu.understanding import Understanding
from runtime.nlu.usual_entities import KINDS, resolved
from runtime.releases import Release


@dataclass(frozen=True)
class Moment:
    """All a thought may know: the message, the time, what was understood, the weights in force."""

    message: Message
    now: float
    local: datetime
    understanding: Understanding = field(default_factory=Understanding)
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    running: Mapping[str, Running] = field(default_factory=dict)


@dataclass(frozen=True)
class Thought:
    """Where the session stands next, and what is wished for."""

    session: Session
    effects: list[Effect]
    release: int = 0
    understanding: Understanding = field(default_factory=Understanding)


def think(release: Release, session: Session, moment: Moment) -> Thought:
    """Answer one message from where the session stands."""
    if session.release == 0 and moment.message.kind in SPOKEN:
        session = replace(session, release=release.number)
    lang = language_of(moment.message, session, release.book.workspace)
    channel = moment.message.channel if moment.message.kind in SPOKEN else session.channel
    if (lang, channel) != (session.lang, session.channel):
        session = replace(session, lang=lang, channel=channel)
    before = _overdue(release, session, moment)
    moved, wishes = chain(before, _KINDS[moment.message.kind](release, before[0], moment))
    return Thought(moved, wishes, release.number, moment.understanding)


def _overdue(release: Release, session: Session, moment: Moment) -> Moved:
    """Wake what was due before something happens: a worker that is late changes no decision."""
    kind, moved = moment.message.kind, (session, list[Effect]())
    if kind not in ("event", "message") or not session.rules.armed:
        return moved
    until = moment.message.data["event"].at if kind == "event" else moment.now
    while timers := [at for _g, at in moved[0].rules.armed.values() if at <= until]:
        at = min(timers)
        local = datetime.fromtimestamp(at, moment.local.tzinfo)
        then = replace(moment, now=at, local=local, understanding=Understanding())
        moved = chain(moved, _wake_due(release, moved[0], then))
    return moved


def _turn(release: Release, session: Session, moment: Moment) -> Turn:
    found = moment.understanding
    intent = _intent(release, moment)
    more: dict[str, Any] = {
        "sentiment.label": found.sentiment,
        "sentiment.compound": found.compound,
        "sentiment.anger": found.anger,
        "sentiment.escalate": round(escalation(found.compound, found.anger), 4),
        **session.mood.facts,
        "session.channel": session.channel,
        "session.messages": session.messages,
        "session.fallbacks": session.fallbacks,
    }
    if intent:
        more["message.intent"] = intent
    named = _named(moment)
    more |= {f"entity.{name}": value for name, value in reversed(named)}
    facts = snapshot(session.profile, moment.local, more, release.segments)
    message = moment.message
    return Turn(
        moment.now,
        message.text,
        message.payload,
        intent,
        facts,
        moment.weights,
        entities=named,
        running=moment.running,
        minute=moment.local.hour * 60 + moment.local.minute,
    )


def _intent(release: Release, moment: Moment) -> str:
    """Give the intent of a message; empty when we are not sure of it."""
    found = moment.understanding
    return found.intent if found.confidence >= release.book.workspace.confidence else ""


def _named(moment: Moment) -> tuple[tuple[str, Any], ...]:
    """Give what a text names; days become those of the calendar, amounts numbers."""
    today = moment.local.date()
    return tuple(
        (name, float(value) if KINDS.get(name) == "number" else resolved(value, today))
        for name, value in moment.understanding.entities
    )


def _hear(release: Release, session: Session, moment: Moment) -> Moved:
    many = session.messages + 1
    if session.desk:
        return doing.said_to_person(release, replace(session, messages=many), moment.now)
    found, chosen = moment.understanding, release.book.workspace.escalation
    threshold = threshold_for(moment.message.text, chosen)
    mood, was = after(session.mood, found.compound, found.anger, threshold), session.mood
    session = replace(session, messages=many, mood=mood)
    marked: Moved = mark(session, ANGRY) if mood.upset and not was.upset else (session, [])
    session = marked[0]
    said = {"intent": _intent(release, moment), "sentiment": found.sentiment}
    event = Event(MESSAGE, moment.now, said)
    began = chain(marked, _begin(release, session, moment, event))
    turn = _turn(release, began[0], moment)
    return chain(began, _answer(release, began[0], turn, event))


def _answer(release: Release, session: Session, turn: Turn, event: Event) -> Moved:
    """Answer what was heard: by the step that waits for it, by rules, or as not understood."""
    rules, woken = triggers.react(release.rules, session.rules, event)
    session = replace(session, rules=rules)
    heard = advance.hear(release.book, session, turn)
    if heard is not None:
        # The step knows what to do with it, so no rule may start another flow over it. One that
        # calls a person does that all the same.
        barred = [rule for rule in woken if starts_flow(rule) and not calls_person(rule)]
        woken = [without_flow(rule) for rule in woken if rule not in barred]
        did = fire(release, heard[0], turn, woken, MESSAGE)
        return chain(heard, doing.with_barred(did, barred, turn.now) if barred else did)
    fired, wishes = fire(release, session, turn, woken, MESSAGE)
    if any(isinstance(wish, effects.Say | effects.HandOver) for wish in wishes):
        return fired, wishes
    lost = chain((fired, wishes), advance.lose(release.book, fired, turn))
    if lost[0].fallbacks == session.fallbacks:
        return lost  # A flow took it up from the front, or an answer is on its way.
    lost[1].append(effects.Note(FALLBACK))
    return chain(lost, wake(release, lost[0], turn, Event(FALLBACK, turn.now, ours=True)))


def _begin(release: Release, session: Session, moment: Moment, event: Event) -> Moved:
    """Let a visit begin, where this is the first sign of the visitor for a while."""
    moved: Moved = (session, [])
    for began in visit_of(session.profile, event):
        moved = wake(release, session, _turn(release, session, moment), began)
    profile = seen(moved[0].profile, event)
    return replace(moved[0], profile=profile), moved[1]


def _open(release: Release, session: Session, moment: Moment) -> Moved:
    if session.desk or session.flow or session.seq:
        return session, []
    turn = _turn(release, session, moment)
    flow = str(moment.message.data.get("flow", "")) or release.book.workspace.start
    return advance.start(release.book, session, turn, flow)


def _human(release: Release, session: Session, moment: Moment) -> Moved:
    turn = _turn(release, session, moment)
    return advance.ask_for_person(release.book, session, turn, "asked")


def _click(release: Release, session: Session, moment: Moment) -> Moved:
    turn = _turn(release, session, moment)
    return advance.click(release.book, session, turn, str(moment.message.data.get("script", "")))


def _event(release: Release, session: Session, moment: Moment) -> Moved:
    event: Event = moment.message.data["event"]
    known = event.name == "Order Completed" and order_id_of(event.properties)
    repeated = bool(known) and known == session.profile.get("order.id")
    overtaken = is_overtaken(session.profile, event)
    began = _begin(release, session, moment, event)
    before = began[0]
    session = replace(before, profile=fold(before.profile, event))
    if overtaken:
        return session, began[1]
    wishes = [] if repeated else _credit(release, session, moment, event)
    moved = chain(began, (session, wishes))
    turn = _turn(release, session, moment)
    moved = chain(moved, wake(release, session, turn, event))
    asked = release.segments_asked
    for came in entered(before.profile, session.profile, asked, moment.local, event.at):
        moved = chain(moved, wake(release, moved[0], turn, came))
    return moved


def _credit(release: Release, session: Session, moment: Moment, event: Event) -> list[Effect]:
    currency = release.book.workspace.currency
    return credit(session, event, moment.now, moment.running, currency)


def _timer(release: Release, session: Session, moment: Moment) -> Moved:
    data = moment.message.data
    armed = session.rules.armed.get(str(data["rule"]), (0, 0.0))
    if armed[0] != int(data["generation"]):
        return session, []  # It was armed anew or taken off meanwhile.
    return _wake_due(release, session, moment)


def _wake_due(release: Release, session: Session, moment: Moment) -> Moved:
    """Decide about all that is due together, so that of a group only one speaks."""
    rules, woken = triggers.due(release.rules, session.rules, moment.now)
    session = replace(session, rules=rules)
    if session.desk:
        return session, with_person(woken, moment.now, TIMER)
    return fire(release, session, _turn(release, session, moment), woken, TIMER)


def _coupon(release: Release, session: Session, moment: Moment) -> Moved:
    return session, []  # The card itself is a line; `perform` writes it from the message.


def _answered(release: Release, session: Session, moment: Moment) -> Moved:
    if session.desk:
        return session, []
    turn = _turn(release, session, moment)
    return advance.answered(release.book, session, turn, moment.message.data["answer"])


def _agent_takes(release: Release, session: Session, moment: Moment) -> Moved:
    if not session.desk:
        return session, []
    agent = str(moment.message.data.get("agent", ""))[:60]
    note = effects.Note("agent_took", (("agent", agent),))
    return replace(session, desk="agent", agent=agent), [note]


def _agent_says(release: Release, session: Session, moment: Moment) -> Moved:
    return session, []


def _hand_back(release: Release, session: Session, moment: Moment) -> Moved:
    if not session.desk:
        return session, []
    note = effects.Note("handed_back", (("agent", session.agent),))
    moved = advance.resume(release.book, session, _turn(release, session, moment))
    return moved[0], [note, *moved[1]]


def greeting_of(release: Release, lang: str) -> tuple[str, str]:
    """Give the widget's title and greeting in a language."""
    workspace = release.book.workspace
    default = workspace.languages[0]
    title = in_language(workspace.widget_title or workspace.name, lang or default, default)
    return title, in_language(workspace.widget_greeting, lang or default, default)


_KINDS: dict[str, Callable[[Release, Session, Moment], Moved]] = {
    "message": _hear,
    "open": _open,
    "human": _human,
    "click": _click,
    "event": _event,
    "timer": _timer,
    "coupon": _coupon,
    "answered": _answered,
    "agent_takes": _agent_takes,
    "agent_says": _agent_says,
    "hand_back": _hand_back,
}
