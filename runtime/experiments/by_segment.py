"""How the arms of a run do among visitors of a segment: for ideas, not for decisions.

Whoever looks at many groups finds one by chance; so these figures have no intervals and no verdict.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, select

from runtime.db import transaction
from runtime.tables import EventRow

MOST_EVENTS = 300_000
EVERYBODY_ELSE = ""


@dataclass(frozen=True)
class Group:
    """A segment, or who is in none (""): visitors and orders by arm."""

    segment: str
    visitors: dict[str, int]
    orders: dict[str, int]


def by_segment(engine: Engine, run: str, arms: Sequence[str], since: float) -> list[Group]:
    """Give the groups of a run's visitors, the largest first; nothing where there is one only."""
    belongs: dict[str, tuple[str, ...]] = {}
    bought: dict[str, tuple[str, str]] = {}
    shown, orders = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    query = select(EventRow.id, EventRow.name, EventRow.visitor, EventRow.data)
    query = query.where(EventRow.name.in_(("exposed", "converted")), EventRow.at >= since)
    query = query.order_by(EventRow.at, EventRow.id).limit(MOST_EVENTS)
    with transaction(engine, writes=False) as database:
        for entry, name, visitor, data in database.execute(query):
            told = [one for one in (data, *data.get("also", ())) if one.get("run") == run]
            arm = str(told[0].get("variant")) if told else ""
            if arm not in arms:
                continue
            if name == "exposed":
                belongs[visitor] = tuple(data.get("in") or (EVERYBODY_ELSE,))
                shown.update((segment, arm) for segment in belongs[visitor])
            else:
                bought.setdefault(str(data.get("order") or entry), (visitor, arm))
    for visitor, arm in bought.values():
        mine = belongs.get(visitor, (EVERYBODY_ELSE,))
        orders.update((segment, arm) for segment in mine)
    found = [
        Group(
            segment,
            {arm: shown[segment, arm] for arm in arms},
            {arm: orders[segment, arm] for arm in arms},
        )
        for segment in {segment for segment, _arm in shown}
    ]
    found.sort(key=lambda group: (-sum(group.visitors.values()), group.segment))
    return found if len(found) > 1 else []
