"""How a visitor feels: VADER for English, an honest "unknown" for everything it cannot read.

VADER knows no Chinese word, so a Chinese text would always come out neutral. Rules that wait for
an unhappy visitor must be able to tell "neutral" from "nobody looked".
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

Label = Literal["positive", "neutral", "negative", "unknown"]

LONGEST = 2_000  # Characters. VADER's time grows with the square of the length.
THRESHOLD = 0.05  # The one its authors advise.

_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]")


@dataclass(frozen=True)
class Sentiment:
    """A label, and the compound score between -1 and 1 it was read from."""

    label: Label = "unknown"
    compound: float = 0.0


def score(text: str) -> Sentiment:
    """Score an English text; anything with a Chinese character or no letter is unknown."""
    text = text[:LONGEST]
    if _CJK.search(text) or not _LATIN.search(text):
        return Sentiment()
    compound = float(_analyser().polarity_scores(text)["compound"])
    if compound >= THRESHOLD:
        return Sentiment("positive", compound)
    if compound <= -THRESHOLD:
        return Sentiment("negative", compound)
    return Sentiment("neutral", compound)


@cache
def _analyser() -> Any:
    """Read the lexicon once for each process, and only where English is spoken."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
