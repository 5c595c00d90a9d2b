"""Which words of a sentence told its intent: what the probability loses when they are taken out.

This is occlusion (Zeiler and Fergus 2014), so it holds for any classifier. Chinese is taken out two
characters at a time, and a character's weight is the mean of the windows it stands in.
"""

import re
from collections.abc import Sequence

from runtime.nlu.training import Classifier

_PIECE = re.compile(r"[^\W_⺀-鿿]+|\s+|.", re.DOTALL)
LONGEST = 60
"""Pieces of a sentence that are looked at; each costs one more parse."""


def telling(model: Classifier, text: str, intent: str) -> list[tuple[str, float]]:
    """Give the pieces of a text, each with what the intent's probability loses without it."""
    pieces = _PIECE.findall(text)[:LONGEST]
    if not pieces:
        return []
    whole = _share(model, text, intent)
    width = 1 if any(len(piece) > 1 and piece.isalpha() for piece in pieces) else 2
    losses: list[list[float]] = [[] for _ in pieces]
    for at in range(len(pieces) - width + 1 or 1):
        window = range(at, min(at + width, len(pieces)))
        rest = "".join(piece for number, piece in enumerate(pieces) if number not in window)
        lost = whole - _share(model, rest, intent)
        for number in window:
            losses[number].append(lost)
    return [
        (piece, 0.0 if piece.isspace() else _mean(of_piece))
        for piece, of_piece in zip(pieces, losses, strict=True)
    ]


def _share(model: Classifier, text: str, intent: str) -> float:
    return dict(model.parse(text).ranking).get(intent, 0.0) if text.strip() else 0.0


def _mean(losses: Sequence[float]) -> float:
    return sum(losses) / len(losses) if losses else 0.0
