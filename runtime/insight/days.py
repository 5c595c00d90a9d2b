"""How the wordings of a script did, day by day, counted from the archived events."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Integer, cast, func, select

from runtime.db import transaction
from runtime.tables import EventRow

DAY = 86400
COUNTED = {"exposed": "exposures", "clicked": "clicks", "converted": "orders"}


@dataclass(frozen=True)
class Days:
    """Counts by wording and kind (exposures, clicks, orders), one number for each of the dates."""

    dates: tuple[date, ...]
    counts: dict[str, dict[str, list[int]]]


def days_of(engine: Engine, script: str, until: float, zone: str, days: int = 14) -> Days:
    """Count exposures, clicks and orders of each wording over the last days, in the shop's time.

    A day is 24 hours from midnight at today's offset from UTC: two days a year are an hour off.
    """
    today = datetime.fromtimestamp(until, ZoneInfo(zone))
    offset = int((today.utcoffset() or timedelta()).total_seconds())
    last = int(until + offset) // DAY
    first = last - days + 1
    day = cast(func.round((EventRow.at + offset) / DAY - 0.5), Integer)
    variant = EventRow.data["variant"].as_string()
    query = (
        select(variant, EventRow.name, day, func.count())
        .where(EventRow.name.in_(COUNTED), EventRow.at >= first * DAY - offset)
        .where(EventRow.data["script"].as_string() == script)
        .group_by(variant, EventRow.name, day)
    )
    counts: dict[str, dict[str, list[int]]] = {}
    with transaction(engine, writes=False) as database:
        for key, name, number, many in database.execute(query):
            if first <= number <= last:
                kinds = counts.setdefault(key, {kind: [0] * days for kind in COUNTED.values()})
                kinds[COUNTED[name]][number - first] += many
    dates = (datetime.fromtimestamp((first + n) * DAY, UTC).date() for n in range(days))
    return Days(tuple(dates), counts)
