"""How a visitor feels: VADER for English, a list of words of our own for Chinese.

A text in both is read by both, and the stronger feeling counts. What holds neither is "unknown":
rules that wait for an unhappy visitor must be able to tell "neutral" from "nobody looked".
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from runtime.nlu.moods_zh import Mood, mood_of

Label = Literal["positive", "neutral", "negative", "unknown"]

LONGEST = 2_000  # Characters. VADER's time grows with the square of the length.
THRESHOLD = 0.05  # The one VADER's authors advise.
THRESHOLD_ZH = 0.2  # Below it plain questions and small talk lie, chosen on training data.

_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")
_OTHER = re.compile(
    "[\u3040-\u30ff\uac00-\ud7af]"
)  # Japanese and Korean write with Chinese characters too.
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]{2,}")


@dataclass(frozen=True)
class Sentiment:
    """A label, the compound score (-1 to 1) it was read from, and anger (0 to 1).

    `escalate` is what a handover looks at: half anger, half how negative it is (0 to 1). `words`
    are those that told, with their weights; only Chinese has them.
    """

    label: Label = "unknown"
    compound: float = 0.0
    anger: float = 0.0
    words: tuple[tuple[str, float], ...] = ()

    @property
    def escalate(self) -> float:
        """Say how much this calls for a person."""
        return 0.5 * self.anger + 0.5 * max(0.0, -self.compound)


def score(text: str) -> Sentiment:
    """Read how a text feels; one without a word of either language is unknown."""
    text = text[:LONGEST]
    if _OTHER.search(text):
        return Sentiment()
    chinese = mood_of(text)
    if not _CJK.search(text):
        return _english(text) if _LATIN.search(text) else _felt(chinese, unknown=True)
    english = _english(_CJK.sub(" ", text)) if len(_LATIN.findall(text)) > 1 else Sentiment()
    if abs(english.compound) > abs(chinese.compound):
        return Sentiment(english.label, english.compound, chinese.anger, chinese.words)
    return _felt(chinese)


def _felt(mood: Mood, unknown: bool = False) -> Sentiment:
    """Name what a list of words found; emoji alone may tell a feeling, nothing tells none."""
    label: Label = "neutral"
    if mood.compound >= THRESHOLD_ZH:
        label = "positive"
    elif mood.compound <= -THRESHOLD_ZH:
        label = "negative"
    elif unknown and not mood.words:
        label = "unknown"
    return Sentiment(label, mood.compound, mood.anger, mood.words)


def _english(text: str) -> Sentiment:
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
