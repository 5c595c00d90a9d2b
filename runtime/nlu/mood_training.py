"""Learns a table of moods from labelled texts: reviews, feelings, and what visitors were angry at.

A label is 1 or 0 (good, bad), positive, negative, neutral, calm, or a feeling (angry, happy, sad,
fear, surprise). Each head learns from the rows that say something about it. Plain service questions
belong to no feeling: "how long does a refund take" is negative in a review and neutral in a shop.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from runtime.nlu.mood_table import MoodTable, ngrams_of

GOOD = {"1": 1, "positive": 1, "happy": 1, "0": 0, "negative": 0, "angry": 0, "sad": 0}
ANGRY = {"angry": 1} | dict.fromkeys(("happy", "sad", "fear", "surprise", "neutral", "calm"), 0)
NEUTRAL = {"neutral": 1, "calm": 1} | dict.fromkeys(("1", "0", "positive", "negative"), 0)
NEUTRAL |= dict.fromkeys(("angry", "happy", "sad", "fear", "surprise"), 0)
HEADS = (GOOD, ANGRY, NEUTRAL)
PLAIN = "plain"
PENALTIES = (4.0, 2.0, 2.0)
"""The C of each head's logistic regression, chosen on a part of the training data held out."""
RARE = 2
MOST_NGRAMS = 80_000
FEWEST = 8
"""Rows of each kind without which a head learns nothing and says nothing."""


@dataclass(frozen=True)
class Labelled:
    """A text, and what somebody said of it."""

    text: str
    label: str


@dataclass(frozen=True)
class Measures:
    """Accuracy of good and bad, average precision of anger; None where no row says."""

    size: int
    accuracy: float | None
    anger_precision: float | None


def read_rows(text: str) -> list[Labelled]:
    """Read rows below the header `text,label`; ValueError names the line that cannot be used."""
    lines = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    if not {"text", "label"} <= set(lines.fieldnames or ()):
        raise ValueError("the first line must name the columns text and label")
    found = []
    for row in lines:
        label = (row["label"] or "").strip().lower()
        if not any(label in head for head in HEADS):
            raise ValueError(f"line {lines.line_num}: nobody knows the label {label!r}")
        found.append(Labelled(row["text"] or "", label))
    return found


def train(rows: Iterable[Labelled], plain: Iterable[str] = ()) -> bytes:
    """Learn a table and give it as .npz bytes; ValueError where there is too little to learn."""
    known = [*rows, *(Labelled(text, PLAIN) for text in plain)]
    cut = [ngrams_of(row.text) for row in known]
    idf = _idf(cut)
    ngrams = {ngram: place for place, ngram in enumerate(sorted(idf))}
    vectors = _vectors(cut, ngrams, idf)
    heads = []
    for head, penalty in zip((_good, _angry, _neutral), PENALTIES, strict=True):
        truth = [head(row.label) for row in known]
        heads.append(_fitted(vectors, truth, penalty))
    if not any(weights.any() for weights, _ in heads):
        raise ValueError(
            f"there must be at least {FEWEST} texts of two kinds, good and bad or angry"
        )
    kept = _telling([weights for weights, _ in heads], cut, ngrams)
    table = {
        ngram: (
            idf[ngram] ** 2,
            *(float(weights[ngrams[ngram]] * idf[ngram]) for weights, _ in heads),
        )
        for ngram in kept
    }
    biases = tuple(bias for _, bias in heads)
    return MoodTable(table, biases).dump()  # type: ignore[arg-type]


def measure(table: MoodTable, rows: Sequence[Labelled]) -> Measures:
    """Count how often good and bad are told apart, and how well anger is ranked."""
    read = [(table.read(row.text), row.label) for row in rows]
    judged = [
        (found.good >= 0.5) == bool(GOOD[label]) for found, label in read if label in ("0", "1")
    ]
    angers = [(found.angry, label == "angry") for found, label in read if label in ANGRY]
    accuracy = sum(judged) / len(judged) if judged else None
    return Measures(len(rows), accuracy, average_precision(angers) if angers else None)


def average_precision(pairs: Iterable[tuple[float, bool]]) -> float:
    """Give the mean, over those it is true of, of the precision down to each."""
    hits, total = 0, 0.0
    for rank, (_, truth) in enumerate(sorted(pairs, key=lambda pair: -pair[0]), 1):
        if truth:
            hits += 1
            total += hits / rank
    return total / hits if hits else 0.0


def _good(label: str) -> int | None:
    return GOOD.get(label)


def _angry(label: str) -> int | None:
    return 0 if label == PLAIN else ANGRY.get(label)


def _neutral(label: str) -> int | None:
    return 1 if label == PLAIN else NEUTRAL.get(label)


def _idf(cut: Sequence[set[str]]) -> dict[str, float]:
    """Give the smoothed inverse document frequency of every n-gram that is not too rare."""
    counts = Counter(ngram for ngrams in cut for ngram in ngrams)
    least = RARE if len(cut) > 500 else 1
    total = 1 + len(cut)
    return {n: float(np.log(total / (1 + many)) + 1) for n, many in counts.items() if many >= least}


def _vectors(cut: Sequence[set[str]], ngrams: dict[str, int], idf: dict[str, float]) -> Any:
    from scipy.sparse import csr_matrix
    from sklearn.preprocessing import normalize

    columns = [[ngrams[n] for n in sorted(one) if n in ngrams] for one in cut]
    by_column = np.array([idf[n] for n in sorted(ngrams)], dtype=np.float64)
    starts = np.cumsum([0, *map(len, columns)])
    flat = np.fromiter((c for row in columns for c in row), dtype=np.int64, count=int(starts[-1]))
    shape = (len(cut), len(ngrams))
    return normalize(csr_matrix((by_column[flat], flat, starts), shape=shape))


def _fitted(vectors: Any, truth: list[int | None], penalty: float) -> tuple[Any, float]:
    """Fit one head on the rows that say something of it; one that has too few says nothing."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    rows = [i for i, one in enumerate(truth) if one is not None]
    said = [truth[i] for i in rows]
    if min(said.count(0), said.count(1)) < FEWEST:
        return np.zeros(vectors.shape[1]), -40.0 if said.count(1) < FEWEST else 0.0
    with threadpool_limits(limits=1):
        model = LogisticRegression(C=penalty, solver="liblinear", random_state=0)
        model.fit(vectors[rows], said)
    return model.coef_[0], float(model.intercept_[0])


def _telling(weights: list[Any], cut: Sequence[set[str]], ngrams: dict[str, int]) -> list[str]:
    """Choose the n-grams that move the heads most over all the texts they stand in."""
    counts = Counter(ngram for one in cut for ngram in one)
    strength = np.max(np.abs(np.array(weights)), axis=0)
    order = sorted(ngrams, key=lambda n: (-strength[ngrams[n]] * counts[n] ** 0.5, n))
    return sorted(order[:MOST_NGRAMS])
