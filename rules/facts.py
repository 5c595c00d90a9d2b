"""The dictionary of facts: name, type, unit and where it comes from.

Everything a condition or a placeholder may ask about stands here; the designer offers just these.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """One thing rules may ask about a visitor. `kind` is text, number or bool."""

    name: str
    kind: str
    source: str
    unit: str = ""
    example: str | float | bool = ""


_FACTS = (
    Fact("cart.count", "number", "Product Added, Product Removed", "pieces", 2),
    Fact("cart.total", "number", "Product Added, Product Removed", "currency", 7999),
    Fact("page.product", "text", "Product Viewed", example="iPhone15 Pro"),
    Fact("page.path", "text", "page", example="/demo/iphone15pro"),
    Fact("page.type", "text", "page", example="product"),
    Fact("order.count", "number", "Order Completed", "orders", 1),
    Fact("order.days_since", "number", "Order Completed", "days", 3),
    Fact("order.month_count", "number", "Order Completed", "orders", 4),
    Fact("order.month_total", "number", "Order Completed", "currency", 2000),
    Fact("order.id", "text", "Order Completed", example="20260101001"),
    Fact("order.total", "number", "Order Completed", "currency", 7999),
    Fact("order.state", "text", "Order Completed", example="paid"),
    Fact("order.product", "text", "Order Completed", example="iPhone15 Pro"),
    Fact("visitor.opted_out", "bool", "identify", example=False),
    Fact("visitor.returning", "bool", "page", example=True),
    Fact("visitor.name", "text", "identify", example="小林"),
    Fact("visitor.vip", "bool", "identify", example=True),
    Fact("message.intent", "text", "message", example="ask_price"),
    Fact("entity.phone", "text", "message", example="13800138000"),
    Fact("entity.order_number", "text", "message", example="20260101001"),
    Fact("entity.email", "text", "message", example="lin@example.com"),
    Fact("entity.date", "text", "message", example="2026-11-23"),
    Fact("entity.money", "number", "message", "currency", 3999),
    Fact("entity.number", "number", "message", example=2),
    Fact("sentiment.label", "text", "message", example="negative"),
    Fact("sentiment.compound", "number", "message", example=-0.4),
    Fact("sentiment.anger", "number", "message", example=0.6),
    Fact("sentiment.escalate", "number", "message", example=0.5),
    Fact("sentiment.recent", "number", "message", example=-0.3),
    Fact("visitor.upset", "bool", "message", example=True),
    Fact("session.messages", "number", "message", "messages", 3),
    Fact("session.fallbacks", "number", "message", "messages", 1),
    Fact("time.hour", "number", "clock", "hours", 14),
    Fact("time.weekday", "number", "clock", example=1),
)
FACTS = {fact.name: fact for fact in _FACTS}
FACT_KINDS = {fact.name: fact.kind for fact in _FACTS}
