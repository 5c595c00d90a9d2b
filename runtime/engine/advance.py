"""advance(book, session, turn): walk until the visitor must speak. Pure.

The ways into a walk are few: a visitor said something (`hear`), nobody understood it (`lose`), a
flow is started (`start`), a script is said out of turn (`speak`), a person hands back (`resume`).
"""

from flows.book import FlowBook
from flows.frozen import replace
from flows.model import Ask, Handover, Request
from runtime.engine import effects
from runtime.engine.answers import fill, pick
from runtime.engine.marks import FAILED, RESOLVED, SLOW, TOO_LONG
from runtime.engine.session import Exposure, Session
from runtime.engine.steps import STEPS, Walk, hand_over, unanswered
from runtime.engine.turn import Answered, Turn

MOST_STEPS = 60
PATIENCE = 20.0
"""Seconds after which an answer that was asked of another system is given up."""
Moved = tuple[Session, list[effects.Effect]]


def hear(book: FlowBook, session: Session, turn: Turn) -> Moved | None:
    """Let the current step take what the visitor said; None when it is not meant for it."""
    walk = Walk(book, session, turn)
    jumped = _follow_button(walk)
    if jumped:
        return jumped
    if turn.intent == book.workspace.human.intent:
        return ask_for_person(book, session, turn, "asked")
    step = _current(book, session)
    if not isinstance(step, Ask):
        return None
    to = pick(step, turn, session.flow)
    if to is None and step.slot and turn.text and not step.choices:
        value = fill(step.expect, turn.text, turn.entities)
        if value is not None:
            slots = {**session.slots, step.slot: value}
            walk.session = replace(session, slots=slots)
            to = step.next
    if to is None:
        return None
    if walk.session.tries:
        walk.session = replace(walk.session, tries=0)
    return _go(walk, to)


def lose(book: FlowBook, session: Session, turn: Turn) -> Moved:
    """Answer what nothing understood: ask again, go on by `otherwise`, or start from the front."""
    walk = Walk(book, session, turn)
    step = _current(book, session)
    if step is None:
        flow = book.flows.get(book.workspace.start)
        if flow is None:
            walk.say(book.workspace.fallback)
            return walk.session, walk.wishes
        return start(book, session, replace(turn, unheard=True), flow.key)
    if isinstance(step, Request) and session.asked:
        if turn.now - session.asked_at < PATIENCE:
            return session, []  # The answer that is on its way will speak.
        return answered(book, session, turn, Answered(session.asked, failed="no answer"))
    walk.session = replace(session, fallbacks=session.fallbacks + 1)
    if isinstance(step, Ask):
        tries = session.tries + 1
        if step.slot and tries <= step.retries:
            walk.session = replace(walk.session, tries=tries)
            return _go(walk, step.key)
        walk.session = replace(walk.session, tries=0)
        if step.otherwise:
            return _go(walk, step.otherwise)
    walk.say(book.workspace.fallback)
    return _go(walk, step.key) if isinstance(step, Ask) else (walk.session, walk.wishes)


def answered(book: FlowBook, session: Session, turn: Turn, answer: Answered) -> Moved:
    """Go on with what another system answered; an answer nobody waits for any more is dropped."""
    step = _current(book, session)
    if not isinstance(step, Request) or session.asked != answer.key:
        return session, []
    slots = {**session.slots, **answer.slots}
    walk = Walk(book, replace(session, slots=slots, asked="", asked_at=0.0), turn)
    if answer.failed:
        walk.mark(FAILED)
    if turn.now - session.asked_at > TOO_LONG:
        walk.mark(SLOW)
    told = (("connector", step.connector), ("why", answer.failed))
    walk.wishes.append(effects.Note("request_failed" if answer.failed else "answered", told))
    walk.wishes += answer.says
    return _go(walk, unanswered(walk, step) if answer.failed else step.next)


def start(book: FlowBook, session: Session, turn: Turn, flow: str) -> Moved:
    """Start a flow; a value that was being asked for is asked for again afterwards."""
    step = _current(book, session)
    stack = session.stack[-4:]
    if flow not in book.flows:
        return session, []
    walk = Walk(book, replace(session, tries=0) if session.tries else session, turn)
    begun = walk.flow_for(flow)
    again = session.flow in (flow, begun)
    if isinstance(step, Ask) and step.slot and not again:
        stack = (*stack, (session.flow, session.step))
    elif not session.stack or again:
        stack = ()
    walk.session = replace(walk.session, flow=begun, stack=stack)
    return _go(walk, book.flows[begun].start)


def speak(book: FlowBook, session: Session, turn: Turn, script: str) -> Moved:
    """Say a script out of turn; the session stays where it is."""
    walk = Walk(book, session, turn)
    walk.say(script)
    return walk.session, walk.wishes


