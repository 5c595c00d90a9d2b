"""Compares what was acknowledged with what there is: log, archive, counts, coupons, other systems.

It reads what is left and asks no code of the product what that should be.
"""

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import create_engine, text

from tests.faults.load import Load
from tests.faults.noted import Noted
from tests.faults.scene import Scene

MOST_LINES = 400
"""Of a session's log the newest lines are kept."""


@dataclass
class Found:
    """What a check found. All lists are empty where nothing is wrong."""

    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    longest: float = 0.0
    kept: int = 0
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def is_clean(self) -> bool:
        """Say whether nothing is wrong."""
        return not any((self.lost, self.doubled, self.disordered, self.orphaned, self.wrong))

    def __str__(self) -> str:
        kinds = ("lost", "doubled", "disordered", "orphaned", "wrong")
        told = [f"{kind} {len(getattr(self, kind))}: {getattr(self, kind)[:3]}" for kind in kinds]
        return f"{self.acknowledged} acknowledged; " + "; ".join(told)


def check(scene: Scene, *loads: Load) -> Found:
    """Check what became of everything some crowds were told is taken."""
    scene.settle()
    found = Found()
    for load in loads:
        noted = load.noted
        found.acknowledged += len(noted.taken)
        found.wrong += noted.wrong
        found.kept += noted.kept
        found.longest = max(found.longest, noted.longest)
        found.failures += noted.failures
        archive = _archive(scene, load.name)
        _check_messages(noted, archive, found)
        _check_logs(scene, noted, found)
        _check_effects(scene, load, archive, found)
        _check_orders(scene, noted, archive, found)
        _check_leftovers(scene, noted, found)
    _check_counts(scene, found)
    return found


Row = tuple[str, str, str, dict[str, Any]]
"""Place in the stream, visitor, name and data of an event."""


def _archive(scene: Scene, name: str) -> list[Row]:
    engine = create_engine(scene.settings.database)
    query = "select id, visitor, name, data from events where visitor like :n"
    with engine.connect() as database:
        rows = [
            (
                row.id,
                row.visitor,
                row.name,
                row.data if isinstance(row.data, dict) else json.loads(row.data),
            )
            for row in database.execute(text(query), {"n": f"{name}-%"})
        ]
    engine.dispose()
    return sorted(rows, key=lambda row: tuple(map(int, re.split("[-.]", row[0]))))


def _check_messages(noted: Noted, archive: list[Row], found: Found) -> None:
    """Everything that was said, or happened, stands in the archive once, in order."""
    kept: dict[str, list[str]] = defaultdict(list)
    for _place, visitor, name, data in archive:
        kept[visitor].append(data["text"] if name == "message" else name)
    said: dict[str, list[str]] = defaultdict(list)
    for one in noted.taken:
        said[one.visitor].append(one.said)
    for visitor, wanted in said.items():
        left, right = Counter(kept[visitor]), Counter(wanted)
        found.lost += [f"{visitor}: {what}" for what in (right - left).elements()]
        told = {what: many for what, many in left.items() if what in right}
        found.doubled += [f"{visitor}: {what}" for what in (Counter(told) - right).elements()]
        if not _in_order(wanted, kept[visitor]):
            found.disordered.append(visitor)


def _in_order(wanted: list[str], kept: list[str]) -> bool:
    """Say whether messages stand as they were sent; of several tabs, those of each."""
    groups: dict[str, list[str]] = defaultdict(list)
    for what in wanted:
        groups[what.partition("的")[2][:1] if "tabs" in what else ""].append(what)
    return all(
        _without_repeats([one for one in kept if one in set(group)]) == _without_repeats(group)
        for group in groups.values()
        if set(group) <= set(kept)
    )


