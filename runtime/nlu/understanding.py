"""What was understood of one text. An empty one stands for "nothing"."""

from dataclasses import dataclass

NOBODY = ""
"""The engine of what nothing was asked to understand: a person reads it."""


@dataclass(frozen=True)
class Understanding:
    """Intent, entities and sentiment of a text.

    `confidence` and the numbers of `ranking` (best first) lie between 0 and 1, `compound` between
    -1 and 1. Entities are pairs of name and value. `model` names the one of Rasa's that heard it.
    """

    intent: str = ""
    confidence: float = 0.0
    ranking: tuple[tuple[str, float], ...] = ()
    entities: tuple[tuple[str, str], ...] = ()
    engine: str = "embedded"
    model: str = ""
    sentiment: str = "unknown"
    compound: float = 0.0
    anger: float = 0.0
