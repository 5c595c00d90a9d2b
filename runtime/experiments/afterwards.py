"""What visitors of each arm did after they met it, step by step towards an order.

From the archive, so it can lag behind the counts by seconds. Each visitor counts once in a step,
within a day of meeting the arm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, select

from runtime.db import transaction
from runtime.engine.credit import CREDIT_WINDOW
from runtime.tables import EventRow

MOST_EVENTS = 300_000
CLICKED, IN_CART, AT_CHECKOUT, ORDERED = "clicked", "Product Added", "Checkout Started", "converted"
STEPS = (CLICKED, IN_CART, AT_CHECKOUT, ORDERED)


@dataclass(frozen=True)
class Funnel:
    """Visitors who met an arm, and how many of them did what afterwards; by step, in order."""

    arm: str
    visitors: int
    did: dict[str, int]


def funnels(engine: Engine, run: str, arms: Sequence[str], since: float) -> list[Funnel]:
    """Give the funnel of each arm; nothing while nobody did anything."""
    met: dict[str, tuple[str, float]] = {}
    did: dict[str, set[tuple[str, str]]] = {step: set() for step in STEPS}
    query = select(EventRow.name, EventRow.visitor, EventRow.at, EventRow.data)
    query = query.where(EventRow.name.in_(("exposed", *STEPS)), EventRow.at >= since)
    query = query.order_by(EventRow.at, EventRow.id).limit(MOST_EVENTS)
    with transaction(engine, writes=False) as database:
        for name, visitor, at, data in database.execute(query):
            if name == "exposed" and data.get("run") == run:
                met.setdefault(visitor, (str(data["variant"]), at))
            elif name in STEPS and visitor in met and at - met[visitor][1] <= CREDIT_WINDOW:
                if name in (CLICKED, ORDERED) and run not in _runs_of(data):
                    continue
                did[name].add((met[visitor][0], visitor))
    found = [
        Funnel(
            arm,
            sum(one == arm for one, _at in met.values()),
            {step: sum(one == arm for one, _visitor in did[step]) for step in STEPS},
        )
        for arm in arms
    ]
    return found if any(sum(one.did.values()) for one in found) else []


def foreign_orders(engine: Engine, run: str, since: float) -> dict[str, int]:
    """Count the orders of a run by a currency that is not ours: their values are left out."""
    found: dict[str, int] = {}
    query = select(EventRow.data).where(EventRow.name == ORDERED, EventRow.at >= since)
    with transaction(engine, writes=False) as database:
        for data in database.scalars(query.limit(MOST_EVENTS)):
            currency = str(data.get("currency") or "")
            if currency and run in _runs_of(data):
                found[currency] = found.get(currency, 0) + 1
    return found


def _runs_of(data: dict[str, object]) -> set[object]:
    also = data.get("also")
    around = also if isinstance(also, list) else []
    return {data.get("run"), *(one.get("run") for one in around)}
