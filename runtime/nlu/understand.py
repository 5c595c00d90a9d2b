"""Text to Understanding; falls back, never fails. Recent texts are remembered."""

import logging
from weakref import WeakKeyDictionary

from flows.frozen import replace
from runtime.nlu.entities import Entity, EntityReader
from runtime.nlu.rasa import Rasa
from runtime.nlu.sentiment import score
from runtime.nlu.training import Classifier as Model
from runtime.nlu.understanding import Understanding

MOST_TEXT = 500
MOST_RECENT = 20_000
_recent: WeakKeyDictionary[object, dict[str, Understanding]] = WeakKeyDictionary()
"""The answers to recent texts, of each model apart: with a model go its answers."""
_named_lately: WeakKeyDictionary[EntityReader, dict[str, tuple[Entity, ...]]] = WeakKeyDictionary()
_log = logging.getLogger(__name__)


def understand(
    model: Model | None, text: str, entities: EntityReader | None = None
) -> Understanding:
    """Understand a text; an empty Understanding when all else is silent."""
    words = text.strip()[:MOST_TEXT]
    if not words:
        return Understanding()
    if words.startswith("/") and " " not in words and len(words) > 1:
        # Rasa's clients name an intent outright by "/intent".
        return Understanding(intent=words[1:].split("{")[0], confidence=1.0)
    try:
        found = _remembered(model, words)
        return replace(found, entities=_named(entities, words)) if entities else found
    except Exception:
        _log.exception("understanding failed; the fallback speaks")
        return Understanding()


async def hear(
    rasa: Rasa | None,
    model: Model | None,
    data: str,
    text: str,
    entities: EntityReader | None = None,
) -> Understanding:
    """Understand a text by Rasa where its model was trained on this `data`, else by ours.

    What Rasa names goes before what is listed, and that before the usual things.
    """
    words = text.strip()[:MOST_TEXT]
    if rasa is not None and words and not words.startswith("/"):
        found = await rasa.parse(words) if await rasa.knows(data) else None
        if found is not None:
            theirs = {name for name, _ in found.entities}
            ours = _named(entities, words) if entities else ()
            both = (*found.entities, *(one for one in ours if one[0] not in theirs))
            heard = replace(_felt(found, words), engine="rasa", model=await rasa.model())
            return replace(heard, entities=both)
    return understand(model, text, entities)


def _named(entities: EntityReader, text: str) -> tuple[Entity, ...]:
    recent: dict[str, tuple[Entity, ...]] = _named_lately.setdefault(entities, {})
    found = recent.get(text)
    if found is None:
        found = recent[text] = entities.read(text)
        if len(recent) > MOST_RECENT:
            recent.pop(next(iter(recent)), None)
    return found


def _remembered(model: Model | None, text: str) -> Understanding:
    if model is None:
        return _felt(Understanding(), text)
    recent = _recent.setdefault(model, {})
    found = recent.get(text)
    if found is None:
        found = recent[text] = _felt(model.parse(text), text)
        if len(recent) > MOST_RECENT:
            recent.pop(next(iter(recent)), None)
    return found


def _felt(found: Understanding, text: str) -> Understanding:
    feeling = score(text)
    return replace(found, sentiment=feeling.label, compound=feeling.compound, anger=feeling.anger)
