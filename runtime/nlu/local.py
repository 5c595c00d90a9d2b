"""The embedded classifier: TF-IDF of n-grams, a linear SVC, probabilities by temperature.

scikit-learn trains it (`local_training.py`) and is not needed here: one sentence through it costs
twenty times what a dict of n-grams and one small matrix product cost, and the numbers are the same.
A model is an .npz file without pickles, so loading one can run nobody's code.

The softmax sees the margins times the *coverage*, how much of the text the model has ever seen,
and beside the intents a rival called "none of them" that gains where coverage is lost. Without it
a shop with four intents would be sure of one of them whatever is said.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from runtime.nlu.model_files import NO_MODEL, pack_texts, packed, unpack_texts, unpacked
from runtime.nlu.understanding import Understanding

Floats = npt.NDArray[np.float32]

FORMAT = 1
LONGEST = 500  # Characters of a text that are read.
RANKED = 5
NONE_OF_THEM = -0.6  # The margin of the rival when every n-gram of a text is known ...
UNHEARD_OF = 0.5  # ... and when none is. Both chosen on validation data, with texts out of scope.
USUAL_TEMPERATURE = 6.0

_CJK = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_LETTERS = f"[^\\W_{_CJK}]+"
_PIECE = re.compile(f"({_LETTERS}(?:'{_LETTERS})*)|((?:[_{_CJK}]|[^\\w\\s])+)")
_ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")


@dataclass(frozen=True, eq=False)
class LocalModel:
    """A trained classifier. `rows` maps an n-gram to its row in `weights` (n-grams × intents)."""

    intents: tuple[str, ...]
    rows: dict[str, int]
    idf: list[float]
    weights: Floats
    bias: Floats
    rarest: float  # The highest idf.
    temperature: float = USUAL_TEMPERATURE

    def parse(self, text: str) -> Understanding:
        """Understand a text; the empty Understanding when the model knows nothing in it."""
        return ranked(self.intents, self.shares(text))

    def shares(self, text: str) -> Floats | None:
        """Give the probability of each intent, together at most 1; None when nothing is known."""
        return self.shares_of(*self.look_at(text))

    def shares_of(self, margins: Floats | None, coverage: float) -> Floats | None:
        """Give the probabilities that belong to what `look_at` returned."""
        if margins is None:
            return None
        return softmax(self.temperature * scores(margins, coverage))[:-1]

    def look_at(self, text: str) -> tuple[Floats | None, float]:
        """Return the SVC's decision values, one an intent, and the coverage.

        Coverage is the known share of the length of the TF-IDF vector, spelling left out: some
        letters of an English word are always known. The decision values are None when nothing is.
        """
        telling, spelled = cut(normalise(text))
        rows, values, unknown = self._gather(telling)
        known = sum(value * value for value in values)
        more_rows, more_values, _ = self._gather(spelled)
        rows, values = rows + more_rows, values + more_values
        if not rows:
            return None, 0.0
        # What was never seen is as rare as the rarest n-gram that was.
        coverage = math.sqrt(known / (known + unknown * self.rarest * self.rarest or 1.0))
        length = math.sqrt(sum(value * value for value in values))
        vector: Floats = np.array([value / length for value in values], dtype=np.float32)
        # Not a product of BLAS, which would ask every core for this little.
        margins: Floats = np.einsum("i,ij->j", vector, self.weights[rows]) + self.bias
        return margins, coverage

    def dump(self) -> bytes:
        """Write the model as .npz bytes, the same ones for the same model."""
        return packed(self.arrays())

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Give what a file has to hold."""
        return {
            "format": np.array(FORMAT),
            "intents": pack_texts(self.intents),
            "ngrams": pack_texts(self.rows),
            "idf": np.array(self.idf, dtype=np.float32),
            "weights": self.weights,
            "bias": self.bias,
            "temperature": np.array(self.temperature),
        }

    @classmethod
    def load(cls, data: bytes) -> Self:
        """Read what `train` or `dump` wrote; ValueError when it is anything else."""
        return cls.of_arrays(unpacked(data))

    @classmethod
    def of_arrays(cls, arrays: dict[str, npt.NDArray[Any]]) -> Self:
        """Read what `arrays` gave; ValueError when it is anything else."""
        try:
            return cls._of_arrays(arrays)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(NO_MODEL) from error

    def _gather(self, ngrams: list[str]) -> tuple[list[int], list[float], int]:
        """Return the rows of the known n-grams, their TF-IDF, and how many are unknown."""
        rows: list[int] = []
        values: list[float] = []
        counts = Counter(ngrams)
        for ngram, count in counts.items():
            row = self.rows.get(ngram)
            if row is not None:
                rows.append(row)
                values.append(self.idf[row] * (1.0 + math.log(count) if count > 1 else 1.0))
        return rows, values, len(counts) - len(rows)

    @classmethod
    def _of_arrays(cls, arrays: dict[str, npt.NDArray[Any]]) -> Self:
        intents, ngrams = unpack_texts(arrays["intents"]), unpack_texts(arrays["ngrams"])
        weights = np.ascontiguousarray(arrays["weights"], dtype=np.float32)
        idf, bias = arrays["idf"], np.asarray(arrays["bias"], dtype=np.float32)
        if int(arrays["format"]) != FORMAT or idf.shape != (len(ngrams),):
            raise ValueError("unknown format")
        if weights.shape != (len(ngrams), len(intents)) or bias.shape != (len(intents),):
            raise ValueError("the shapes do not fit together")
        rows = {ngram: row for row, ngram in enumerate(ngrams)}
        rarest = float(idf.max(initial=1.0))
        temperature = float(arrays["temperature"])
        return cls(tuple(intents), rows, idf.tolist(), weights, bias, rarest, temperature)


