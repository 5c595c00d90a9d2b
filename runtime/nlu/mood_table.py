"""How a Chinese text feels, by a table learned from a workspace's own labels.

Three linear heads over character 1- to 3-grams (TF-IDF, length one): is it good or bad, is it
angry, is it neutral. Each head is a logistic regression; scored from a plain dict, one text costs
a twentieth of what scikit-learn takes.
"""

import hashlib
import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from runtime.nlu.model_files import pack_texts, packed, unpack_texts, unpacked

FORMAT = 1
LONGEST = 100
"""Characters that are read: the end of a long review says what its beginning said."""
TOLD = 8
NO_TABLE = "this is not a table of moods"


@dataclass(frozen=True)
class Reading:
    """Probabilities of good, angry and neutral, 0 to 1."""

    good: float
    angry: float
    neutral: float

    @property
    def compound(self) -> float:
        """Give the mood from -1 to 1: the less, the more neutral."""
        return round((2 * self.good - 1) * (1 - self.neutral), 4)


@dataclass(frozen=True, eq=False)
class MoodTable:
    """By n-gram the square of its idf, and its weights times idf for good, angry and neutral.

    `bias` has one number for each of the three heads.
    """

    rows: Mapping[str, tuple[float, float, float, float]]
    bias: tuple[float, float, float]
    version: str = ""

    def read(self, text: str) -> Reading:
        """Read how a text feels; without a known n-gram nothing but the biases speak."""
        good, angry, neutral = self.bias
        found = [row for row in map(self.rows.get, ngrams_of(text)) if row is not None]
        if found:
            squares, a, b, c = map(sum, zip(*found, strict=True))
            norm = math.sqrt(squares)
            good, angry, neutral = good + a / norm, angry + b / norm, neutral + c / norm
        return Reading(_share(good), _share(angry), _share(neutral))

    def telling(self, text: str) -> tuple[tuple[str, float], ...]:
        """Give the n-grams that told most of good (above 0) or bad, the strongest first."""
        found = {n: self.rows[n] for n in ngrams_of(text) if n in self.rows}
        norm = math.sqrt(sum(row[0] for row in found.values())) or 1.0
        told = [(ngram, round(row[1] / norm, 3)) for ngram, row in found.items()]
        return tuple(sorted(told, key=lambda one: (-abs(one[1]), one[0]))[:TOLD])

    def dump(self) -> bytes:
        """Write the table as .npz bytes without pickles."""
        ngrams = sorted(self.rows)
        values = np.array([self.rows[ngram] for ngram in ngrams], dtype=np.float32)
        return packed(
            {
                "moods": np.array(FORMAT),
                "ngrams": pack_texts(ngrams),
                "values": values.reshape(len(ngrams), 4),
                "bias": np.array(self.bias, dtype=np.float64),
            }
        )

    @classmethod
    def load(cls, data: bytes) -> Self:
        """Read what `dump` wrote; ValueError when it is anything else."""
        arrays = unpacked(data)
        try:
            return cls._of(arrays, hashlib.blake2b(data, digest_size=6).hexdigest())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(NO_TABLE) from error

    @classmethod
    def _of(cls, arrays: dict[str, Any], version: str) -> Self:
        ngrams, values = unpack_texts(arrays["ngrams"]), arrays["values"]
        bias = [float(one) for one in arrays["bias"]]
        if int(arrays["moods"]) != FORMAT or values.shape != (len(ngrams), 4) or len(bias) != 3:
            raise ValueError(NO_TABLE)
        if not np.isfinite(values).all():
            raise ValueError(NO_TABLE)
        rows = {ngram: tuple(row) for ngram, row in zip(ngrams, values.tolist(), strict=True)}
        return cls(rows, (bias[0], bias[1], bias[2]), f"table-{version}")


def ngrams_of(text: str) -> set[str]:
    """Cut a text into its character 1- to 3-grams, each once; case, width and blanks are folded."""
    folded = "".join(unicodedata.normalize("NFKC", text[: LONGEST * 2]).lower().split())[:LONGEST]
    places = range(len(folded))
    return {*folded, *[folded[i : i + 2] for i in places], *[folded[i : i + 3] for i in places]}


def _share(score: float) -> float:
    """Give the logistic function of a score, which may be any number."""
    return 1 / (1 + math.exp(-max(-40.0, min(score, 40.0))))
