"""One decision: which of the woken rules hold, which of those may act, and why the others do not.

The service, the try-chat and the simulation all decide here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from rules import oracle
from rules.arbiter import Drop, Occasion, decide, is_within, remember
from rules.counts import facts as count_facts
from rules.deeds import CALLING
from rules.model import TIMER, Deed, Rule
from rules.triggers import RuleState

MOST_TEXT = 200
Acting = tuple[Rule, tuple[Deed, ...]]
"""A rule that acts, and what it does."""
Holding = Callable[[Sequence[Rule], Mapping[str, Any]], set[str]]


@dataclass(frozen=True)
class Decision:
    """What became of every rule that something woke.

    `on` is the event, or `timer`; `unmet` are the rules whose conditions did not hold, `facts` what
    all of them asked about, as it was then. Rules in `otherwise` acted because theirs did not hold.
    """

    on: str
    at: float
    acting: tuple[Acting, ...] = ()
    otherwise: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    drops: tuple[Drop, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def emitted(self) -> tuple[str, ...]:
        """Name the events that these rules report, each once; they happen after all deeds."""
        deeds = (deed for _rule, deeds in self.acting for deed in deeds)
        return tuple(dict.fromkeys(deed.target for deed in deeds if deed.do == "emit"))


def settle(
    on: str,
    woken: Sequence[Rule],
    state: RuleState,
    facts: Mapping[str, Any],
    occasion: Occasion,
    holding: Holding = oracle.fire,
) -> tuple[RuleState, Decision]:
    """Decide about the rules that something woke; gives what is remembered of it, too."""
    off = {
        rule.key: "off_schedule"
        for rule in woken
        if rule.trigger.schedule is not None and not _is_time_for(rule, occasion)
    }
    if occasion.lost and on == TIMER:
        off |= {rule.key: "page_lost" for rule in woken if rule.trigger.dwell}
    woken = [rule for rule in woken if rule.key not in off] if off else woken
    counts = [count for rule in woken for count in rule.counts]
    if counts:
        facts = {**facts, **count_facts(counts, state.counted, occasion.now)}
    held = holding(woken, facts)
    candidates = [rule for rule in woken if rule.key in held or rule.otherwise]
    asked = dict.fromkeys(chain.from_iterable([rule.asks for rule in woken]))
    known = {name: _short(facts.get(name)) for name in asked}
    late = tuple(Drop(key, reason) for key, reason in off.items())
    if not candidates:  # As mostly: then nothing is to be weighed.
        unmet = tuple(rule.key for rule in woken)
        return state, Decision(on, occasion.now, (), (), unmet, late, known)
    chosen, drops = decide(candidates, state, occasion)
    does = [(rule, rule.then if rule.key in held else rule.otherwise) for rule in chosen]
    acting, lost = _one_way(does)
    chosen, drops = [rule for rule, _deeds in acting], [*drops, *lost]
    decision = Decision(
        on,
        occasion.now,
        acting,
        tuple(rule.key for rule in chosen if rule.key not in held),
        tuple(rule.key for rule in woken if rule.key not in held and not rule.otherwise),
        (*drops, *late),
        known,
    )
    return remember(state, chosen, occasion.now), decision


def _one_way(does: Sequence[Acting]) -> tuple[tuple[Acting, ...], list[Drop]]:
    """Let only the strongest rule lead the visitor somewhere: nobody can be in two places.

    Rules that call a person make way for nothing but a stronger one that calls a person, too.
    """
    led, called, left, lost = "", "", [], []
    for rule, deeds in does:
        kinds = {deed.do for deed in deeds}
        calls, starts = not kinds.isdisjoint(CALLING), "start_flow" in kinds
        before = called if calls else led
        if before and (calls or starts):
            lost.append(Drop(rule.key, "lost_to", before))
            continue
        called = called or (rule.key if calls else "")
        led = led or (rule.key if calls or starts else "")
        left.append((rule, deeds))
    return tuple(left), lost


def record_of(decision: Decision) -> dict[str, Any]:
    """Give a decision as plain values, for the event log; the rules are those of the release."""
    return {
        "on": decision.on,
        "fired": [rule.key for rule, _deeds in decision.acting],
        "otherwise": list(decision.otherwise),
        "unmet": list(decision.unmet),
        "drops": [[drop.rule, drop.reason, drop.by] for drop in decision.drops],
        "facts": dict(decision.facts),
    }


def kept_quiet(on: str, woken: Sequence[Rule], at: float, reason: str) -> Decision:
    """Give the decision that none of these rules may act, whatever their conditions say."""
    return Decision(on, at, drops=tuple(Drop(rule.key, reason) for rule in woken))


def _is_time_for(rule: Rule, occasion: Occasion) -> bool:
    """Say whether a rule may be woken now; over midnight the day is that of the beginning."""
    schedule = rule.trigger.schedule
    if schedule is None:
        return True
    day, start, end = occasion.weekday, schedule.start, schedule.end
    if start > end and occasion.minute < end:
        day = (day - 2) % 7 + 1
    return day in schedule.days and (start == end or is_within(occasion.minute, start, end))


def _short(value: Any) -> Any:
    return value[:MOST_TEXT] if isinstance(value, str) else value
