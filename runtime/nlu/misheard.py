"""What visitors wrote that was not understood, or hardly, from the archived events."""

import re
import time
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Engine, select

from runtime.db import transaction
from runtime.nlu.local import normalise
from runtime.nlu.understanding import NOBODY
from runtime.tables import EventRow

MOST_MESSAGES = 20_000
_MASKS = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "<e-mail>"),
    (re.compile(r"(?<!\d)\+?\d[\d\s-]{5,}\d"), "<number>"),
)
"""What may name a person: addresses, and numbers of seven digits and more (phone, order, card)."""


@dataclass(frozen=True)
class Misheard:
    """A text that visitors wrote, how often, and what it was taken for."""

    text: str
    times: int
    intent: str
    confidence: float


def misheard(
    engine: Engine, sure: float, known: Collection[str], days: float = 30.0, most: int = 100
) -> list[Misheard]:
    """List the texts understood with less than `sure`, the most frequent first; no one is named.

    Those that are training sentences by now (`known`, normalised) are left out, and so is what was
    written to a person: nothing was asked to understand it.
    """
    query = select(EventRow.text, EventRow.data).where(EventRow.name == "message")
    query = query.where(EventRow.at >= time.time() - days * 86400)
    found: dict[str, Misheard] = {}
    with transaction(engine, writes=False) as database:
        rows = database.execute(query.order_by(EventRow.at.desc()).limit(MOST_MESSAGES)).all()
    for text, data in rows:
        if data.get("engine") == NOBODY:
            continue
        masked = mask(text)
        key, confidence = normalise(masked), float(data.get("confidence") or 0.0)
        if not key or key in known or confidence >= sure or text.startswith("/"):
            continue
        before = found.get(key)
        times = before.times + 1 if before else 1
        intent = str(data.get("intent") or "")
        found[key] = Misheard(before.text if before else masked, times, intent, confidence)
    return sorted(found.values(), key=lambda one: (-one.times, one.confidence))[:most]


def mask(text: str) -> str:
    """Take out of a text what may name a person."""
    for pattern, word in _MASKS:
        text = pattern.sub(word, text)
    return " ".join(text.split())[:300]
