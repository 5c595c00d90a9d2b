"""The `marketing` of a workspace file: what holds for all rules of that group together."""

import re

from flows.durations import seconds
from flows.fields import Fields
from flows.workspace import Marketing

MOST_COUNTED = 50
LONGEST_COUNTED = 180 * 86400.0
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def read_marketing(fields: Fields) -> Marketing:
    """Read the limits; what is malformed becomes a problem and limits nothing."""
    most, within = read_per_visitor(fields.inside("per_visitor"))
    quiet = fields.inside("quiet_hours")
    start, end = read_hours(quiet)
    quiet.finish()
    share = fields.take("hold_out", (int, float), 0.0)
    if not 0 <= share <= 1:
        fields.problem("out_of_range", "hold_out", key="hold_out", least=0, most=1)
        share = 0.0
    fields.finish()
    return Marketing(most, within, start, end, float(share))


def read_per_visitor(fields: Fields) -> tuple[int | None, float]:
    """Read how often in how many seconds; 0 s is as long as a visitor is remembered."""
    most = fields.take("max", int, None)
    if most is not None and not 1 <= most <= MOST_COUNTED:
        fields.problem("out_of_range", "max", key="max", least=1, most=MOST_COUNTED)
        most = None
    within = fields.take("in", str, "")
    lasts = seconds(within) if within else 0.0
    if lasts is None or (within and not 0 < lasts <= LONGEST_COUNTED):
        fields.problem("bad_duration", "in", value=within)
        lasts = 0.0
    if most is None and within:
        fields.problem("missing_key", key="max")
    fields.finish()
    return most, lasts


def read_hours(fields: Fields) -> tuple[int, int]:
    """Read `from` and `to` as minutes of the day; both are 0 where they are missing."""
    start, end = _clock(fields, "from"), _clock(fields, "to")
    if (start is None) != (end is None):
        fields.problem("missing_key", key="from" if start is None else "to")
    return (0, 0) if start is None or end is None else (start, end)


def clock(minute: int) -> str:
    """Write a minute of the day as a time."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _clock(fields: Fields, name: str) -> int | None:
    """Take a time of day as minutes; some YAML reads `22:00` as the number 1320, which is right."""
    value = fields.take(name, (str, int), None)
    if isinstance(value, int) and 0 <= value < 1440:
        return value
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        if value is not None:
            fields.problem("bad_clock", name, value=value)
        return None
    return int(found[1]) * 60 + int(found[2])
