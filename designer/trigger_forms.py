"""The form of a trigger, turned into its YAML."""

import json
from typing import Any

from rules.model import MESSAGE, SEGMENT_ENTERED, VISIT_END, VISIT_START
from rules.reading_triggers import DAYS

Values = dict[str, Any]
SHOWN = ("product", "intent", "visit", "segment")
"""What a form shows of the properties an event must have."""


def trigger_of(form: Values) -> Values:
    """Give the trigger; of what waits for more than the event, the first that is filled in."""
    event = str(form.get("event", ""))
    trigger: Values = {"event": event}
    names = {MESSAGE: "intent", VISIT_START: "visit", SEGMENT_ENTERED: "segment"}
    name = names.get(event, "product")
    what = str(form.get(f"where_{name}", "")).strip()
    where = kept(form.get("where_more")) | ({name: what} if what else {})
    if where:
        trigger["where"] = where
    if event != VISIT_END:
        trigger |= _way(form, event)
    schedule = _schedule(form)
    return trigger | ({"schedule": schedule} if schedule else {})


def lasting(given: Any) -> str:
    """Read a duration: a number with its unit, or a text such as `2m`; empty where none is."""
    if not isinstance(given, dict):
        return str(given or "").strip()
    number, unit = str(given.get("n", "")).strip(), str(given.get("unit", "s"))
    return f"{number}{unit}" if number else ""


def kept(given: Any) -> Values:
    """Read what a form hands through unseen: all but the properties it shows."""
    return {key: value for key, value in given_json(given).items() if key not in SHOWN}


def given_json(given: Any) -> Values:
    """Read a mapping that a form hands through as JSON; empty for anything else."""
    try:
        more = json.loads(str(given or "{}"))
    except (ValueError, RecursionError):
        return {}
    return more if isinstance(more, dict) else {}


def _way(form: Values, event: str) -> Values:
    wait, missing = lasting(form.get("wait")), lasting(form.get("without_for"))
    second, within = str(form.get("then_event", "")).strip(), lasting(form.get("then_within"))
    if wait and event == MESSAGE:
        return {"silence": {"of": "visitor", "for": wait}}
    if wait:
        ends = _chosen(form.get("ends"))
        return {"dwell": {"more_than": wait} | ({"end_on": ends} if ends else {})}
    if missing:
        return {"without": {"events": _chosen(form.get("without")), "for": missing}}
    if second:
        more = _json(form.get("then_more"))
        return {"then": {"event": second, "within": within or "10m"} | more}
    return {}


def _schedule(form: Values) -> Values:
    days = [day for day in _chosen(form.get("days")) if day in DAYS]
    start, end = (str(form.get(name, "")).strip() for name in ("hours_from", "hours_to"))
    hours = {"from": start, "to": end} if start or end else {}
    return ({"days": days} if 0 < len(days) < len(DAYS) else {}) | hours


def _chosen(given: Any) -> list[str]:
    return [str(one) for one in (given.values() if isinstance(given, dict) else given or ())]


def _json(given: Any) -> Values:
    """Read what a second event must be like, which the form does not show."""
    more = given_json(given)
    return {key: more[key] for key in ("where", "without") if more.get(key)}
