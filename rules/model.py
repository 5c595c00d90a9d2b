"""Rule, trigger, limits, deed, segment: when something starts, and for whom.

Times are seconds since 1970 (UTC), durations are seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flows.conditions import AllOf, Condition, tests_in
from flows.model import Text

MESSAGE = "message"
TICK = "tick"
PAGE_LEAVE = "page_leave"
TIMER = "timer"


@dataclass(frozen=True)
class Event:
    """Something a visitor did: an event of Segment's spec, `message`, `page` or `page_leave`."""

    name: str
    at: float
    properties: Mapping[str, Any] = field(default_factory=dict)
    sent: float = 0.0
    """The time by the visitor's own clock; 0 is unknown. Good only for telling which came first."""


@dataclass(frozen=True)
class Dwell:
    """Stays longer than this, unless one of these events ends it."""

    more_than: float
    end_on: tuple[str, ...] = (PAGE_LEAVE,)


@dataclass(frozen=True)
class Trigger:
    """The event that wakes a rule; with `dwell` or `silence` it wakes later, by a timer."""

    event: str
    where: Mapping[str, Any] = field(default_factory=dict)
    dwell: Dwell | None = None
    silence: float | None = None

    @property
    def is_timed(self) -> bool:
        """Say whether a timer, not the event itself, wakes the rule."""
        return self.dwell is not None or self.silence is not None

    @property
    def wait(self) -> float:
        """Give the seconds between the event and the waking."""
        return self.dwell.more_than if self.dwell else self.silence or 0.0


@dataclass(frozen=True)
class Count:
    """How often an event happened among the last messages, or within the last seconds.

    `name` is the fact it goes by; one of `messages` and `seconds` is 0.
    """

    name: str
    event: str
    where: Mapping[str, Any] = field(default_factory=dict)
    messages: int = 0
    seconds: float = 0.0
    reset_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """How often a rule may speak; None is no limit."""

    cooldown: float | None = None
    per_session: int | None = None
    per_visitor: int | None = None
    per_visitor_in: float = 0.0
    group: str = ""


@dataclass(frozen=True)
class Conflict:
    """Of one exclusive group only the strongest speaks; suppressed groups keep quiet with it."""

    exclusive_group: str = ""
    suppress_groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deed:
    """What a rule does, by the names of `rules/deeds.py`, and to what.

    The target of `set` is `slot.<name>` or `tag.<name>`, and `value` is what it becomes.
    """

    do: str
    target: str
    expires: float = 0.0
    value: Any = None


@dataclass(frozen=True)
class Case:
    """A test that an operator wrote: these events, and whether the rule fires."""

    given: tuple[Event, ...]
    fires: bool


@dataclass(frozen=True)
class Segment:
    """Visitors alike in some facts; a condition asks for it by the fact `segment.<key>`."""

    key: str
    title: Text = field(default_factory=dict)
    when: Condition = field(default_factory=AllOf)


@dataclass(frozen=True)
class Rule:
    """Trigger + conditions → deeds, within limits."""

    key: str
    trigger: Trigger
    when: Condition = field(default_factory=AllOf)
    then: tuple[Deed, ...] = ()
    name: Text = field(default_factory=dict)
    priority: int = 50
    enabled: bool = True
    limits: Limits = field(default_factory=Limits)
    conflict: Conflict = field(default_factory=Conflict)
    tests: tuple[Case, ...] = ()
    counts: tuple[Count, ...] = ()
    """What its conditions count."""
    otherwise: tuple[Deed, ...] = ()
    """What it does when it is woken and its conditions do not hold."""

    @cached_property
    def asks(self) -> tuple[str, ...]:
        """Name the facts its conditions ask about, each once."""
        return tuple(dict.fromkeys(test.fact for test in tests_in(self.when)))

    @cached_property
    def specificity(self) -> int:
        """Count what has to be true before it acts: the more, the more specific it is."""
        tests = sum(1 for _ in tests_in(self.when))
        return tests + len(self.trigger.where) + self.trigger.is_timed
