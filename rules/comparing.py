"""Two rule sets, one past: the same events replayed against both, side by side."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations, groupby
from typing import Any

from rules.model import TICK, Event, Rule
from rules.oracle import Explained
from rules.simulate import Moment, Shop, simulate

MOST_SAMPLES = 3
"""How many moments of a rule are kept where it did another thing, and as many where it did not."""
MOST_OVERLAPS = 20
UNSAID = ("condition", "off_schedule", "page_lost")
"""Reasons by which a rule had nothing to say; by any other it wanted to and might not."""


@dataclass(frozen=True)
class Side:
    """A rule set, with what holds for all its rules."""

    rules: Sequence[Rule]
    shop: Shop


@dataclass
class _Tally:
    """What one side did so far."""

    fired: Counter[str] = field(default_factory=Counter)
    visitors: Counter[str] = field(default_factory=Counter)
    silent: dict[str, Counter[str]] = field(default_factory=dict)
    days: Counter[str] = field(default_factory=Counter)
    overlaps: Counter[tuple[str, str]] = field(default_factory=Counter)
    touched: int = 0


class Comparison:
    """Takes in one visitor after the other; gives at any time what there is to tell."""

    def __init__(self, sides: Mapping[str, Side], end: float) -> None:
        self._sides, self._end = sides, end
        self._tallies = {name: _Tally() for name in sides}
        self._samples: dict[tuple[str, bool], list[dict[str, Any]]] = {}
        self._dates: set[str] = set()
        self._visitors = self._events = 0

    def take(self, visitor: str, events: Sequence[Event]) -> None:
        """Replay the events of one visitor against each side; timers that run still run out."""
        self._visitors += 1
        self._events += len(events)
        found = {}
        for name, side in self._sides.items():
            wait = max((rule.trigger.wait for rule in side.rules), default=0.0)
            ended = Event(TICK, self._end + wait)
            moments = simulate(side.rules, [*events, ended], side.shop, visitor)
            self._count(self._tallies[name], moments, side.shop)
            found[name] = {(round(moment.at, 3), moment.rule): moment for moment in moments}
        zone = next(iter(self._sides.values())).shop.zone
        self._dates |= {datetime.fromtimestamp(one.at, zone).date().isoformat() for one in events}
        self._keep(visitor, found)

    def report(self) -> dict[str, Any]:
        """Give plain values: `sides`, `rules`, `overlaps`, `samples`, and how much was replayed."""
        dates = sorted(self._dates)
        keys = sorted({rule.key for side in self._sides.values() for rule in side.rules})
        pairs = sum((tally.overlaps for tally in self._tallies.values()), Counter[Any]())
        return {
            "visitors": self._visitors,
            "events": self._events,
            "dates": dates,
            "sides": {
                name: {
                    "fired": tally.fired.total(),
                    "touched": tally.touched,
                    "days": [tally.days[date] for date in dates],
                }
                for name, tally in self._tallies.items()
            },
            "rules": [{"rule": key, **self._of_rule(key)} for key in keys],
            "overlaps": [
                {"rules": pair, **{n: t.overlaps[pair] for n, t in self._tallies.items()}}
                for pair, _many in pairs.most_common(MOST_OVERLAPS)
            ],
            "samples": [one for kept in self._samples.values() for one in kept],
        }

    def _of_rule(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, side in self._sides.items():
            if any(rule.key == key for rule in side.rules):
                tally = self._tallies[name]
                silent = dict(tally.silent.get(key, Counter()).most_common())
                did = {"fired": tally.fired[key], "visitors": tally.visitors[key]}
                found[name] = did | {"silent": silent}
        return found

    def _count(self, tally: _Tally, moments: Sequence[Moment], shop: Shop) -> None:
        fired = Counter(moment.rule for moment in moments if moment.fired)
        tally.fired.update(fired)
        tally.visitors.update(fired.keys())
        tally.touched += bool(fired)
        for moment in moments:
            if moment.fired:
                date = datetime.fromtimestamp(moment.at, shop.zone).date().isoformat()
                tally.days[date] += 1
                self._dates.add(date)
            else:
                tally.silent.setdefault(moment.rule, Counter())[why_quiet(moment)] += 1
        for _at, together in groupby(moments, lambda moment: moment.at):
            wanted = {one.rule for one in together if one.fired or one.reason not in UNSAID}
            tally.overlaps.update(combinations(sorted(wanted), 2))

    def _keep(self, visitor: str, found: Mapping[str, Mapping[tuple[float, str], Moment]]) -> None:
        """Keep some moments at which the sides differ, and some at which a rule fired alike."""
        places: Iterable[tuple[float, str]] = {place for side in found.values() for place in side}
        for at, rule in sorted(places):
            moments = {name: side.get((at, rule)) for name, side in found.items()}
            fired = [bool(moment and moment.fired) for moment in moments.values()]
            differs = any(fired) and not all(fired)
            kept = self._samples.setdefault((rule, differs), [])
            if any(fired) and len(kept) < MOST_SAMPLES:
                said = {name: _values(moment) for name, moment in moments.items()}
                kept.append({"rule": rule, "visitor": visitor, "at": at, "differs": differs} | said)


def why_quiet(moment: Moment) -> str:
    """Name the reason of a rule that kept quiet; a cap with what is used up."""
    return f"{moment.reason} {moment.by}" if moment.reason == "capped" else moment.reason


def _values(moment: Moment | None) -> dict[str, Any]:
    """Give what became of a rule as plain values; nothing where it was not woken."""
    if moment is None:
        return {}
    outcome = "fired" if moment.fired else moment.reason
    return {"outcome": outcome, "by": moment.by, "why": explained_values(moment.why)}


def explained_values(why: Explained) -> dict[str, Any]:
    """Give a judged condition as plain values."""
    parts = [explained_values(part) for part in why.parts]
    test = {"fact": why.fact, "op": why.op, "wanted": why.wanted, "found": why.found}
    return {"what": why.what, "holds": why.holds, **test, "parts": parts}


def explained_from(values: Mapping[str, Any]) -> Explained:
    """Read a judged condition back."""
    parts = tuple(explained_from(part) for part in values["parts"])
    return Explained(**{**values, "parts": parts})
