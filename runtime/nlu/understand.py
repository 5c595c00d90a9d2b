"""Text to Understanding; falls back, never fails. Recent texts are remembered."""

import logging
from dataclasses import replace
from functools import lru_cache

from runtime.nlu.local import LocalModel
from runtime.nlu.sentiment import score
from runtime.nlu.understanding import Understanding

MOST_TEXT = 500
_log = logging.getLogger(__name__)


def understand(model: LocalModel | None, text: str) -> Understanding:
    """Understand a text; an empty Understanding when all else is silent."""
    words = text.strip()[:MOST_TEXT]
    if not words:
        return Understanding()
    if words.startswith("/") and " " not in words and len(words) > 1:
        # Rasa's clients name an intent outright by "/intent".
        return Understanding(intent=words[1:].split("{")[0], confidence=1.0)
    try:
        return _remembered(model, words)
    except Exception:
        _log.exception("understanding failed; the fallback speaks")
        return Understanding()


@lru_cache(maxsize=20_000)
def _remembered(model: LocalModel | None, text: str) -> Understanding:
    found = model.parse(text) if model else Understanding()
    feeling = score(text)
    return replace(found, sentiment=feeling.label, compound=feeling.compound)
