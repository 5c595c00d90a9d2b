"""Which variant earns an order, and that a refund takes it back."""

from rules.model import Event
from rules.snapshot import number, order_id_of
from runtime.engine import effects
from runtime.engine.effects import Effect
from runtime.engine.session import Session

TAKEN_BACK = ("Order Refunded", "Order Cancelled")
CREDIT_WINDOW = 24 * 3600.0


def credit(session: Session, event: Event, now: float) -> list[Effect]:
    """Credit the last eligible exposure of the last 24 hours, or take a credit back."""
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
    last = max(eligible, key=lambda exposure: exposure.at)
    order = order_id_of(event.properties)
    total = event.properties.get("total", event.properties.get("revenue"))
    return [effects.Convert(last.script, last.variant, order, number(total), last.since, last.run)]