def ranked(intents: Sequence[str], shares: Floats | None) -> Understanding:
    """Rank intents by their probabilities; the empty Understanding when there are none."""
    if shares is None:
        return Understanding()
    best = np.argsort(-shares, kind="stable")[:RANKED]
    ranking = tuple((intents[i], float(shares[i])) for i in best)
    return Understanding(*ranking[0], ranking)


def normalise(text: str) -> str:
    """Fold what looks alike: full width, case, runs of spaces, characters of no width."""
    # NFKC may lengthen a text, so it is cut twice: first for the time, then for the length.
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    return " ".join(_ZERO_WIDTH.sub("", folded).split())[:LONGEST].rstrip()


def cut(text: str) -> tuple[list[str], list[str]]:
    """Return the n-grams that carry meaning, and those that only spell the words again.

    A word in an alphabet gives itself (`=card`) and the pair with the word before it, and spells
    its 1- to 4-grams. A run of Chinese gives its 1- to 4-grams, with marks at its ends. No n-gram
    of one kind looks like one of another.
    """
    telling: list[str] = []
    spelled: list[str] = []
    before = ""
    for word, run in _PIECE.findall(text):
        if word:
            telling += (f"={word}", f"{before or '^'}={word}")
            before, piece, ngrams = f"={word}", f" {word} ", spelled
        else:
            before, piece, ngrams = "", f"\x02{run}\x03", telling
        ngrams += word or run  # Single characters without the marks, which every text has.
        for size in (2, 3, 4):
            ngrams += [piece[i : i + size] for i in range(len(piece) - size + 1)]
    return telling, spelled


def scores(margins: Floats, coverage: float) -> Floats:
    """Return what the softmax sees: a score for each intent and, last, for none of them."""
    return np.append(coverage * margins, coverage * NONE_OF_THEM + (1 - coverage) * UNHEARD_OF)


def softmax(scores: Floats) -> Floats:
    """Turn scores into probabilities that add up to 1."""
    powers = np.exp(scores - scores.max())
    shares: Floats = powers / powers.sum()
    return shares
