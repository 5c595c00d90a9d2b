"""Which rules an event wakes, and which timers it arms or disarms.

A timer is named by rule and generation; arming anew raises the generation, so a timer that was
overtaken finds nobody home.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from flows.frozen import replace
from rules.counts import Counted, note
from rules.model import PAGE_HIDDEN, PAGE_SHOWN, TICK, VISIT_END, Count, Event, Rule, Trigger
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
    begun: Mapping[str, float] = field(default_factory=dict)
    """By rule: when the first of two events happened that the second has yet to follow."""
    paused: Mapping[str, float] = field(default_factory=dict)
    """By rule: how much of a dwell is left while nobody sees the page."""


class RuleSet(tuple[Rule, ...]):
    """Rules, and which of them an event concerns at all: worked out once, asked at every event."""

    @cached_property
    def counts(self) -> tuple[Count, ...]:
        """Give what the rules count, each once."""
        return tuple(
            {one.name: one for rule in self if rule.enabled for one in rule.counts}.values()
        )

    def concerned(self, event: Event) -> Sequence[Rule]:
        """Give the rules that an event may wake, arm or disarm, in their order.

        Of those that want a property of it to be some text, only the ones whose text that is.
        """
        heard = self._by_event.get(event.name)
        return self._always if heard is None else heard.concerned(event)

    @cached_property
    def _always(self) -> list[Rule]:
        return [rule for rule in self if rule.enabled and rule.trigger.event == VISIT_END]

    @cached_property
    def _by_event(self) -> dict[str, "_Heard"]:
        heard = {rule.key: _hears(rule.trigger) for rule in self}
        names = {name for found in heard.values() for name in found}
        return {
            name: _Heard(
                rule
                for rule in self
                if rule.enabled and (name in heard[rule.key] or rule.trigger.event == VISIT_END)
            )
            for name in names
        }


class _Heard:
    """The rules that hear an event; those that it wakes by a text of its own stand by that."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._any: list[tuple[int, Rule]] = []
        self._picky: dict[str, dict[str, list[tuple[int, Rule]]]] = {}
        for place, rule in enumerate(rules):
            wanted = _wanted(rule.trigger)
            if wanted:
                name, text = wanted
                self._picky.setdefault(name, {}).setdefault(text, []).append((place, rule))
            else:
                self._any.append((place, rule))
        self._all = [rule for _place, rule in self._any]
        self._with: dict[tuple[tuple[str, str], ...], list[Rule]] = {}

    def concerned(self, event: Event) -> list[Rule]:
        """Give those that the event may mean, in their order."""
        said = tuple(
            (name, have)
            for name, by_text in self._picky.items()
            if isinstance(have := event.properties.get(name), str) and have in by_text
        )
        if not said:
            return self._all
        if said not in self._with:
            found = [one for name, text in said for one in self._picky[name][text]]
            self._with[said] = [rule for _place, rule in sorted(self._any + found)]
        return self._with[said]


def _wanted(trigger: Trigger) -> tuple[str, str] | None:
    """Name a property and the text that it must be for the event to mean anything to a trigger."""
    if trigger.is_timed or trigger.then or trigger.event == VISIT_END:
        return None  # Other events, or any at all, mean something to it.
    for name, text in trigger.where.items():
        if isinstance(text, str) and name != "product":  # Which may stand under another name.
            return name, text
    return None


def _hears(trigger: Trigger) -> set[str]:
    """Name the events that mean something to a trigger."""
    found = {trigger.event, *trigger.ends_on}
    if trigger.dwell:
        found |= {PAGE_HIDDEN, PAGE_SHOWN}
    if trigger.then:
        found |= {trigger.then.event, *trigger.then.without}
    return found


