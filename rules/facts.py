"""The dictionary of facts: name, type, unit, where it comes from, and for how long it is known.

Everything a condition or a placeholder may ask about stands here; the designer offers just these.
Plugins bring more (`bring`).
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.model import Event

MOMENT, SESSION, VISITOR = "moment", "session", "visitor"
"""For how long a fact is known: for this moment alone, 72 hours, or 180 days."""
MOST_TEXT = 300
_KINDS: Mapping[str, type | tuple[type, ...]] = {"text": str, "number": (int, float), "bool": bool}
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fact:
    """One thing rules may ask about a visitor. `kind` is text, number or bool."""

    name: str
    kind: str
    source: str
    lives: str
    unit: str = ""
    example: str | float | bool = ""
    title: Mapping[str, str] = field(default_factory=dict)
    """By language, of a fact that a plugin brings."""


Fold = Callable[[Mapping[str, Any], Event], Mapping[str, Any]]


@dataclass(frozen=True)
class FactSource:
    """Facts that a plugin brings; all their names begin with its own and a dot.

    `fold` takes what is known of a visitor and an event, and gives the facts that it changes. It is
    pure: a simulation asks it for events of last week.
    """

    name: str
    facts: tuple[Fact, ...]
    fold: Fold


_FACTS = (
    Fact("cart.count", "number", "Product Added, Product Removed", SESSION, "pieces", 2),
    Fact("cart.total", "number", "Product Added, Product Removed", SESSION, "currency", 7999),
    Fact("page.product", "text", "Product Viewed", SESSION, example="iPhone15 Pro"),
    Fact("page.path", "text", "page", SESSION, example="/demo/iphone15pro"),
    Fact("page.type", "text", "page", SESSION, example="product"),
    Fact("order.count", "number", "Order Completed", VISITOR, "orders", 1),
    Fact("order.days_since", "number", "Order Completed", VISITOR, "days", 3),
    Fact("order.month_count", "number", "Order Completed", VISITOR, "orders", 4),
    Fact("order.month_total", "number", "Order Completed", VISITOR, "currency", 2000),
    Fact("order.id", "text", "Order Completed", VISITOR, example="20260101001"),
    Fact("order.total", "number", "Order Completed", VISITOR, "currency", 7999),
    Fact("order.state", "text", "Order Completed", VISITOR, example="paid"),
    Fact("order.product", "text", "Order Completed", VISITOR, example="iPhone15 Pro"),
    Fact("visitor.opted_out", "bool", "identify", VISITOR, example=False),
    Fact("visitor.returning", "bool", "page", VISITOR, example=True),
    Fact("visitor.name", "text", "identify", VISITOR, example="小林"),
    Fact("visitor.vip", "bool", "identify", VISITOR, example=True),
    Fact("message.intent", "text", "message", MOMENT, example="ask_price"),
    Fact("entity.phone", "text", "message", MOMENT, example="13800138000"),
    Fact("entity.order_number", "text", "message", MOMENT, example="20260101001"),
    Fact("entity.email", "text", "message", MOMENT, example="lin@example.com"),
    Fact("entity.date", "text", "message", MOMENT, example="2026-11-23"),
    Fact("entity.money", "number", "message", MOMENT, "currency", 3999),
    Fact("entity.number", "number", "message", MOMENT, example=2),
    Fact("sentiment.label", "text", "message", MOMENT, example="negative"),
    Fact("sentiment.compound", "number", "message", MOMENT, example=-0.4),
    Fact("sentiment.anger", "number", "message", MOMENT, example=0.6),
    Fact("sentiment.escalate", "number", "message", MOMENT, example=0.5),
    Fact("sentiment.recent", "number", "message", SESSION, example=-0.3),
    Fact("visitor.upset", "bool", "message", SESSION, example=True),
    Fact("session.channel", "text", "message", SESSION, example="widget"),
    Fact("session.messages", "number", "message", SESSION, "messages", 3),
    Fact("session.fallbacks", "number", "message", SESSION, "messages", 1),
    Fact("time.hour", "number", "clock", MOMENT, "hours", 14),
    Fact("time.weekday", "number", "clock", MOMENT, example=1),
)
_OWN = frozenset(fact.name for fact in _FACTS)
FACTS = {fact.name: fact for fact in _FACTS}
FACT_KINDS = {fact.name: fact.kind for fact in _FACTS}
SOURCES: dict[str, FactSource] = {}


def bring(source: FactSource) -> None:
    """Add the facts of a plugin; ValueError where a name is not its own, or a kind is unknown."""
    for fact in source.facts:
        if fact.name.partition(".")[0] != source.name or fact.name in _OWN:
            raise ValueError(f"{fact.name} does not belong to {source.name}")
        if fact.kind not in _KINDS:
            raise ValueError(f"{fact.name} is of kind {fact.kind!r}; text, number or bool")
    SOURCES[source.name] = source
    FACTS.update({fact.name: fact for fact in source.facts})
    FACT_KINDS.update({fact.name: fact.kind for fact in source.facts})


def brought(profile: Mapping[str, Any], event: Event) -> dict[str, Any]:
    """Give the facts that plugins change by an event; one that fails changes nothing."""
    found: dict[str, Any] = {}
    for source in SOURCES.values():
        try:
            changed = dict(source.fold(profile, event))
        except Exception:  # Whatever a plugin does, the visitor gets an answer.
            _log.exception("the facts of %s were left out", source.name)
            continue
        found |= {f.name: _small(changed[f.name]) for f in source.facts if _fits(f, changed)}
    return found


def _fits(fact: Fact, changed: Mapping[str, Any]) -> bool:
    value = changed.get(fact.name)
    is_bool = isinstance(value, bool)
    return isinstance(value, _KINDS[fact.kind]) and is_bool == (fact.kind == "bool")


def _small(value: Any) -> Any:
    return value[:MOST_TEXT] if isinstance(value, str) else value
