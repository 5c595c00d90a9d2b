"""How often something happened lately: the `count` leaves of a rule's conditions.

Through conditions a count goes as a number fact whose name is its own definition. So the matcher,
the oracle, the checks and the builder, which know facts, know counts, and two rules that count the
same thing count it once.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.durations import seconds
from flows.yaml_text import Document, Path
from rules.model import MESSAGE, Count, Event
from rules.snapshot import matches

PREFIX = "count:"
MOST = 50
"""Times, or messages, that are remembered of one count."""
LONGEST = 7 * 86400.0
Counted = Mapping[str, tuple[float, ...]]
"""By count: the times it happened at, or of each of the last messages whether it was one: 1, 0."""
_MESSAGES = re.compile(r"([1-9]\d?) messages?")


@dataclass
class Lifted:
    """A condition's plain values with facts where counts stood, and these counts."""

    value: Any
    counts: dict[str, Count] = field(default_factory=dict)


def lift(document: Document, value: Any, path: Path) -> Lifted:
    """Put facts in the place of `count` leaves; what is malformed becomes a problem."""
    counts: dict[str, Count] = {}
    return Lifted(_lift(document, value, path, counts), counts)


def definition_of(name: str) -> dict[str, Any]:
    """Give what stands in the YAML for a count, by the name of its fact."""
    said: dict[str, Any] = json.loads(name.removeprefix(PREFIX))
    return said


def count_of(said: Mapping[str, Any]) -> Count | None:
    """Read the definition of a count; None where it is none."""
    event, where, reset_on = said.get("event"), said.get("where", {}), said.get("reset_on", [])
    if not isinstance(event, str) or not event or set(said) - _KEYS:
        return None
    if not isinstance(where, dict) or not isinstance(reset_on, list):
        return None
    window = str(said.get("in_last", ""))
    found = _MESSAGES.fullmatch(window)
    messages, lasts = int(found[1]) if found else 0, 0.0 if found else seconds(window) or 0.0
    if (messages and event != MESSAGE) or not (0 < messages <= MOST or 0 < lasts <= LONGEST):
        return None
    plain = {"event": event, "in_last": window}
    more: dict[str, Any] = {"where": where} if where else {}
    more |= {"reset_on": sorted(map(str, reset_on))} if reset_on else {}
    name = PREFIX + json.dumps(plain | more, sort_keys=True, ensure_ascii=False, default=str)
    return Count(name, event, where, messages, lasts, tuple(map(str, reset_on)))


def note(counted: Counted, counts: Iterable[Count], event: Event) -> Counted:
    """Take in an event; what no rule counts any more is forgotten."""
    return {count.name: _after(counted.get(count.name, ()), count, event) for count in counts}


def facts(counts: Iterable[Count], counted: Counted, now: float) -> dict[str, int]:
    """Give the number behind each count, by the name of its fact."""
    found = {}
    for count in counts:
        had = counted.get(count.name, ())
        since = now - count.seconds
        found[count.name] = int(sum(had)) if count.messages else sum(at > since for at in had)
    return found


def most_of(name: str) -> int:
    """Give the highest number a count can come to, by the name of its fact."""
    count = count_of(definition_of(name))
    return count.messages if count and count.messages else MOST


def _after(had: tuple[float, ...], count: Count, event: Event) -> tuple[float, ...]:
    if event.name in count.reset_on:
        return ()
    if event.name != count.event:
        return had
    hit = matches(count.where, event)
    if count.messages:
        return (*had, float(hit))[-count.messages :]
    kept = (at for at in had if at > event.at - count.seconds)
    return (*kept, event.at)[-MOST:] if hit else had


_KEYS = {"event", "where", "in_last", "reset_on"}


def _lift(document: Document, value: Any, path: Path, counts: dict[str, Count]) -> Any:
    if not isinstance(value, dict):
        return value
    if set(value) == {"count", "op", "value"}:
        said = value["count"]
        count = count_of(said) if isinstance(said, dict) else None
        if count is None:
            document.problems.append(document.problem("bad_count", (*path, "count")))
            return {"all": []}
        counts[count.name] = count
        return {"fact": count.name, "op": value["op"], "value": value["value"]}
    if len(value) == 1:
        (name,) = value
        inner = value[name]
        if name in ("all", "any") and isinstance(inner, list):
            parts = enumerate(inner)
            return {name: [_lift(document, one, (*path, name, i), counts) for i, one in parts]}
        if name == "not":
            return {"not": _lift(document, inner, (*path, "not"), counts)}
    return value
