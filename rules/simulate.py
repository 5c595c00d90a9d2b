"""Events replayed on a virtual clock against a rule set: what would have fired, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from flows.workspace import Marketing
from rules.arbiter import Drop, Occasion
from rules.deciding import Decision, settle
from rules.deeds import MOST_EMITTED
from rules.derived import entered, is_lost, seen, segments_asked, visit_of
from rules.model import MESSAGE, PAGE_SHOWN, TICK, TIMER, Event, Rule
from rules.mood import Mood, after, threshold_for
from rules.oracle import Explained, explain
from rules.segments import Segments
from rules.snapshot import fold, is_overtaken, snapshot
from rules.triggers import RuleSet, RuleState, due, react


@dataclass(frozen=True)
class Shop:
    """What holds for all rules: segments, the limits of all marketing, and the local time."""

    segments: Segments = ()
    marketing: Marketing = field(default_factory=Marketing)
    zone: tzinfo = UTC


NO_SHOP = Shop()


@dataclass(frozen=True)
class Moment:
    """One waking of a rule: did it fire, and if not, what kept it quiet; `by` as in `Drop`."""

    at: float
    rule: str
    fired: bool
    reason: str
    why: Explained
    by: str = ""


@dataclass(frozen=True)
class Lapse:
    """A wait of a rule that began and woke nothing: `by` ended it, at `at`.

    Where `by` is empty nothing ended it: its time is up only at `at`, after all that happened.
    """

    rule: str
    began: float
    at: float
    by: str = ""


@dataclass(frozen=True)
class _Visitor:
    """Where one visitor stands in a replay."""

    name: str
    state: RuleState = field(default_factory=RuleState)
    profile: Mapping[str, Any] = field(default_factory=dict)
    mood: Mood = field(default_factory=Mood)


def simulate(
    rules: Sequence[Rule], events: Sequence[Event], shop: Shop = NO_SHOP, visitor: str = ""
) -> list[Moment]:
    """Replay the events of one visitor, with every timer that comes due between them."""
    return replay(rules, events, shop, visitor)[0]


def replay(
    rules: Sequence[Rule], events: Sequence[Event], shop: Shop = NO_SHOP, visitor: str = ""
) -> tuple[list[Moment], list[Lapse]]:
    """Replay the events of one visitor; gives what woke rules, and the waits that woke none."""
    rules = RuleSet(rules)
    one, asked = _Visitor(visitor), segments_asked(rules, shop.segments)
    happened = _Replay(rules, shop)
    for event in sorted(events, key=lambda event: event.at):
        while timers := [at for _, at in one.state.armed.values() if at <= event.at]:
            at = min(timers)
            state, woken = due(rules, one.state, at)
            one = happened.judge(replace(one, state=state), Event(TICK, at), woken)
        for began in visit_of(one.profile, event):
            one = happened.happen(one, began)
        profile, overtaken = seen(fold(one.profile, event), event), is_overtaken(one.profile, event)
        before, one = one.profile, replace(one, profile=profile, mood=_felt(one.mood, event))
        if overtaken:
            continue
        one = happened.happen(one, event)
        local = datetime.fromtimestamp(event.at, shop.zone)
        for came in entered(before, profile, asked, local, event.at):
            one = happened.happen(one, came)
    left = (Lapse(key, happened.began[key], at) for key, (_, at) in one.state.armed.items())
    return happened.moments, sorted((*happened.lapses, *left), key=lambda lapse: lapse.at)


def passes(rule: Rule, segments: Segments = ()) -> list[bool]:
    """Run the tests that stand in a rule: True where it did what the operator expects."""
    shop = Shop(segments)
    return [
        any(moment.fired for moment in simulate([rule], case.given, shop)) == case.fires
        for case in rule.tests
    ]


@dataclass
class _Replay:
    """Lets events happen to a visitor, and writes down what became of each rule they woke."""

    rules: Sequence[Rule]
    shop: Shop
    moments: list[Moment] = field(default_factory=list)
    lapses: list[Lapse] = field(default_factory=list)
    began: dict[str, float] = field(default_factory=dict)
    """By rule: when its wait began."""

    def happen(self, one: _Visitor, event: Event, depth: int = 0) -> _Visitor:
        """Let one event wake the rules that wait for it."""
        state, woken = react(self.rules, one.state, event)
        if state is not one.state:
            self._watch(one.state, state, event)
        return self.judge(replace(one, state=state), event, woken, depth)

    def _watch(self, before: RuleState, after: RuleState, event: Event) -> None:
        """Write down which waits an event began, and which it ended."""
        for key, (generation, _at) in after.armed.items():
            goes_on = event.name == PAGE_SHOWN and key in before.paused
            if before.armed.get(key, (0, 0.0))[0] != generation and not goes_on:
                self.began[key] = event.at
        for key in {**before.armed, **before.paused}:
            if key not in after.armed and key not in after.paused:
                self.lapses.append(Lapse(key, self.began[key], event.at, event.name))

    def judge(self, one: _Visitor, event: Event, woken: Sequence[Rule], depth: int = 0) -> _Visitor:
        """Decide about woken rules, and do what they do to facts and to other rules."""
        if not woken:
            return one
        local = datetime.fromtimestamp(event.at, self.shop.zone)
        facts = _facts(self.shop, one, event, local)
        minute, opted_out = local.hour * 60 + local.minute, facts["visitor.opted_out"] is True
        moment = (event.at, one.name, minute, local.isoweekday())
        lost = is_lost(one.profile, event.at)
        occasion = Occasion(*moment, opted_out, self.shop.marketing, lost)
        on = TIMER if event.name == TICK else event.name
        state, decision = settle(on, woken, one.state, facts, occasion)
        self._note(decision, woken)
        one = replace(one, state=state)
        for deed in (deed for _rule, deeds in decision.acting for deed in deeds):
            if deed.do == "set":
                one = replace(one, profile={**one.profile, deed.target: deed.value})
        for name in decision.emitted if depth < MOST_EMITTED else ():
            one = self.happen(one, Event(name, event.at, ours=True), depth + 1)
        return one

    def _note(self, decision: Decision, woken: Sequence[Rule]) -> None:
        dropped = {drop.rule: drop for drop in decision.drops}
        acting = {rule.key for rule, _deeds in decision.acting}
        for rule in woken:
            usual = Drop(rule.key, "condition" if rule.key in decision.unmet else "")
            drop, why = dropped.get(rule.key, usual), explain(rule.when, decision.facts)
            did = rule.key in acting
            moment = Moment(decision.at, rule.key, did, drop.reason, why, drop.by)
            self.moments.append(moment)


def _felt(mood: Mood, event: Event) -> Mood:
    """Take in the mood of a message, by the usual thresholds."""
    if event.name != MESSAGE:
        return mood
    compound, anger = (float(event.properties.get(name) or 0) for name in ("compound", "anger"))
    threshold = threshold_for(str(event.properties.get("text", "")), {})
    return after(mood, compound, anger, threshold)


def _facts(shop: Shop, one: _Visitor, event: Event, local: datetime) -> dict[str, Any]:
    said = {_HEARD.get(name, f"message.{name}"): v for name, v in event.properties.items()}
    heard = {**said, **one.mood.facts} if event.name == MESSAGE else one.mood.facts
    return snapshot(one.profile, local, heard, shop.segments)


_HEARD = {name: f"sentiment.{name}" for name in ("compound", "anger")}
_HEARD["sentiment"] = "sentiment.label"
"""What a recorded message says of its mood, by the fact it becomes."""
