"""Simulations: the last days, or a recording, replayed against what is live and what is drafted."""

import time
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from designer import history
from designer.evaluations import RULES, note
from designer.evaluations import work as work_on
from designer.tables import Evaluation
from rules.comparing import Comparison, Side
from rules.model import Event
from rules.simulate import Shop
from runtime.compiling import compile_files
from runtime.insight.replay import Recorded, visitors_since
from runtime.releases import live_files
from runtime.services import Services

DAYS = 7
MOST_LINES = 50_000
"""How many lines of a recording are taken."""
TELL_EVERY = 1.0
"""Seconds between two signs of life."""


def said_of(recording: Mapping[str, list[Event]], name: str) -> dict[str, Any]:
    """Give what is asked with a recording, as plain values."""
    rows = [[v, e.name, e.at, dict(e.properties)] for v, many in recording.items() for e in many]
    return {"name": name[:100], "recording": rows}


def work(services: Services) -> None:
    """Work on every simulation that waits."""
    work_on(services.engine, RULES, lambda asked: _simulate(services, asked))


def _simulate(services: Services, asked: Evaluation) -> None:
    zone = ZoneInfo(services.settings.time_zone)
    release, files = live_files(services.engine)
    drafted = history.files_at(services.engine, asked.change_id)
    sides = {"live": _side(files, zone), "draft": _side(drafted, zone)}
    if "recording" in asked.outcome:
        many, recorded, end = _recorded(asked.outcome["recording"])
    else:
        end = time.time()
        many, recorded = visitors_since(services.engine, end - DAYS * 86400)
    comparison = Comparison(sides, end)
    told = 0.0
    for number, (visitor, events) in enumerate(recorded):
        comparison.take(visitor, events)
        if time.monotonic() - told > TELL_EVERY:
            told = time.monotonic()
            note(services.engine, asked.id, done=min(99, 100 * number // max(many, 1)))
    said = {"release": release, "name": asked.outcome.get("name", "")}
    note(services.engine, asked.id, state="done", outcome=comparison.report() | said)


def _side(files: Mapping[str, str], zone: ZoneInfo) -> Side:
    found = compile_files(dict(files)) if files else None
    if found is None:
        return Side([], Shop(zone=zone))
    rules = [rule for rule in found.rules if rule.enabled]
    return Side(rules, Shop(found.segments, found.book.workspace.marketing, zone))


def _recorded(rows: Iterable[list[Any]]) -> tuple[int, Iterable[Recorded], float]:
    found: dict[str, list[Event]] = {}
    for visitor, name, at, properties in rows:
        found.setdefault(visitor, []).append(Event(name, at, properties))
    end = max((event.at for events in found.values() for event in events), default=0.0)
    return len(found), found.items(), end
