"""Many firings, few deeds: who speaks, and may they? Every drop has a reason.

First who: a rule that suppresses groups keeps them quiet, and of each exclusive group the strongest
is left. Then whether: cooldown, caps, and what holds for all marketing together. So a strong rule
that has spoken often enough does not make way for a weaker one of its group.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from flows.frozen import replace
from flows.workspace import Marketing
from rules.model import Rule
from rules.triggers import RuleState

MARKETING = "marketing"
MOST_REMEMBERED = 50


@dataclass(frozen=True)
class Drop:
    """A rule that held and yet keeps quiet, and why.

    `by` is the other rule of `lost_to` and `suppressed_by`; of `capped` what is used up: `session`,
    `visitor` or `marketing`; of `cooling_down` until when, in seconds since 1970.
    """

    rule: str
    reason: str
    by: str = ""


@dataclass(frozen=True)
class Occasion:
    """What a decision must know of the moment; `minute` and `weekday` (1 is Monday) are local."""

    now: float
    visitor: str = ""
    minute: int = 720
    weekday: int = 1
    opted_out: bool = False
    marketing: Marketing = field(default_factory=Marketing)
    lost: bool = False
    """The page that was seen is gone without a word."""


def decide(
    candidates: Sequence[Rule], state: RuleState, occasion: Occasion
) -> tuple[list[Rule], list[Drop]]:
    """Choose which of the rules that hold may act, strongest first."""
    left, drops = _unsuppressed(sorted(candidates, key=strength))
    left, lost = _strongest(left)
    drops += lost
    chosen: list[Rule] = []
    for rule in left:
        drop = _limit(rule, state, occasion.now) or _manners(rule, state, occasion)
        if drop:
            drops.append(drop)
        else:
            chosen.append(rule)
            state = remember(state, [rule], occasion.now)  # The next one counts this one, too.
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
        if rule.limits.group == MARKETING:
            state = replace(state, marketing=(*state.marketing, now)[-MOST_REMEMBERED:])
    return state


def strength(rule: Rule) -> tuple[int, int, str]:
    """Give what rules are sorted by, the strongest first: priority, then how specific, then key."""
    return -rule.priority, -rule.specificity, rule.key


def silences(loud: Rule, other: Rule) -> bool:
    """Say whether a rule keeps another one quiet when both hold."""
    groups = {other.limits.group, other.conflict.exclusive_group} - {""}
    return loud.key != other.key and not groups.isdisjoint(loud.conflict.suppress_groups)


def is_held_out(visitor: str, share: float) -> bool:
    """Say whether a visitor is among those who get no marketing: always the same ones."""
    found = blake2b(f"hold-out|{visitor}".encode(), digest_size=4).digest()
    return int.from_bytes(found) < share * 2**32


def _unsuppressed(rules: Sequence[Rule]) -> tuple[list[Rule], list[Drop]]:
    loud: list[Rule] = []
    for rule in rules:
        if rule.conflict.suppress_groups and not any(silences(other, rule) for other in loud):
            loud.append(rule)
    by = {rule.key: [other.key for other in loud if silences(other, rule)] for rule in rules}
    left = [rule for rule in rules if not by[rule.key]]
    return left, [Drop(key, "suppressed_by", others[0]) for key, others in by.items() if others]


def _strongest(rules: Sequence[Rule]) -> tuple[list[Rule], list[Drop]]:
    winners: dict[str, str] = {}
    left, drops = [], []
    for rule in rules:
        group = rule.conflict.exclusive_group
        if group in winners:
            drops.append(Drop(rule.key, "lost_to", winners[group]))
            continue
        if group:
            winners[group] = rule.key
        left.append(rule)
    return left, drops


def _limit(rule: Rule, state: RuleState, now: float) -> Drop | None:
    limits, times = rule.limits, state.spoke.get(rule.key, ())
    # A clock that ran ahead leaves times in the future; they count as just now.
    if limits.cooldown is not None and times and now - max(times) < limits.cooldown:
        return Drop(rule.key, "cooling_down", f"{min(max(times), now) + limits.cooldown:.0f}")
    if limits.per_session is not None and state.in_session.get(rule.key, 0) >= limits.per_session:
        return Drop(rule.key, "capped", "session")
    if _is_used_up(times, limits.per_visitor, limits.per_visitor_in, now):
        return Drop(rule.key, "capped", "visitor")
    return None


def _manners(rule: Rule, state: RuleState, occasion: Occasion) -> Drop | None:
    """Say what keeps all marketing quiet, if anything does."""
    if rule.limits.group != MARKETING:
        return None
    whole = occasion.marketing
    if _is_used_up(state.marketing, whole.most, whole.within, occasion.now):
        return Drop(rule.key, "capped", MARKETING)
    if is_within(occasion.minute, whole.quiet_from, whole.quiet_to):
        return Drop(rule.key, "quiet_hours")
    if occasion.opted_out:
        return Drop(rule.key, "opted_out")
    if is_held_out(occasion.visitor, whole.hold_out):
        return Drop(rule.key, "held_out")
    return None


def is_within(minute: int, start: int, end: int) -> bool:
    """Say whether a minute of the day lies in a stretch that may go over midnight."""
    if start <= end:
        return start <= minute < end
    return minute >= start or minute < end


def _is_used_up(times: Sequence[float], most: int | None, within: float, now: float) -> bool:
    since = now - within if within else 0.0
    return most is not None and sum(at > since for at in times) >= most
