"""Events that follow from others: a visit begins, a visitor enters a segment.

Pure, so that the service, a test and a simulation derive the same ones.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flows.conditions import holds
from rules.model import (
    SEGMENT_ENTERED,
    VISIT_ENDS_AFTER,
    VISIT_START,
    Event,
    Rule,
)
from rules.segments import Segments
from rules.snapshot import BEAT, snapshot

SEEN_AT = "seen.at"
LOST_AFTER = 75.0
"""Seconds; a page that is seen says so every thirty."""


def visit_of(profile: Mapping[str, Any], event: Event) -> list[Event]:
    """Give the beginning of a visit, when this event is the first sign after half an hour.

    Its property `visit` is `first` or `return`.
    """
    if not event.is_sign:
        return []
    last = profile.get(SEEN_AT)
    if last is not None and event.at - float(last) < VISIT_ENDS_AFTER:
        return []
    again = last is not None or profile.get("visitor.returning") is True
    return [Event(VISIT_START, event.at, {"visit": "return" if again else "first"}, ours=True)]


def seen(profile: Mapping[str, Any], event: Event) -> dict[str, Any]:
    """Give the profile with the time of the last sign of the visitor."""
    if not event.is_sign:
        return dict(profile)
    return {**profile, SEEN_AT: max(event.at, float(profile.get(SEEN_AT, 0.0)))}


def segments_asked(rules: Iterable[Rule], segments: Segments) -> Segments:
    """Keep the segments that some rule waits for visitors to enter."""
    wanted = [rule.trigger.where for rule in rules if rule.trigger.event == SEGMENT_ENTERED]
    keys = {str(where["segment"]) for where in wanted if "segment" in where}
    every = any("segment" not in where for where in wanted)
    return tuple(one for one in segments if every or one.key in keys)


def is_lost(profile: Mapping[str, Any], now: float) -> bool:
    """Say whether a page that told that it is seen has stopped to: closed without a word."""
    if BEAT not in profile:
        return False
    last = max(float(profile[BEAT]), float(profile.get(SEEN_AT, 0.0)))
    return now - last > LOST_AFTER


def entered(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    asked: Segments,
    local: datetime,
    at: float,
) -> list[Event]:
    """Name the segments that a visitor is in after an event and was not in before it."""
    if not asked:
        return []
    was, now = snapshot(before, local, {}), snapshot(after, local, {})
    return [
        Event(SEGMENT_ENTERED, at, {"segment": one.key}, ours=True)
        for one in asked
        if holds(one.when, now) and not holds(one.when, was)
    ]
