"""How a visitor feels: VADER for English; for Chinese what the workspace learned, or our words.

A text in both is read by both and the two are added up; praise beside a complaint counts half: who
complains in one language and praises in the other is not glad. English anger is read by a list of
ours. What holds neither language is "unknown": rules that wait for an unhappy visitor must be able
to tell "neutral" from "nobody looked".
"""

import logging
import math
import re
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from runtime.nlu.anger_en import anger_of
from runtime.nlu.mood_table import MoodTable
from runtime.nlu.moods_zh import ALPHA, Mood, mood_of

Label = Literal["positive", "neutral", "negative", "unknown"]

TABLE = "zh.npz"
LOOK_AGAIN = 5.0
"""Seconds between two looks whether the table is another one."""
LEXICON, VADER = "lexicon-1", "vader-3.3.2"
_log = logging.getLogger(__name__)

LONGEST = 2_000  # Characters. VADER's time grows with the square of the length.
THRESHOLD = 0.05  # The one VADER's authors advise.
THRESHOLD_ZH = 0.2  # Below it plain questions and small talk lie, chosen on training data.

MIXED = 0.5

_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")
_OTHER = re.compile(
    "[\u3040-\u30ff\uac00-\ud7af]"
)  # Japanese and Korean write with Chinese characters too.
_PLAIN = re.compile(r"[\x00-\x7f]+")
_MARKS = ".,;:!?\"'()[]“”‘’…"
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]{2,}")


@dataclass(frozen=True)
class Sentiment:
    """A label, the compound score (-1 to 1) it was read from, and anger (0 to 1).

    `escalate` is what a handover looks at: half anger, half how negative it is (0 to 1). `words`
    are those that told, with their weights, of English those of the lexicon. `version` names what
    read it.
    """

    label: Label = "unknown"
    compound: float = 0.0
    anger: float = 0.0
    words: tuple[tuple[str, float], ...] = ()
    version: str = ""

    @property
    def shares(self) -> tuple[float, float, float]:
        """Give how positive, neutral and negative it is, together 1."""
        good, bad = max(0.0, self.compound), max(0.0, -self.compound)
        return good, 1.0 - good - bad, bad

    @property
    def escalate(self) -> float:
        """Say how much this calls for a person."""
        return 0.5 * self.anger + 0.5 * max(0.0, -self.compound)


class Tables:
    """The table of moods that a workspace learned, where there is one; looked for now and then."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._table: MoodTable | None = None
        self._seen: tuple[int, int] | None = None
        self._looked = -LOOK_AGAIN

    def serve(self, folder: Path) -> None:
        """Name the folder a table may appear in."""
        self._path, self._looked = folder / TABLE, -LOOK_AGAIN

    def current(self) -> MoodTable | None:
        """Give the table; None where there is none, or one that cannot be read."""
        if self._path is None or time.monotonic() - self._looked < LOOK_AGAIN:
            return self._table
        self._looked = time.monotonic()
        try:
            about = self._path.stat()
            seen = (about.st_mtime_ns, about.st_size)
            if seen != self._seen:
                self._seen = seen
                self._table = None
                self._table = MoodTable.load(self._path.read_bytes())
        except FileNotFoundError:
            self._seen = self._table = None
        except (OSError, ValueError) as error:
            _log.warning("the table of moods %s is passed over: %s", self._path, error)
        return self._table


tables = Tables()


def score(text: str) -> Sentiment:
    """Read how a text feels; one without a word of either language is unknown."""
    text = text[:LONGEST]
    if _OTHER.search(text):
        return Sentiment()
    table = tables.current()
    if table is not None and _CJK.search(text):
        return _learned(table, text)
    if not _CJK.search(text):
        emoji = mood_of(_PLAIN.sub(" ", text))
        if not _LATIN.search(text):
            return _felt(mood_of(text), unknown=True)
        english = _english(text)
        anger = _either(english.anger, emoji.anger)
        return Sentiment(english.label, english.compound, anger, english.words, VADER)
    return _both(_felt(mood_of(text)), _english_of(text))


def _learned(table: MoodTable, text: str) -> Sentiment:
    """Read the Chinese of a text by the table, its English by VADER.

    What nobody taught the table is read by the list of words: labels of anger alone say nothing of
    good and bad.
    """
    found = table.read(text)
    compound, anger, words = found.compound, round(found.angry, 4), found.words
    if not table.heads >= {"good", "angry"}:
        listed = mood_of(text)
        if "good" in table.heads:
            anger = listed.anger
        else:
            compound, words = listed.compound, listed.words
    chinese = Sentiment(_label(compound, THRESHOLD_ZH), compound, anger, words, table.version)
    return _both(chinese, _english_of(text))


def _english_of(text: str) -> Sentiment:
    """Read the English of a text that is in Chinese too; a single word is a name, no English."""
    return _english(_CJK.sub(" ", text)) if len(_LATIN.findall(text)) > 1 else Sentiment()


def _both(chinese: Sentiment, english: Sentiment) -> Sentiment:
    """Add up what a text says in both languages, as VADER adds up words.

    Where the two are at odds, what is good counts half.
    """
    if not english.compound and not english.anger:
        return chinese
    sums = [_undone(one.compound) for one in (chinese, english)]
    total = max(sums) * MIXED + min(sums) if min(sums) < 0 < max(sums) else sum(sums)
    compound = round(total / math.sqrt(total * total + ALPHA), 4)
    told = abs(english.compound) > abs(chinese.compound)
    return Sentiment(
        _label(compound, THRESHOLD if told and not chinese.compound else THRESHOLD_ZH),
        compound,
        _either(chinese.anger, english.anger),
        (*chinese.words, *english.words),
        english.version if told else chinese.version,
    )


def _undone(compound: float) -> float:
    """Give the sum a compound score was made of."""
    kept = max(-0.999, min(0.999, compound))
    return kept * math.sqrt(ALPHA / (1 - kept * kept))


def _either(one: float, other: float) -> float:
    return round(1 - (1 - one) * (1 - other), 4)


def _label(compound: float, threshold: float) -> Label:
    if abs(compound) < threshold:
        return "neutral"
    return "positive" if compound > 0 else "negative"


def _felt(mood: Mood, unknown: bool = False) -> Sentiment:
    """Name what a list of words found; emoji alone may tell a feeling, nothing tells none."""
    label: Label = "neutral"
    if mood.compound >= THRESHOLD_ZH:
        label = "positive"
    elif mood.compound <= -THRESHOLD_ZH:
        label = "negative"
    elif unknown and not mood.words:
        label = "unknown"
    version = LEXICON if label != "unknown" else ""
    return Sentiment(label, mood.compound, mood.anger, mood.words, version)


def _english(text: str) -> Sentiment:
    analyser = _analyser()
    compound = float(analyser.polarity_scores(text)["compound"])
    pieces = (piece.strip(_MARKS) or piece for piece in text.split())
    weights = ((piece, analyser.lexicon.get(piece.lower())) for piece in pieces)
    words = tuple((piece, float(weight)) for piece, weight in weights if weight)
    return Sentiment(_label(compound, THRESHOLD), compound, anger_of(text), words, VADER)


@cache
def _analyser() -> Any:
    """Read the lexicon once for each process, and only where English is spoken."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
