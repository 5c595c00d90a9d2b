"""How a Chinese text feels, by a table of character n-grams learned from a workspace's own labels.

Three logistic regressions look at one TF-IDF vector of 1- to 3-grams: is it good or bad, is it
angry, is it neutral. A dict of n-grams gives the numbers that scikit-learn gives, at a tenth of its
price for one text. A table is an .npz file without pickles, so loading one can run nobody's code.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from runtime.nlu.local import normalise
from runtime.nlu.model_files import packed, unpacked

FORMAT = 1
HEADS = ("good", "angry", "neutral")
LONGEST = 300  # Characters that are read; more of a review changes nothing it says.
END = "\x03"  # Ends a text: 吗 asks something there, and hardly elsewhere.
MOST_WORDS = 6
TELLING = 0.75  # The share of n-grams that are too weak to be named.
NO_TABLE = "this is not a table of moods"

Row = tuple[float, float, float, float]


@dataclass(frozen=True)
class Reading:
    """Probabilities of good, angry and neutral, 0 to 1.

    `words` are the n-grams that told most of good (above 0) or bad, in the units of the logit.
    """

    good: float = 0.5
    angry: float = 0.0
    neutral: float = 1.0
    words: tuple[tuple[str, float], ...] = ()

    @property
    def compound(self) -> float:
        """Give the mood from -1 to 1: the less, the more neutral."""
        return round((2 * self.good - 1) * (1 - self.neutral), 4)


@dataclass(frozen=True, eq=False)
class MoodTable:
    """By n-gram the square of its idf and, times the idf, its weight in each of the heads.

    `bias` has a number for each head. `heads` names those that were taught; one that was not says
    no (0). From `tells` on, the weight of an n-gram is worth naming.
    """

    rows: Mapping[str, Row]
    bias: tuple[float, float, float]
    heads: frozenset[str] = frozenset(HEADS)
    tells: float = 0.0
    version: str = ""

    def read(self, text: str) -> Reading:
        """Read how a text feels; one without a known n-gram is neutral."""
        squares = good = angry = neutral = 0.0
        told: list[tuple[float, str]] = []
        find, tells = self.rows.get, self.tells
        for ngram in ngrams_of(text):
            row = find(ngram)
            if row is not None:
                squared, to_good, to_angry, to_neutral = row
                squares += squared
                good += to_good
                angry += to_angry
                neutral += to_neutral
                if not -tells < to_good < tells:
                    told.append((to_good, ngram))
        if not squares:
            return Reading()
        length = math.sqrt(squares)  # Of the TF-IDF vector.
        return Reading(
            good=_logistic(good / length + self.bias[0]),
            angry=_logistic(angry / length + self.bias[1]),
            neutral=_logistic(neutral / length + self.bias[2]),
            words=_strongest(told, length),
        )

    def dump(self) -> bytes:
        """Write the table as .npz bytes, the same ones for the same table."""
        ngrams = sorted(self.rows)
        values = np.array([self.rows[ngram] for ngram in ngrams], dtype=np.float64).reshape(-1, 4)
        values[:, 0] = np.sqrt(values[:, 0])
        # One n-gram a line: JSON would take three times the room, and no n-gram has a line's end.
        lines = "\n".join(ngrams).encode("utf-8", "surrogatepass")
        return packed(
            {
                "moods": np.array(FORMAT),
                "ngrams": np.frombuffer(lines, dtype=np.uint8),
                "values": values.astype(np.float16),
                "bias": np.array(self.bias, dtype=np.float64),
                "taught": np.array([head in self.heads for head in HEADS]),
            }
        )

    @classmethod
    def load(cls, data: bytes) -> Self:
        """Read what `dump` wrote; ValueError when it is anything else."""
        arrays = unpacked(data)
        try:
            return cls._of(arrays, hashlib.blake2b(data, digest_size=6).hexdigest())
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise ValueError(NO_TABLE) from error

    @classmethod
    def _of(cls, arrays: dict[str, npt.NDArray[Any]], digest: str) -> Self:
        lines = arrays["ngrams"].astype(np.uint8).tobytes().decode("utf-8", "surrogatepass")
        ngrams = lines.split("\n") if lines else []
        values = arrays["values"].astype(np.float64)
        bias, taught = arrays["bias"].astype(np.float64), arrays["taught"].astype(bool)
        if int(arrays["moods"]) != FORMAT or values.shape != (len(ngrams), 4):
            raise ValueError("unknown format")
        if bias.shape != (3,) or taught.shape != (3,):
            raise ValueError("the shapes do not fit together")
        if not np.isfinite(values).all() or not np.isfinite(bias).all():
            raise ValueError("there are numbers that are none")
        values[:, 0] **= 2
        rows = dict(zip(ngrams, map(_row, values.tolist()), strict=True))
        tells = float(np.quantile(np.abs(values[:, 1]), TELLING)) if ngrams else 0.0
        good, angry, neutral = bias.tolist()
        heads = frozenset(head for head, known in zip(HEADS, taught, strict=True) if known)
        return cls(rows, (good, angry, neutral), heads, tells, f"table-{digest}")


def ngrams_of(text: str) -> set[str]:
    """Cut a text into its character 1- to 3-grams, each once; case and width are folded."""
    text = normalise(text[: 2 * LONGEST])[:LONGEST]
    if not text:
        return set()
    text += END
    pairs = list(map(str.__add__, text, text[1:]))
    return {*text[:-1], *pairs, *map(str.__add__, pairs, text[2:])}


def _row(values: list[float]) -> Row:
    squared, good, angry, neutral = values
    return squared, good, angry, neutral


def _strongest(told: list[tuple[float, str]], length: float) -> tuple[tuple[str, float], ...]:
    """Choose the n-grams to name, the strongest first; none inside another that is named."""
    told.sort(key=lambda one: (-abs(one[0]), one[1]))
    named: dict[str, float] = {}
    for weight, ngram in told:
        word = ngram.strip(END).strip()
        if word and not any(word in other or other in word for other in named):
            named[word] = round(weight / length, 3)
            if len(named) == MOST_WORDS:
                break
    return tuple(named.items())


def _logistic(score: float) -> float:
    return 1 / (1 + math.exp(-max(-40.0, min(score, 40.0))))
