"""Many firings, few deeds: priority, exclusion, cooldown and caps; every drop has a reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rules.model import Rule
from rules.triggers import RuleState

MOST_REMEMBERED = 50


@dataclass(frozen=True)
class Drop:
    """A rule that held and yet keeps quiet, and why."""

    rule: str
    reason: str


def decide(
    candidates: Sequence[Rule], state: RuleState, now: float
) -> tuple[list[Rule], list[Drop]]:
    """Choose which of the rules that hold may act, strongest first."""
    chosen: list[Rule] = []
    drops: list[Drop] = []
    for rule in sorted(candidates, key=lambda rule: (-rule.priority, rule.key)):
        reason = _limit(rule, state, now) or _conflict(rule, chosen)
        if reason:
            drops.append(Drop(rule.key, reason))
        else:
            chosen.append(rule)
    return chosen, drops


def remember(state: RuleState, rules: Sequence[Rule], now: float) -> RuleState:
    """Note that these rules have acted."""
    for rule in rules:
        times = (*state.spoke.get(rule.key, ()), now)[-MOST_REMEMBERED:]
        count = state.in_session.get(rule.key, 0) + 1
        state = replace(
            state,
            spoke={**state.spoke, rule.key: times},
            in_session={**state.in_session, rule.key: count},
        )
    return state


def _limit(rule: Rule, state: RuleState, now: float) -> str:
    limits, times = rule.limits, state.spoke.get(rule.key, ())
    # A clock that ran ahead leaves times in the future; they count as just now.
    if limits.cooldown is not None and times and now - max(times) < limits.cooldown:
        return "cooldown"
    if limits.per_session is not None and state.in_session.get(rule.key, 0) >= limits.per_session:
        return "per_session"
    if limits.per_visitor is not None:
        since = now - limits.per_visitor_in if limits.per_visitor_in else 0.0
        if sum(at > since for at in times) >= limits.per_visitor:
            return "per_visitor"
    return ""


def _conflict(rule: Rule, chosen: Sequence[Rule]) -> str:
    group = rule.conflict.exclusive_group
    if group and any(other.conflict.exclusive_group == group for other in chosen):
        return "exclusive_group"
    if any(rule.limits.group in other.conflict.suppress_groups for other in chosen):
        return "suppressed"
    return ""
