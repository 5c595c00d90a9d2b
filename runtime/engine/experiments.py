"""The experiment something stands in: who takes part, which arm they meet, and that they keep it.

Arms are dealt by a hash of run and visitor, so the same visitor meets the same arm on every machine
and after every restart, and two experiments do not deal alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from runtime.engine.variants import draw


@dataclass(frozen=True)
class Running:
    """An experiment as it is in force for a script, a flow or a rule.

    `run` names this run of it (`offer#2`), `subject` what arms are remembered under; `shares` by
    arm sum to 1, `by_segment` has other ones for who is in a segment, the first that fits. `share`
    of the audience takes part; at 0 nobody new does. Those of a `group` begin at `slot`, so that no
    two have a visitor in common. `held_out` of all visitors take part in no experiment at all. The
    value of an order counts up to `cap`; 0 is no cap. Once it is `settled` an arm is kept for a
    session only.
    """

    run: str
    shares: Mapping[str, float] = field(default_factory=dict)
    share: float = 1.0
    segments: tuple[str, ...] = ()
    goal: str = ""
    settled: bool = False
    subject: str = ""
    channels: tuple[str, ...] = ()
    group: str = ""
    slot: float = 0.0
    held_out: float = 0.0
    cap: float = 0.0
    by_segment: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def read_running(values: Mapping[str, Any]) -> Running:
    """Read what is in force from plain values; what a newer version says besides is passed over."""
    return Running(**{name: value for name, value in values.items() if name in _KNOWN})


_KNOWN = frozenset(field.name for field in fields(Running))


def arm_of(
    running: Running,
    visitor: str,
    facts: Mapping[str, Any],
    met: str,
    in_session: bool,
    channel: str = "",
) -> str:
    """Give the arm a visitor meets, empty for who takes no part.

    `met` is the arm they met before in this run, `in_session` whether that was in this session.
    """
    if met in running.shares and (in_session or not running.settled):
        return met
    if not takes_part(running, visitor, facts, channel) or is_held_out(running, visitor):
        return ""
    return dealt(running, visitor, facts)


def takes_part(running: Running, visitor: str, facts: Mapping[str, Any], channel: str = "") -> bool:
    """Say whether a visitor belongs to those that the experiment is for."""
    if running.channels and channel not in running.channels:
        return False
    if running.segments and not any(facts.get(f"segment.{one}") for one in running.segments):
        return False
    if running.share >= 1:
        return True
    name = f"{running.group}|group" if running.group else f"{running.run}|takes part"
    return running.slot <= draw(f"{name}|{visitor}") < running.slot + running.share


def is_held_out(running: Running, visitor: str) -> bool:
    """Say whether a visitor takes part in no experiment."""
    return running.held_out > 0 and draw(f"held out|{visitor}") < running.held_out


def segment_of(running: Running, facts: Mapping[str, Any]) -> str:
    """Name the segment whose weights a visitor gets, empty where that is none."""
    return next((one for one in running.by_segment if facts.get(f"segment.{one}")), "")


def dealt(running: Running, visitor: str, facts: Mapping[str, Any] | None = None) -> str:
    """Deal an arm by the shares in force."""
    shares = running.by_segment.get(segment_of(running, facts or {}), running.shares)
    point, last = draw(f"{running.run}|{visitor}"), ""
    for arm, share in shares.items():
        if share > 0:
            last = arm
            point -= share
            if point < 0:
                break
    return last
