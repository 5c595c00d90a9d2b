"""Events folded into the flat typed snapshot that conditions test.

The profile is a flat mapping of facts that outlives a session; folding is pure, so the same events
give the same facts in service, in a test and in a simulation.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rules.facts import brought
from rules.model import PAGE_BEAT, PAGE_HIDDEN, PAGE_LEAVE, PAGE_SHOWN, Event
from rules.segments import Segments, with_segments

Profile = Mapping[str, Any]
ORDERS = "seen.orders"
"""In a profile: time and total of the last orders; conditions ask for what follows from them."""
BEAT = "seen.beat"
"""In a profile: when the page has last said that somebody sees it."""
MOST_ORDERS = 50
OF_A_PAGE = frozenset((PAGE_LEAVE, PAGE_HIDDEN, PAGE_SHOWN))
"""Events that mean only the page they were sent from."""
MONTH = 30 * 86400.0
UNTIL_KNOWN: Mapping[str, Any] = {
    "cart.count": 0,
    "cart.total": 0,
    "order.count": 0,
    "order.month_count": 0,
    "order.month_total": 0,
    "visitor.opted_out": False,
    "visitor.returning": False,
}
"""What a visitor nothing is known of is taken for."""


def fold(profile: Profile, event: Event) -> dict[str, Any]:
    """Give the profile after one event."""
    facts = dict(profile)
    said = event.properties
    if event.name in ("page", "Product Viewed"):
        facts.pop(BEAT, None)  # Another page; it may be one that says nothing.
    if event.name == PAGE_BEAT:
        facts[BEAT] = event.at
    elif event.name == "page":
        facts["page.path"] = str(said.get("path", ""))[:300]
        facts["page.type"] = str(said.get("type", ""))[:60]
        if not _is_late(profile, event):
            facts.pop("page.product", None)
        last = facts.get("seen.page_at", 0.0)
        if last and event.at - last > 1800:
            facts["visitor.returning"] = True
        facts["seen.page_at"] = event.at
    elif event.name == "Product Viewed":
        facts["page.product"] = product_of(said)
    elif event.name in ("Product Added", "Product Removed"):
        _count_cart(facts, event)
    elif event.name == "Order Completed":
        _take_order(facts, event)
    elif event.name == "identify":
        _take_traits(facts, said)
    facts |= brought(profile, event)
    if event.sent:
        facts["seen.sent"] = max(event.sent, facts.get("seen.sent", 0.0))
    return facts


def is_overtaken(profile: Profile, event: Event) -> bool:
    """Say whether an event tells of a page that another has taken the place of meanwhile.

    A browser says that it leaves or hides a page when it has no time left, so this may arrive after
    the next page was seen; taken for that one, it would end or hold up its dwells.
    """
    return event.name in OF_A_PAGE and _is_late(profile, event)


def _is_late(profile: Profile, event: Event) -> bool:
    return bool(event.sent) and event.sent < profile.get("seen.sent", 0.0)


def snapshot(
    profile: Profile,
    now: datetime,
    more: Mapping[str, Any],
    segments: Segments = (),
) -> dict[str, Any]:
    """Give everything conditions may ask about at this moment; `now` is local time."""
    facts = dict(UNTIL_KNOWN)
    facts |= {name: value for name, value in profile.items() if not name.startswith("seen.")}
    if ORDERS in profile:
        facts |= _lately(profile[ORDERS], now.timestamp())
    facts["time.hour"], facts["time.weekday"] = now.hour, now.isoweekday()
    facts.update(more)
    return with_segments(facts, segments)


def _lately(orders: Sequence[Sequence[float]], now: float) -> dict[str, float]:
    """Give recency, frequency and value: days since the last order, orders and value in 30 days."""
    month = [total for at, total in orders if at > now - MONTH]
    found: dict[str, float] = {"order.month_count": len(month)}
    found["order.month_total"] = round(sum(month), 2)
    if orders:
        last = max(at for at, _total in orders)
        found["order.days_since"] = round(max(now - last, 0.0) / 86400, 3)
    return found


def product_of(properties: Mapping[str, Any]) -> str:
    """Name the product of an event: its name, or whatever else identifies it."""
    for name in ("name", "product", "product_id", "sku"):
        if properties.get(name):
            return str(properties[name])[:200]
    return ""


def order_id_of(properties: Mapping[str, Any]) -> str:
    """Name the order of an event; empty when it has none."""
    return str(properties.get("order_id") or "")[:100]


def matches(where: Mapping[str, Any], event: Event) -> bool:
    """Say whether an event has the properties a trigger asks for."""
    for name, wanted in where.items():
        have = product_of(event.properties) if name == "product" else event.properties.get(name)
        if isinstance(wanted, list):
            if have not in wanted:
                return False
        elif have != wanted:
            return False
    return True


def number(value: Any, default: float = 0.0) -> float:
    """Take a finite number within what a shop can mean."""
    if isinstance(value, bool):
        return default
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return default
    return found if -1e12 < found < 1e12 else default


def _count_cart(facts: dict[str, Any], event: Event) -> None:
    sign = 1 if event.name == "Product Added" else -1
    pieces = max(1, min(int(number(event.properties.get("quantity"), 1)), 10_000))
    price = number(event.properties.get("price"))
    facts["cart.count"] = max(0, facts.get("cart.count", 0) + sign * pieces)
    facts["cart.total"] = max(0.0, facts.get("cart.total", 0) + sign * pieces * price)
    if facts["cart.count"] == 0:
        facts["cart.total"] = 0


def _take_order(facts: dict[str, Any], event: Event) -> None:
    order = order_id_of(event.properties)
    if not order or order == facts.get("order.id"):
        return
    products = event.properties.get("products")
    first = products[0] if isinstance(products, list) and products else {}
    facts["order.count"] = facts.get("order.count", 0) + 1
    facts["order.id"] = order
    total = event.properties.get("total", event.properties.get("revenue"))
    facts["order.total"] = number(total)
    kept = [*facts.get(ORDERS, ()), [event.at, facts["order.total"]]]
    facts[ORDERS] = kept[-MOST_ORDERS:]
    facts["order.state"] = "paid"
    facts["order.product"] = product_of(first) if isinstance(first, dict) else ""
    facts["cart.count"], facts["cart.total"] = 0, 0


def _take_traits(facts: dict[str, Any], traits: Mapping[str, Any]) -> None:
    if isinstance(traits.get("name"), str):
        facts["visitor.name"] = traits["name"][:60]
    for trait in ("opted_out", "vip"):
        if isinstance(traits.get(trait), bool):
            facts[f"visitor.{trait}"] = traits[trait]