def ask_for_person(book: FlowBook, session: Session, turn: Turn, reason: str) -> Moved:
    """Put the visitor into the queue for a person, from wherever they are."""
    walk = Walk(book, session, turn)
    if not session.desk:
        walk.say(book.workspace.human.script)
        hand_over(walk, book.workspace.human.queue, reason)
    return walk.session, walk.wishes


def hand_to(
    book: FlowBook, session: Session, turn: Turn, queue: str, reason: str, urgent: bool
) -> Moved:
    """Put the visitor into a queue; one who waits in another queue already changes to it."""
    walk = Walk(book, session, turn)
    if session.desk == "waiting":
        walk.session = replace(session, queue=queue, urgent=urgent or session.urgent)
        if (queue, urgent) != (session.queue, session.urgent):
            walk.wishes.append(effects.HandOver(queue, reason))
    elif not session.desk:
        walk.say(book.workspace.human.script)
        hand_over(walk, queue, reason)
        walk.session = replace(walk.session, urgent=urgent)
    return walk.session, walk.wishes


def resume(book: FlowBook, session: Session, turn: Turn) -> Moved:
    """Go on after a person handed the conversation back."""
    session = replace(session, desk="", agent="", queue="", reason="", urgent=False)
    step = _current(book, session)
    walk = Walk(book, session, turn)
    if isinstance(step, Handover) and step.next:
        return _go(walk, step.next)
    walk.say(book.workspace.human.closed)
    if isinstance(step, Ask | Request):
        return _go(walk, step.key)
    walk.session = replace(walk.session, flow="", step="", stack=(), release=0)
    return walk.session, walk.wishes


def _current(book: FlowBook, session: Session) -> object | None:
    flow = book.flows.get(session.flow)
    return flow.steps.get(session.step) if flow else None


def _follow_button(walk: Walk) -> Moved | None:
    """Follow a button of any step, an older one too, as long as its flow still has it."""
    parts = walk.turn.payload.removeprefix("/").split(".")
    if len(parts) != 3 or not parts[2].isdigit():
        return None
    flow = walk.book.flows.get(parts[0])
    step = flow.steps.get(parts[1]) if flow else None
    if not isinstance(step, Ask) or int(parts[2]) >= len(step.choices):
        return None
    session = walk.session
    if session.flow != parts[0]:
        walk.session = replace(session, flow=parts[0], stack=(), tries=0)
    elif session.tries:
        walk.session = replace(session, tries=0)
    _click(walk, step.script)
    return _go(walk, step.choices[int(parts[2])].next)


def _click(walk: Walk, script: str) -> None:
    session = walk.session
    fresh = [seen for seen in session.exposures if seen.script == script and not seen.clicked]
    if not fresh:
        return
    walk.wishes += [effects.Click(_once_a_run(seen, session)) for seen in fresh]
    kept = (replace(seen, clicked=True) if seen in fresh else seen for seen in session.exposures)
    walk.session = replace(session, exposures=tuple(kept))


def _once_a_run(exposure: Exposure, session: Session) -> Exposure:
    """Leave the run out where the visitor has followed another of its scripts before."""
    others = (seen for seen in session.exposures if seen.run and seen.run == exposure.run)
    return replace(exposure, run="") if any(seen.clicked for seen in others) else exposure


def click(book: FlowBook, session: Session, turn: Turn, script: str) -> Moved:
    """Note that a visitor followed what a script offered, once for each exposure."""
    walk = Walk(book, session, turn)
    _click(walk, script)
    return walk.session, walk.wishes


def _go(walk: Walk, to: str | None) -> Moved:
    for _ in range(MOST_STEPS):
        flow = walk.book.flows.get(walk.session.flow)
        step = flow.steps.get(to) if flow and to else None
        if step is None:
            if not walk.session.stack:
                walk.session = replace(walk.session, flow="", step="", stack=(), release=0)
                if not walk.session.desk:
                    walk.mark(RESOLVED)
                break
            (back, to), stack = walk.session.stack[-1], walk.session.stack[:-1]
            walk.session = replace(walk.session, flow=back, stack=stack)
            continue
        if walk.session.asked:
            walk.session = replace(walk.session, asked="")
        walk.wishes.append(effects.Enter(walk.session.flow, step.key))
        to = STEPS[step.kind](walk, step)
        if to is None:
            walk.session = replace(walk.session, step=step.key)
            break
    else:
        walk.wishes.append(effects.Note("loop", (("flow", walk.session.flow),)))
        walk.mark(FAILED)
        walk.say(walk.book.workspace.fallback)
        walk.session = replace(walk.session, flow="", step="", stack=(), release=0)
    return walk.session, walk.wishes