def react(rules: Sequence[Rule], state: RuleState, event: Event) -> tuple[RuleState, list[Rule]]:
    """Give the state after an event and the rules it wakes, before conditions and limits."""
    woken = []
    rules = rules if isinstance(rules, RuleSet) else RuleSet(rules)
    if rules.counts:
        counted = note(state.counted, rules.counts, event)
        state = state if counted == state.counted else replace(state, counted=counted)
    for rule in rules.concerned(event):
        trigger = rule.trigger
        if not (trigger.where or trigger.is_timed or trigger.then) and trigger.event == event.name:
            woken.append(rule)  # As most are, so no question is asked that need not be.
        elif trigger.is_timed:
            state = _time(rule, state, event)
        elif trigger.then:
            state, is_complete = _follow(rule, state, event)
            woken += [rule] if is_complete else []
        elif _begins(rule, event):
            woken.append(rule)
    return state, woken


def due(
    rules: Sequence[Rule], state: RuleState, now: float, only: tuple[str, int] | None = None
) -> tuple[RuleState, list[Rule]]:
    """Take the timers that are due off the state; `only` names one by rule and generation."""
    woken: list[Rule] = []
    if not state.armed:
        return state, woken
    for rule in rules:
        generation, at = state.armed.get(rule.key, (0, 0.0))
        if generation == 0 or at > now or (only and only != (rule.key, generation)):
            continue
        state = _disarm(rule, state)
        if rule.enabled:
            woken.append(rule)
    return state, woken


def _begins(rule: Rule, event: Event) -> bool:
    trigger = rule.trigger
    if trigger.event == VISIT_END:
        return event.is_sign
    return event.name == trigger.event and matches(trigger.where, event)


def _time(rule: Rule, state: RuleState, event: Event) -> RuleState:
    trigger = rule.trigger
    if event.name == TICK:
        return state
    if _begins(rule, event):
        generation = state.generation + 1
        armed = {**state.armed, rule.key: (generation, event.at + trigger.wait)}
        state = replace(state, armed=armed, generation=generation)
        return replace(state, paused=_but(state.paused, rule.key))
    if event.name == trigger.event or event.name in trigger.ends_on:
        if rule.key in state.paused:
            state = replace(state, paused=_but(state.paused, rule.key))
        return _disarm(rule, state)
    return _seen_or_not(rule, state, event) if trigger.dwell else state


def _seen_or_not(rule: Rule, state: RuleState, event: Event) -> RuleState:
    """Let a dwell rest while the page is hidden: only what is seen counts."""
    if event.name == PAGE_HIDDEN and rule.key in state.armed:
        left = max(state.armed[rule.key][1] - event.at, 0.0)
        state = _disarm(rule, state)
        return replace(state, paused={**state.paused, rule.key: left})
    if event.name == PAGE_SHOWN and rule.key in state.paused:
        generation, at = state.generation + 1, event.at + state.paused[rule.key]
        armed = {**state.armed, rule.key: (generation, at)}
        paused = _but(state.paused, rule.key)
        return replace(state, armed=armed, generation=generation, paused=paused)
    return state


def _follow(rule: Rule, state: RuleState, event: Event) -> tuple[RuleState, bool]:
    """Take in an event of a sequence; says whether it completes one."""
    then = rule.trigger.then
    if then is None:
        return state, False
    begun = state.begun.get(rule.key)
    in_time = begun is not None and event.at - begun <= then.within
    if in_time and event.name == then.event and matches(then.where, event):
        return replace(state, begun=_but(state.begun, rule.key)), True
    if _begins(rule, event):
        return replace(state, begun={**state.begun, rule.key: event.at}), False
    if begun is not None and event.name in then.without:
        return replace(state, begun=_but(state.begun, rule.key)), False
    return state, False


def _but(values: Mapping[str, float], key: str) -> Mapping[str, float]:
    return {k: value for k, value in values.items() if k != key} if key in values else values


def _disarm(rule: Rule, state: RuleState) -> RuleState:
    if rule.key not in state.armed:
        return state
    left = {key: timer for key, timer in state.armed.items() if key != rule.key}
    return replace(state, armed=left)
