"""What rules do once they may: say, start, give, hand over, set, and tell other rules."""

from flows.experiments import QUIET
from flows.frozen import replace
from rules.arbiter import Occasion
from rules.deciding import kept_quiet, settle
from rules.deeds import CALLING, GIVES, MOST_EMITTED
from rules.derived import is_lost
from rules.model import MESSAGE, Deed, Event, Rule
from rules.triggers import RuleState, react
from runtime.engine import advance, effects
from runtime.engine.advance import Moved
from runtime.engine.effects import Effect
from runtime.engine.meeting import expose, meets
from runtime.engine.session import Session
from runtime.engine.turn import Turn
from runtime.releases import Release


def fire(
    release: Release, session: Session, turn: Turn, woken: list[Rule], on: str, depth: int = 0
) -> Moved:
    """Let the rules that hold, and may, do their deeds."""
    if not woken:
        return session, []
    slots = {f"slot.{name}": value for name, value in session.slots.items()}
    tags = {name: value for name, value in session.profile.items() if name.startswith("tag.")}
    facts = {**turn.facts, **tags, **slots}
    opted_out = facts["visitor.opted_out"] is True
    marketing = release.book.workspace.marketing
    day = int(facts["time.weekday"])
    moment = (turn.now, session.visitor, turn.minute, day)
    lost = is_lost(session.profile, turn.now)
    occasion = Occasion(*moment, opted_out, marketing, lost)
    state, decision = settle(on, woken, session.rules, facts, occasion, release.judge.holding)
    moved: Moved = (_with_rules(session, state), [effects.Decide(decision)])
    emitted: dict[str, None] = {}
    for rule, deeds in decision.acting:
        moved[1].append(effects.Note("rule_fired", (("rule", rule.key),)))
        met = _tried_out(release, moved[0], turn, rule, deeds)
        moved = chain(moved, met[0])
        moved = chain(moved, _do(release, moved[0], turn, rule, met[1]))
        emitted |= {deed.target: None for deed in met[1] if deed.do == "emit"}
    for name in emitted:
        moved = chain(moved, _emit(release, moved[0], turn, name, depth))
    return moved


def wake(release: Release, session: Session, turn: Turn, event: Event, depth: int = 0) -> Moved:
    """Let an event wake the rules that wait for it, unless a person talks to the visitor."""
    rules, woken = react(release.rules, session.rules, event)
    session = _with_rules(session, rules)
    if session.desk:
        return session, with_person(woken, turn.now, event.name)
    return fire(release, session, turn, woken, event.name, depth)


def _tried_out(
    release: Release, session: Session, turn: Turn, rule: Rule, deeds: tuple[Deed, ...]
) -> tuple[Moved, tuple[Deed, ...]]:
    """Give what a rule does for this visitor: of an experiment over it, what their arm does."""
    subject = f"rule.{rule.key}"
    if subject not in turn.running:
        return (session, []), deeds
    known = {one.key: one.then for one in release.rules}
    if deeds != known.get(rule.key):  # What it does otherwise, or a part of it, is no part.
        return (session, []), deeds
    met = meets(session, turn, subject, {*known, QUIET})
    if not (met.arm or met.held):
        return (session, []), deeds
    moved = expose(session, turn, subject, met.arm or rule.key, met)
    return moved, () if met.arm == QUIET else known[met.arm or rule.key]


def _with_rules(session: Session, rules: RuleState) -> Session:
    return session if rules is session.rules else replace(session, rules=rules)


def with_person(woken: list[Rule], now: float, on: str) -> list[Effect]:
    """Note that rules kept quiet because a person talks to the visitor."""
    return [effects.Decide(kept_quiet(on, woken, now, "with_person"))] if woken else []


def with_barred(fired: Moved, barred: list[Rule], now: float) -> Moved:
    """Note with what was decided that rules kept quiet because a flow is asking something."""
    quiet = kept_quiet(MESSAGE, barred, now, "in_flow")
    session, wishes = fired
    if not (wishes and isinstance(wishes[0], effects.Decide)):
        return session, [effects.Decide(quiet), *wishes]
    decision = wishes[0].decision
    decision = replace(decision, drops=(*decision.drops, *quiet.drops))
    return session, [effects.Decide(decision), *wishes[1:]]


def said_to_person(release: Release, session: Session, now: float) -> Moved:
    """Note which rules wait for messages while a person answers: nobody understands these.

    A rule that wants an intent or a mood is not woken, for none was told; no wait begins or ends.
    """
    _state, woken = react(release.rules, session.rules, Event(MESSAGE, now))
    return session, with_person(woken, now, MESSAGE)


def starts_flow(rule: Rule) -> bool:
    """Say whether a rule may start a flow."""
    return rule.does("start_flow")


def calls_person(rule: Rule) -> bool:
    """Say whether a rule may call a person."""
    return any(rule.does(what) for what in CALLING)


def without_flow(rule: Rule) -> Rule:
    """Give a rule that does all the same but start a flow."""
    return rule.without_flow if starts_flow(rule) else rule


def chain(first: Moved, second: Moved) -> Moved:
    """Give where the second move led, with what both wish for."""
    return second[0], [*first[1], *second[1]]


def _emit(release: Release, session: Session, turn: Turn, name: str, depth: int) -> Moved:
    """Let an event of our own happen, in the same turn."""
    if depth >= MOST_EMITTED:
        return session, [effects.Note("loop", (("event", name),))]
    happened: Moved = (session, [effects.Note("emitted", (("event", name),))])
    return chain(
        happened, wake(release, session, turn, Event(name, turn.now, ours=True), depth + 1)
    )


def _do(
    release: Release, session: Session, turn: Turn, rule: Rule, deeds: tuple[Deed, ...]
) -> Moved:
    given = [deed for deed in deeds if deed.do in GIVES]
    if given:
        turn = replace(turn, coupon=release.book.workspace.coupons.get(given[0].target))
    moved: Moved = (session, [])
    for deed in deeds:
        moved = chain(moved, _do_one(release, moved[0], turn, rule, deed))
    return moved


def _do_one(release: Release, session: Session, turn: Turn, rule: Rule, deed: Deed) -> Moved:
    book = release.book
    if deed.do == "send_script":
        return advance.speak(book, session, turn, deed.target)
    if deed.do == "start_flow":
        return advance.start(book, session, turn, deed.target)
    if deed.do in ("handover", "escalate"):
        urgent = deed.do == "escalate"
        return advance.hand_to(book, session, turn, deed.target, rule.key, urgent)
    if deed.do == "set" and deed.target.startswith("slot."):
        name = deed.target.removeprefix("slot.")
        return replace(session, slots={**session.slots, name: deed.value}), []
    if deed.do == "set":
        return replace(session, profile={**session.profile, deed.target: deed.value}), []
    if deed.do == "notify":
        return session, [effects.Notify(deed.target, rule.key)]
    count = session.rules.in_session.get(rule.key, 0)
    key = f"{session.visitor}:{rule.key}:{deed.target}:{int(turn.now)}:{count}"
    if deed.do in GIVES and deed.target in book.workspace.coupons:
        expires = turn.now + deed.expires if deed.expires else 0.0
        return session, [effects.PushCoupon(book.workspace.coupons[deed.target], expires, key)]
    if deed.do == "webhook" and deed.target in book.connectors:
        told = effects.TellSystem(book.connectors[deed.target], rule.key, turn.facts, key)
        return session, [told]
    return session, []
