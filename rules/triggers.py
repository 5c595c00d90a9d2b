"""Which rules an event wakes, and which timers it arms or disarms.

A timer is named by rule and generation; arming anew raises the generation, so a timer that was
overtaken finds nobody home.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rules.counts import Counted, note
from rules.model import MESSAGE, TICK, Event, Rule
from rules.snapshot import matches


@dataclass(frozen=True)
class RuleState:
    """What the rules remember of one visitor. Times are seconds since 1970."""

    armed: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    generation: int = 0
    spoke: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    in_session: Mapping[str, int] = field(default_factory=dict)
    counted: Counted = field(default_factory=dict)
    marketing: tuple[float, ...] = ()
    """When a rule of the group `marketing` spoke."""


def react(rules: Sequence[Rule], state: RuleState, event: Event) -> tuple[RuleState, list[Rule]]:
    """Give the state after an event and the rules it wakes, before conditions and limits."""
    woken = []
    counts = {count.name: count for rule in rules if rule.enabled for count in rule.counts}
    if counts:
        state = replace(state, counted=note(state.counted, counts.values(), event))
    for rule in rules:
        if not rule.enabled:
            continue
        if not rule.trigger.is_timed:
            if event.name == rule.trigger.event and matches(rule.trigger.where, event):
                woken.append(rule)
        else:
            state = _time(rule, state, event)
    return state, woken


def due(
    rules: Sequence[Rule], state: RuleState, now: float, only: tuple[str, int] | None = None
) -> tuple[RuleState, list[Rule]]:
    """Take the timers that are due off the state; `only` names one by rule and generation."""
    woken = []
    for rule in rules:
        generation, at = state.armed.get(rule.key, (0, 0.0))
        if generation == 0 or at > now or (only and only != (rule.key, generation)):
            continue
        state = _disarm(rule, state)
        if rule.enabled:
            woken.append(rule)
    return state, woken


def _time(rule: Rule, state: RuleState, event: Event) -> RuleState:
    trigger = rule.trigger
    if event.name == TICK:
        return state
    if event.name == trigger.event and matches(trigger.where, event):
        generation = state.generation + 1
        armed = {**state.armed, rule.key: (generation, event.at + trigger.wait)}
        return replace(state, armed=armed, generation=generation)
    ends = (MESSAGE,) if trigger.silence else (*(trigger.dwell.end_on if trigger.dwell else ()),)
    return _disarm(rule, state) if event.name in (*ends, trigger.event) else state


def _disarm(rule: Rule, state: RuleState) -> RuleState:
    if rule.key not in state.armed:
        return state
    left = {key: timer for key, timer in state.armed.items() if key != rule.key}
    return replace(state, armed=left)
