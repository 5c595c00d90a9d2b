"""Events replayed on a virtual clock against a rule set: what would have fired, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rules.arbiter import Drop, decide, remember
from rules.counts import facts as count_facts
from rules.model import MESSAGE, TICK, Event, Rule
from rules.mood import Mood, after, threshold_for
from rules.oracle import Explained, explain
from rules.segments import Segments
from rules.snapshot import fold, snapshot
from rules.triggers import RuleState, due, react


@dataclass(frozen=True)
class Moment:
    """One waking of a rule: did it fire, and if not, what kept it quiet."""

    at: float
    rule: str
    fired: bool
    reason: str
    why: Explained


def simulate(
    rules: Sequence[Rule], events: Sequence[Event], segments: Segments = ()
) -> list[Moment]:
    """Replay the events of one visitor, with every timer that comes due between them."""
    state, profile, mood = RuleState(), dict[str, Any](), Mood()
    moments: list[Moment] = []
    for event in sorted(events, key=lambda event: event.at):
        while timers := [at for _, at in state.armed.values() if at <= event.at]:
            at = min(timers)
            state, woken = due(rules, state, at)
            facts = _facts(profile, Event(TICK, at), segments, mood)
            state = _judge(woken, state, facts, at, moments)
        profile = fold(profile, event)
        mood = _felt(mood, event)
        state, woken = react(rules, state, event)
        state = _judge(woken, state, _facts(profile, event, segments, mood), event.at, moments)
    return moments


def passes(rule: Rule, segments: Segments = ()) -> list[bool]:
    """Run the tests that stand in a rule: True where it did what the operator expects."""
    return [
        any(moment.fired for moment in simulate([rule], case.given, segments)) == case.fires
        for case in rule.tests
    ]


def _felt(mood: Mood, event: Event) -> Mood:
    """Take in the mood of a message, by the usual thresholds."""
    if event.name != MESSAGE:
        return mood
    compound, anger = (float(event.properties.get(name) or 0) for name in ("compound", "anger"))
    threshold = threshold_for(str(event.properties.get("text", "")), {})
    return after(mood, compound, anger, threshold)


def _facts(profile: dict[str, Any], event: Event, segments: Segments, mood: Mood) -> dict[str, Any]:
    now = datetime.fromtimestamp(event.at, UTC)
    said = {_HEARD.get(name, f"message.{name}"): v for name, v in event.properties.items()}
    heard = {**said, **mood.facts} if event.name == MESSAGE else mood.facts
    return snapshot(profile, now, heard, segments)


_HEARD = {name: f"sentiment.{name}" for name in ("compound", "anger")}
_HEARD["sentiment"] = "sentiment.label"
"""What a recorded message says of its mood, by the fact it becomes."""


def _judge(
    woken: Sequence[Rule],
    state: RuleState,
    facts: dict[str, Any],
    at: float,
    moments: list[Moment],
) -> RuleState:
    counted = facts | count_facts((c for rule in woken for c in rule.counts), state.counted, at)
    why = {rule.key: explain(rule.when, counted) for rule in woken}
    chosen, drops = decide([rule for rule in woken if why[rule.key].holds], state, at)
    dropped = {drop.rule: drop for drop in drops}
    for rule in woken:
        drop = dropped.get(rule.key, Drop(rule.key, ""))
        reason = drop.reason if why[rule.key].holds else "condition"
        moments.append(Moment(at, rule.key, rule in chosen, reason, why[rule.key]))
    return remember(state, chosen, at)