def _without_repeats(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _check_logs(scene: Scene, noted: Noted, found: Found) -> None:
    """Lines are numbered without a gap, and every message that was taken is one of them."""
    for visitor in {one.visitor for one in noted.taken}:
        lines = [json.loads(line) for line in scene.redis.lrange(f"l:{visitor}", 0, -1)]
        numbers = [line["seq"] for line in lines]
        stored = json.loads(scene.redis.hget(f"s:{visitor}", "d") or "{}")
        last = stored.get("seq", 0)
        if numbers != list(range(last - len(numbers) + 1, last + 1)):
            found.disordered.append(f"{visitor}: lines {numbers[-12:]}, the last is {last}")
        ids = Counter(line.get("id") for line in lines if line["from"] == "visitor")
        sent = {one.id for one in noted.taken if one.visitor == visitor and not _is_event(one.said)}
        found.doubled += [f"{visitor}: line {name}" for name, many in ids.items() if many > 1]
        if last <= MOST_LINES:
            found.lost += [f"{visitor}: no line {name}" for name in sent - set(ids)]


def _is_event(said: str) -> bool:
    return said in ("Gift Wanted", "Product Viewed", "page_leave", "Order Completed")


def _check_effects(scene: Scene, load: Load, archive: list[Row], found: Found) -> None:
    """Each gift is one coupon and one message to the other system, each long look one coupon."""
    engine = create_engine(scene.settings.database)
    query = (
        "select visitor, coupon, count(*) from coupon_issues where visitor like :n group by 1, 2"
    )
    with engine.connect() as database:
        rows = database.execute(text(query), {"n": f"{load.name}-%"})
        issued = {(visitor, coupon): many for visitor, coupon, many in rows}
    engine.dispose()
    given = Counter(
        (visitor, data["coupon"]) for _p, visitor, name, data in archive if name == "coupon_given"
    )
    told = scene.receiver.deeds(f"{load.name}-")
    noted = load.noted
    right = {(v, "GIFT"): many for v, many in noted.gifts.items()}
    right |= {(v, "LATE"): many for v, many in noted.lates.items()}
    for what in {*right, *issued, *given}:
        for name, there in (("coupon", issued), ("coupon_given", given)):
            _compare(f"{what[0]}: {name} {what[1]}", there.get(what, 0), right.get(what, 0), found)
    for visitor in {*told, *noted.gifts}:
        _compare(f"{visitor}: told", told[visitor], noted.gifts.get(visitor, 0), found)


def _compare(name: str, there: int, right: int, found: Found) -> None:
    found.lost += [name] * max(right - there, 0)
    found.doubled += [name] * max(there - right, 0)


def _check_orders(scene: Scene, noted: Noted, archive: list[Row], found: Found) -> None:
    """An order that was reported is credited, and credited once."""
    credited = {data["order"] for _p, _v, name, data in archive if name == "converted"}
    found.lost += [f"{order}: no credit" for order in noted.orders if order not in credited]
    found.lost += [f"{o}: no mark" for o in noted.orders if not scene.redis.exists(f"o:{o}")]


def _check_counts(scene: Scene, found: Found) -> None:
    """As many orders are counted for wordings as bear a mark: an order counts once."""
    marked = sum(1 for _key in scene.redis.scan_iter("o:order-*", count=1000))
    fields = scene.redis.hgetall("arms:wish").items()
    counted = sum(float(many) for field, many in fields if field.endswith(b"|orders"))
    _compare("order counted", int(counted), marked, found)


def _check_leftovers(scene: Scene, noted: Noted, found: Found) -> None:
    """Nothing waits for a visitor who is not there, and no visitor for what does not come."""
    armed = {
        member.decode().rsplit("|", 1)[0]
        for shard in range(16)
        for member in scene.redis.zrange(f"timers:{shard}", 0, -1)
    }
    for visitor in {one.visitor for one in noted.taken}:
        stored = json.loads(scene.redis.hget(f"s:{visitor}", "d") or "{}")
        waits = {f"{visitor}|{rule}" for rule in stored.get("rules", {}).get("armed", {})}
        there = {name for name in armed if name.startswith(f"{visitor}|")}
        found.orphaned += [f"timer {name}" for name in waits ^ there]
        if stored.get("asked"):
            found.orphaned.append(f"{visitor} waits for {stored['asked']}")
