"""One decision: which of the woken rules hold, which of those may act, and why the others do not.

The service, the try-chat and the simulation all decide here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules import oracle
from rules.arbiter import Drop, Occasion, decide, is_within, remember
from rules.counts import facts as count_facts
from rules.model import Deed, Rule
from rules.triggers import RuleState

MOST_TEXT = 200
Holding = Callable[[Sequence[Rule], Mapping[str, Any]], set[str]]


@dataclass(frozen=True)
class Decision:
    """What became of every rule that something woke.

    `on` is the event, or `timer`; `unmet` are the rules whose conditions did not hold, `facts` what
    all of them asked about, as it was then. Rules in `otherwise` acted because theirs did not hold.
    """

    on: str
    at: float
    acting: tuple[tuple[Rule, tuple[Deed, ...]], ...] = ()
    otherwise: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    drops: tuple[Drop, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


def settle(
    on: str,
    woken: Sequence[Rule],
    state: RuleState,
    facts: Mapping[str, Any],
    occasion: Occasion,
    holding: Holding = oracle.fire,
) -> tuple[RuleState, Decision]:
    """Decide about the rules that something woke; gives what is remembered of it, too."""
    off = [rule for rule in woken if not _is_time_for(rule, occasion)]
    woken = [rule for rule in woken if rule not in off] if off else woken
    counts = (count for rule in woken for count in rule.counts)
    facts = {**facts, **count_facts(counts, state.counted, occasion.now)}
    held = holding(woken, facts)
    candidates = [rule for rule in woken if rule.key in held or rule.otherwise]
    chosen, drops = decide(candidates, state, occasion)
    acting = tuple((rule, rule.then if rule.key in held else rule.otherwise) for rule in chosen)
    decision = Decision(
        on,
        occasion.now,
        acting,
        tuple(rule.key for rule in chosen if rule.key not in held),
        tuple(rule.key for rule in woken if rule.key not in held and not rule.otherwise),
        (*drops, *(Drop(rule.key, "off_schedule") for rule in off)),
        {name: _short(facts.get(name)) for rule in woken for name in rule.asks},
    )
    return remember(state, chosen, occasion.now), decision


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
