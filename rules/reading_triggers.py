"""The trigger of a rule, read from YAML: an event, and what has to happen, or not, around it."""

from typing import Any

from flows.durations import seconds
from flows.fields import Fields
from flows.reading_marketing import read_hours
from rules.model import MESSAGE, PAGE_LEAVE, VISIT_END, Dwell, Schedule, Then, Trigger, Without

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WAYS = ("dwell", "silence", "without", "then")
"""Of these at most one may stand in a trigger."""


def read_trigger(fields: Fields) -> Trigger:
    """Read a trigger; what is malformed becomes a problem."""
    event = fields.take("event", str, "")
    if not event:
        fields.problem("missing_key", key="event")
    where = _where(fields)
    ways = [way for way in WAYS if way in fields.value]
    if len(ways) > 1 or (ways and event == VISIT_END):
        fields.problem("one_way_only", ways[-1], first=event if len(ways) == 1 else ways[0])
    trigger = Trigger(
        event[:100],
        where,
        _read_dwell(fields) if "dwell" in ways else None,
        _read_silence(fields, event) if "silence" in ways else None,
        _read_without(fields) if "without" in ways else None,
        _read_then(fields) if "then" in ways else None,
        _read_schedule(fields) if "schedule" in fields.value else None,
    )
    fields.finish()
    return trigger


def _where(fields: Fields) -> dict[str, Any]:
    """Take the properties an event must have: each a plain value, or a list of some."""
    where = dict(fields.take("where", dict, {}))
    for name, wanted in where.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        if not all(isinstance(value, str | int | float) for value in values):
            fields.problem("wrong_type", "where", name, key=name)
    return where


def duration(fields: Fields, name: str, default: float | None = None) -> float | None:
    """Take a duration; what is not one is a problem and gives the default."""
    value = fields.take(name, (str, int, float), None)
    if value is None:
        return default
    found = seconds(value)
    if found is None or found <= 0:
        fields.problem("bad_duration", name, value=value)
        return default
    return found


def _read_dwell(fields: Fields) -> Dwell:
    inner = fields.inside("dwell")
    more_than = duration(inner, "more_than")
    if more_than is None and not fields.document.problems:
        inner.problem("missing_key", key="more_than")
    ends = inner.take("end_on", list, [PAGE_LEAVE])
    inner.finish()
    return Dwell(more_than or 60.0, tuple(str(end) for end in ends))


def _read_silence(fields: Fields, event: str) -> float | None:
    inner = fields.inside("silence")
    if inner.take("of", str, "visitor") != "visitor" or event != MESSAGE:
        inner.problem("bad_silence")
    lasts = duration(inner, "for", 60.0)
    inner.finish()
    return lasts


def _read_without(fields: Fields) -> Without:
    inner = fields.inside("without")
    events = _names(inner, "events")
    if not events:
        inner.problem("missing_key", key="events")
    lasts = _needed(inner, "for")
    inner.finish()
    return Without(events, lasts)


def _read_then(fields: Fields) -> Then:
    inner = fields.inside("then")
    event = inner.take("event", str, "")
    if not event:
        inner.problem("missing_key", key="event")
    where, without = _where(inner), _names(inner, "without")
    within = _needed(inner, "within")
    inner.finish()
    return Then(event[:100], within, where, without)


def _read_schedule(fields: Fields) -> Schedule:
    inner = fields.inside("schedule")
    days = _names(inner, "days") or DAYS
    for day in days:
        if day not in DAYS:
            inner.problem("bad_day", "days", value=day)
    start, end = read_hours(inner)
    inner.finish()
    return Schedule(tuple(DAYS.index(day) + 1 for day in days if day in DAYS), start, end)


def _names(fields: Fields, name: str) -> tuple[str, ...]:
    return tuple(str(one)[:100] for one in fields.take(name, list, []))


def _needed(fields: Fields, name: str) -> float:
    """Take a duration that has to be there."""
    found = duration(fields, name)
    if found is None and name not in fields.value:
        fields.problem("missing_key", key=name)
    return found or 60.0
