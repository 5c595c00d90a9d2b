"""What an event of the log counts: the one place that knows, for turns and for counting again."""

from collections.abc import Iterator, Mapping
from typing import Any

from runtime.engine import delays, effects
from runtime.engine.session import Exposure
from runtime.store import keys

Count = tuple[str, str, float]
"""A hash, a field of it, and by how much that grows."""
HOUR = 3600.0
HELD_OUT = "held_out"
"""The name under which visitors in experiments (`in`) and out of all (`out`) are counted."""
MARKS = {
    "wanted_person": ("people", 1),
    "turned_angry": ("angry", 1),
    "met_failure": ("failed", 1),
    "waited_long": ("slow", 1),
    "resolved": ("resolved", 1),
    "reopened": ("resolved", -1),
}
"""What events of the log count for a run beside exposures, clicks and orders."""
NAMES = {mark: name for name, mark in MARKS.items()}
COUNTED = ("exposed", "clicked", "converted", "refunded", *MARKS)
"""All events that count."""


def counted(wish: effects.Expose | effects.Click | effects.Mark) -> tuple[str, dict[str, Any]]:
    """Give name and data of the event that says what happened to an arm."""
    said = _said(wish.seen)
    if isinstance(wish, effects.Click):
        return "clicked", said
    if isinstance(wish, effects.Mark):
        return NAMES[wish.what, wish.many], said
    more = {"in": list(wish.segments), "held": wish.held}
    return "exposed", said | {name: value for name, value in more.items() if value}


def credited(wish: effects.Convert) -> dict[str, Any]:
    """Give the data of the event that says who earned an order."""
    said = _earned(wish.seen, wish.caps) | {"order": wish.order, "value": wish.value}
    more = {
        "first": _said(wish.first) if wish.first else None,
        "also": [_earned(seen, wish.caps) for seen in wish.also],
        "held": wish.held,
        "currency": wish.foreign,
    }
    return said | {name: value for name, value in more.items() if value}


def counts_after(name: str, said: Mapping[str, Any], at: float) -> list[Count]:
    """Give what an event of the log counts, at a time.

    What happened in an experiment counts for its script and, by itself, for that run.
    """
    if name == "converted":
        return list(_of_order(said, at))
    whole, variant = keys.arms(said["script"]), said["variant"]
    if name in MARKS:
        what, many = MARKS[name]
        return [(key, f"{where}|{what}", many) for key, where in _places(said, at)]
    what = {"exposed": "exposures", "clicked": "clicks"}[name]
    counts: list[Count] = [(whole, f"{variant}|{what}", 1)]
    counts += [(key, f"{where}|{what}", 1) for key, where in _places(said, at)]
    if earlier := said.get("earlier") if name == "exposed" else 0:
        for key, where in _places(said, at)[1:]:
            counts += [(key, f"{where}|earlier", earlier)]
            counts += [(key, f"{where}|earlier_squares", earlier**2)]
    if held := said.get("held"):
        hour = int(float(said.get("since") or at) // HOUR)
        counts.append((keys.hours(HELD_OUT), f"{held}|{hour}|exposures", 1))
    return counts


def left_of(field: str, many: float, before: float, left: float, cap: float) -> float:
    """Give what a field counts for an order of which a part was given back; values as they came."""
    cap = cap or float("inf")
    what = field.rpartition("|")[2]
    if what in ("value", "first_value"):
        return left
    if what == "squares":
        return min(left, cap) ** 2
    if what == "over":
        return max(left - cap, 0.0)
    return many * min(left, cap) / min(before, cap) if what == "earlier_value" else many


def _of_order(said: Mapping[str, Any], at: float) -> Iterator[Count]:
    value, whole, variant = float(said["value"]), keys.arms(said["script"]), said["variant"]
    yield whole, f"{variant}|orders", 1
    yield whole, f"{variant}|value", value
    for number, (key, where) in enumerate(_places(said, at)):
        yield from _worth(key, where, said, value, at, in_run=number > 0)
    for one in said.get("also", ()):
        for key, where in _places(one, at)[1:]:
            yield from _worth(key, where, one, value, at, in_run=True)
    first = said.get("first", said)
    for one in (first, *said.get("also", ())):
        for key, where in _places(one, at)[1:]:
            yield key, f"{where}|firsts", 1
            yield key, f"{where}|first_value", value
    if held := said.get("held"):
        hour = int(float(said.get("since") or at) // HOUR)
        where = f"{held}|{hour}"
        yield from _worth(keys.hours(HELD_OUT), where, said, value, at, in_run=False)


def _worth(
    key: str, where: str, said: Mapping[str, Any], value: float, at: float, in_run: bool
) -> Iterator[Count]:
    """Give what an order counts at one place: of a run its value counts up to the cap."""
    delay = min(int(max(at - float(said.get("since") or at), 0) // HOUR), delays.HOURS - 1)
    cap = float(said.get("cap") or 0) if in_run else 0.0
    within = min(value, cap) if cap else value
    yield key, f"{where}|orders{delay}", 1
    yield key, f"{where}|value", value
    yield key, f"{where}|squares", within * within
    if within < value:
        yield key, f"{where}|over", value - within
    if in_run and (earlier := said.get("earlier")):
        yield key, f"{where}|earlier_orders", earlier
        yield key, f"{where}|earlier_value", earlier * within


def _places(said: Mapping[str, Any], at: float) -> list[tuple[str, str]]:
    """Give hash and beginning of the field: of the script, its run, and a segment of that."""
    where = f"{said['variant']}|{int(float(said.get('since') or at) // HOUR)}"
    names = [str(said["script"])]
    if run := said.get("run"):
        names.append(str(run))
        names += [in_segment(str(run), str(said["group"]))] if said.get("group") else []
    return [(keys.hours(name), where) for name in names]


def in_segment(run: str, segment: str) -> str:
    """Name what is counted of a run in one segment."""
    return f"{run}|{segment}"


def _said(seen: Exposure) -> dict[str, Any]:
    said = {"script": seen.script, "variant": seen.variant, "since": seen.since}
    more = {"run": seen.run, "earlier": seen.earlier, "group": seen.group} if seen.run else {}
    return said | {name: value for name, value in more.items() if value}


def _earned(seen: Exposure, caps: Mapping[str, float]) -> dict[str, Any]:
    cap = caps.get(seen.run, 0.0)
    return _said(seen) | ({"cap": cap} if cap else {})
