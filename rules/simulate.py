"""Events replayed on a virtual clock against a rule set: what would have fired, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from flows.workspace import Marketing
from rules.arbiter import Drop, Occasion
from rules.deciding import settle
from rules.model import MESSAGE, TICK, TIMER, Event, Rule
from rules.mood import Mood, after, threshold_for
from rules.oracle import Explained, explain
from rules.segments import Segments
from rules.snapshot import fold, snapshot
from rules.triggers import RuleState, due, react


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
    one = _Visitor(visitor)
    moments: list[Moment] = []
    for event in sorted(events, key=lambda event: event.at):
        while timers := [at for _, at in one.state.armed.values() if at <= event.at]:
            at = min(timers)
            state, woken = due(rules, one.state, at)
            one = _judge(shop, replace(one, state=state), Event(TICK, at), woken, moments)
        one = replace(one, profile=fold(one.profile, event), mood=_felt(one.mood, event))
        state, woken = react(rules, one.state, event)
        one = _judge(shop, replace(one, state=state), event, woken, moments)
    return moments


def passes(rule: Rule, segments: Segments = ()) -> list[bool]:
    """Run the tests that stand in a rule: True where it did what the operator expects."""
    shop = Shop(segments)
    return [
        any(moment.fired for moment in simulate([rule], case.given, shop)) == case.fires
        for case in rule.tests
    ]


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


def _judge(
    shop: Shop, one: _Visitor, event: Event, woken: Sequence[Rule], moments: list[Moment]
) -> _Visitor:
    if not woken:
        return one
    local = datetime.fromtimestamp(event.at, shop.zone)
    facts = _facts(shop, one, event, local)
    minute, opted_out = local.hour * 60 + local.minute, facts["visitor.opted_out"] is True
    occasion = Occasion(event.at, one.name, minute, opted_out, shop.marketing)
    on = TIMER if event.name == TICK else event.name
    state, decision = settle(on, woken, one.state, facts, occasion)
    dropped = {drop.rule: drop for drop in decision.drops}
    acting = {rule.key for rule, _deeds in decision.acting}
    for rule in woken:
        usual = Drop(rule.key, "condition" if rule.key in decision.unmet else "")
        drop = dropped.get(rule.key, usual)
        why = explain(rule.when, decision.facts)
        moments.append(Moment(event.at, rule.key, rule.key in acting, drop.reason, why, drop.by))
    return replace(one, state=state)
