"""The experiment a script stands in: who takes part, which arm they meet, and that they keep it.

Arms are dealt by a hash of run and visitor, so the same visitor meets the same arm on every machine
and after every restart, and two experiments do not deal alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from runtime.engine.variants import draw


@dataclass(frozen=True)
class Running:
    """An experiment as it is in force for one script.

    `run` names this run of it (`offer#2`); `shares` by arm sum to 1. `share` of the audience takes
    part; at 0 nobody new does. Once it is `settled` an arm is kept for a session only.
    """

    run: str
    shares: Mapping[str, float] = field(default_factory=dict)
    share: float = 1.0
    segments: tuple[str, ...] = ()
    goal: str = ""
    settled: bool = False


def read_running(values: Mapping[str, Any]) -> Running:
    """Read what is in force from plain values; what a newer version says besides is passed over."""
    return Running(**{name: value for name, value in values.items() if name in _KNOWN})


_KNOWN = frozenset(field.name for field in fields(Running))


def arm_of(
    running: Running, visitor: str, facts: Mapping[str, Any], met: str, in_session: bool
) -> str:
    """Give the arm a visitor meets, empty for who takes no part.

    `met` is the arm they met before in this run, `in_session` whether that was in this session.
    """
    if met in running.shares and (in_session or not running.settled):
        return met
    if draw(f"{running.run}|takes part|{visitor}") >= running.share:
        return ""
    if running.segments and not any(facts.get(f"segment.{one}") for one in running.segments):
        return ""
    return dealt(running, visitor)


def dealt(running: Running, visitor: str) -> str:
    """Deal an arm by the shares in force."""
    point, last = draw(f"{running.run}|{visitor}"), ""
    for arm, share in running.shares.items():
        if share > 0:
            last = arm
            point -= share
            if point < 0:
                break
    return last
