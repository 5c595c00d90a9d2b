"""Rule, trigger, limits, deed, segment: when something starts, and for whom.

Times are seconds since 1970 (UTC), durations are seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flows.conditions import AllOf, Condition, tests_in
from flows.frozen import replace
from flows.model import Text

MESSAGE = "message"
TICK = "tick"
PAGE_LEAVE = "page_leave"
TIMER = "timer"
PAGE_HIDDEN, PAGE_SHOWN = "page_hidden", "page_shown"
PAGE_BEAT = "page_beat"
"""A page says now and then that somebody sees it; without that its dwells end (`is_lost`)."""
VISIT_START, VISIT_END = "visit_start", "visit_end"
SEGMENT_ENTERED = "segment_entered"
SEGMENT_FACT = "segment."
"""So the fact begins that says whether a visitor is in a segment."""
FALLBACK = "fallback"
VISIT_ENDS_AFTER = 1800.0
"""A visit is over when nothing was heard of the visitor for so many seconds."""


@dataclass(frozen=True)
class Event:
    """Something a visitor did: an event of Segment's spec, `message`, `page` or `page_leave`."""

    name: str
    at: float
    properties: Mapping[str, Any] = field(default_factory=dict)
    sent: float = 0.0
    """The time by the visitor's own clock; 0 is unknown. Good only for telling which came first."""
    ours: bool = False
    """Nothing the visitor did: it follows from other events, or a rule reported it."""

    @property
    def is_sign(self) -> bool:
        """Say whether it shows that the visitor is there."""
        return not self.ours and self.name not in (TICK, PAGE_HIDDEN, PAGE_LEAVE)


@dataclass(frozen=True)
class Dwell:
    """Stays longer than this, unless one of these events ends it."""

    more_than: float
    end_on: tuple[str, ...] = (PAGE_LEAVE,)


@dataclass(frozen=True)
class Without:
    """None of these events for so many seconds: an absence, by the clock on the wall."""

    events: tuple[str, ...]
    lasts: float


@dataclass(frozen=True)
class Then:
    """Another event that has to follow within so many seconds, with none of some between."""

    event: str
    within: float
    where: Mapping[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """Days (1 is Monday) and a stretch of the shop's local day in minutes; equal ends: all day."""

    days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Trigger:
    """The event that wakes a rule; with `dwell`, `silence` or `without` it wakes later, by a timer.

    With `then` it wakes at the second of two events. At most one of these four is set.
    """

    event: str
    where: Mapping[str, Any] = field(default_factory=dict)
    dwell: Dwell | None = None
    silence: float | None = None
    without: Without | None = None
    then: Then | None = None
    schedule: Schedule | None = None

    @cached_property
    def is_timed(self) -> bool:
        """Say whether a timer, not the event itself, wakes the rule."""
        return self.wait > 0

    @cached_property
    def wait(self) -> float:
        """Give the seconds between the event and the waking."""
        if self.dwell:
            return self.dwell.more_than
        if self.without:
            return self.without.lasts
        return self.silence or (VISIT_ENDS_AFTER if self.event == VISIT_END else 0.0)

    @cached_property
    def ends_on(self) -> tuple[str, ...]:
        """Name the events that take a timer off again."""
        if self.dwell:
            return self.dwell.end_on
        if self.without:
            return self.without.events
        return (MESSAGE,) if self.silence else ()


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

    @cached_property
    def fact(self) -> str:
        """Name the fact that says whether a visitor is in it."""
        return f"{SEGMENT_FACT}{self.key}"


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

    def does(self, what: str) -> bool:
        """Say whether it may do something of a kind."""
        return what in self._kinds

    @cached_property
    def _kinds(self) -> frozenset[str]:
        return frozenset(deed.do for deed in (*self.then, *self.otherwise))

    @cached_property
    def without_flow(self) -> "Rule":
        """Give a rule that does all the same but start a flow."""
        then, otherwise = (
            tuple(deed for deed in deeds if deed.do != "start_flow")
            for deeds in (self.then, self.otherwise)
        )
        return replace(self, then=then, otherwise=otherwise)

    @cached_property
    def asks(self) -> tuple[str, ...]:
        """Name the facts its conditions ask about, each once."""
        return tuple(dict.fromkeys(test.fact for test in tests_in(self.when)))

    @cached_property
    def specificity(self) -> int:
        """Count what has to be true before it acts: the more, the more specific it is."""
        tests, trigger = sum(1 for _ in tests_in(self.when)), self.trigger
        more = trigger.is_timed + (trigger.then is not None) + (trigger.schedule is not None)
        return tests + len(trigger.where) + more
