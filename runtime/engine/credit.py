"""Which variant earns an order, and that a refund takes it back.

One credit an order: for the script seen last, with the one seen first beside it. A flow or a rule
that is tried out is about all that is said in it, so its run has the order too, whoever spoke last;
else the arm that says less would keep its orders and the other one lose them to its own scripts.
"""

from collections.abc import Mapping

from rules.model import Event
from rules.snapshot import number, order_id_of
from runtime.engine import effects
from runtime.engine.effects import Effect
from runtime.engine.experiments import Running
from runtime.engine.session import Exposure, Session

TAKEN_BACK = ("Order Refunded", "Order Cancelled")
CREDIT_WINDOW = 24 * 3600.0


def credit(
    session: Session, event: Event, now: float, running: Mapping[str, Running], currency: str
) -> list[Effect]:
    """Credit the last eligible exposure of the last 24 hours, or take a credit back.

    An order in another currency than ours counts, its value does not: the rate is not known here.
    """
    if event.name in TAKEN_BACK and order_id_of(event.properties):
        total = number(event.properties.get("total"))
        return [effects.Refund(order_id_of(event.properties), total)]
    eligible = [
        exposure
        for exposure in session.exposures
        if exposure.goal == event.name and now - exposure.at <= CREDIT_WINDOW
    ]
    if not eligible:
        return []
    around = [exposure for exposure in eligible if _is_around(exposure)]
    scripts = [exposure for exposure in eligible if not _is_around(exposure)]
    last = max(scripts or around, key=lambda exposure: exposure.at)
    first = min(scripts or around, key=lambda exposure: exposure.since)
    order = order_id_of(event.properties)
    total = event.properties.get("total", event.properties.get("revenue"))
    foreign = str(event.properties.get("currency") or currency).upper()[:8]
    foreign = "" if foreign == currency else foreign
    caps = {one.run: one.cap for one in running.values()}
    convert = effects.Convert(
        last,
        order,
        0.0 if foreign else max(number(total), 0.0),
        foreign=foreign,
        first=None if first is last else first,
        also=tuple(exposure for exposure in around if exposure is not last),
        held=next((exposure.held for exposure in eligible if exposure.held), ""),
        caps={seen.run: caps.get(seen.run, 0.0) for seen in (last, *around) if seen.run},
    )
    return [convert]


def _is_around(exposure: Exposure) -> bool:
    """Say whether a flow or a rule was met, and no script."""
    return "." in exposure.script
