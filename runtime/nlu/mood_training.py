"""Learns a table of moods from labelled texts, and says how well one does.

A label is 1 or 0 or positive, negative, neutral; or a feeling; or calm, which only says that a
text is not angry. Each head learns from the rows that say something about it. Questions of the
workspace's own belong to no feeling: in a review "how long does a refund take" would be a
complaint, and a table that knows reviews only takes every second question for one.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from rules.mood import THRESHOLDS, escalation
from runtime.nlu.mood_table import HEADS, MoodTable, ngrams_of

GOOD = frozenset({"1", "positive", "happy"})
BAD = frozenset({"0", "negative", "angry", "sad", "fear"})
FEELINGS = frozenset({"angry", "happy", "sad", "fear", "surprise", "neutral"})
LABELS = GOOD | BAD | FEELINGS | {"calm"}
PLAIN = ""
"""The label of a plain question, which no file can give."""

FEWEST = 5  # Rows of each kind without which a head is not taught.
CONSIDERED = 150_000  # The most frequent n-grams, of which ...
KEPT = 40_000  # ... those stay that move a head furthest. 640 KB; twice as many add .1 %.
# The rest was chosen on a part of the training data held out.
LOOSENESS = {"good": 3.0, "angry": 5.0, "neutral": 3.0}  # The C of the logistic regressions.
PLAIN_SHARE = 0.2  # Of the weight of all rows: some hundred questions count beside many reviews.
LEAN = 0.02  # How cheaply anger may lean on good or bad, which more rows have taught.

Vectors = (
    Any  # A sparse matrix of SciPy, which ships no types: one row a text, one column an n-gram.
)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Labelled:
    """A text, and what somebody said of it."""

    text: str
    label: str


@dataclass(frozen=True)
class Measures:
    """How well a table reads texts it was not trained on; None where no row says anything of it.

    `accuracy` is of the sign, over rows that are good or bad; `anger_precision` is the average one
    over rows that name a feeling; `escalated` is the share of plain questions that would count
    against a visitor's patience.
    """

    size: int
    accuracy: float | None = None
    anger_precision: float | None = None
    escalated: float | None = None


def read_rows(text: str) -> list[Labelled]:
    """Read rows below the header `text,label`; ValueError names the line that cannot be used."""
    lines = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    found = []
    try:
        if not {"text", "label"} <= set(lines.fieldnames or ()):
            raise ValueError("the first line must name the columns text and label")
        for row in lines:
            label = (row["label"] or "").strip().lower()
            if label not in LABELS:
                known = ", ".join(sorted(LABELS))
                raise ValueError(f"line {lines.line_num}: {label!r} is none of the labels {known}")
            found.append(Labelled(row["text"] or "", label))
    except csv.Error as error:
        raise ValueError(f"line {lines.line_num} is not CSV: {error}") from error
    return found


def train(rows: Iterable[Labelled], plain: Iterable[str] = ()) -> bytes:
    """Train a table and give it as .npz bytes; ValueError where there is too little to learn from.

    The same rows in the same order give the same bytes.
    """
    known = [row for row in rows if row.text.strip()]
    known += [Labelled(text, PLAIN) for text in plain if text.strip()]
    labels = [row.label for row in known]
    heads = frozenset(head for head in HEADS if _is_taught(labels, head))
    if not heads & {"good", "angry"}:
        raise ValueError(
            f"there must be {FEWEST} texts of two kinds: good and bad, or angry and not"
        )
    texts = [ngrams_of(row.text) for row in known]
    counts = Counter(chain.from_iterable(texts))
    ngrams = sorted(sorted(counts), key=counts.__getitem__, reverse=True)[:CONSIDERED]
    weights, bias = _fit(texts, labels, ngrams, counts)
    if len(ngrams) > KEPT:
        # How far an n-gram moves a head, over all the texts it stands in.
        often = np.sqrt([counts[ngram] for ngram in ngrams])
        reach = (np.abs(weights) * (_idf(ngrams, counts, len(texts)) * often)[:, None]).max(axis=1)
        ngrams = [ngrams[place] for place in np.argsort(-reach, kind="stable")[:KEPT]]
        weights, bias = _fit(texts, labels, ngrams, counts)
    idf = _idf(ngrams, counts, len(texts))
    values = np.column_stack([idf * idf, weights * idf[:, None]]).tolist()
    table = {ngram: (a, b, c, d) for ngram, (a, b, c, d) in zip(ngrams, values, strict=True)}
    good, angry, neutral = bias.tolist()
    return MoodTable(table, (good, angry, neutral), heads).dump()


def measure(
    table: MoodTable,
    rows: Sequence[Labelled],
    plain: Sequence[str] = (),
    threshold: float = THRESHOLDS["zh"],
) -> Measures:
    """Let a table read rows, and plain questions, that it was not trained on."""
    found = [(table.read(row.text), row.label) for row in rows]
    signs = [(one.compound >= 0) == (label in GOOD) for one, label in found if label in GOOD | BAD]
    angers = [(one.angry, label == "angry") for one, label in found if label in FEELINGS | {"calm"}]
    levels = [escalation(one.compound, one.angry) for one in map(table.read, plain)]
    return Measures(
        size=len(rows),
        accuracy=sum(signs) / len(signs) if signs else None,
        anger_precision=average_precision(angers) if any(truth for _, truth in angers) else None,
        escalated=sum(level >= threshold for level in levels) / len(levels) if levels else None,
    )


def average_precision(pairs: Iterable[tuple[float, bool]]) -> float:
    """Give the mean, over the true ones, of the precision down to each; 0 when none is true."""
    hits, total = 0, 0.0
    for rank, (_, truth) in enumerate(sorted(pairs, key=lambda pair: -pair[0]), 1):
        if truth:
            hits += 1
            total += hits / rank
    return total / hits if hits else 0.0


def _truth(label: str, head: str) -> bool | None:
    """Say what a label says of a head; None when nothing."""
    if head == "good":
        return True if label in GOOD else False if label in BAD else None
    if head == "angry":
        return label == "angry" if label in FEELINGS | {"calm", PLAIN} else None
    return label in {"neutral", PLAIN} if label != "calm" else None


def _is_taught(labels: Sequence[str], head: str) -> bool:
    counts = Counter(_truth(label, head) for label in labels)
    return min(counts[True], counts[False]) >= FEWEST


def _fit(
    texts: Sequence[set[str]], labels: Sequence[str], ngrams: Sequence[str], counts: Counter[str]
) -> tuple[Floats, Floats]:
    """Fit the three heads: their weights (n-grams × 3) and biases."""
    vectors = _vectors(texts, ngrams, _idf(ngrams, counts, len(texts)))
    weights, bias = np.zeros((len(ngrams), 3)), np.array([0.0, -40.0, -40.0])
    for place, head in enumerate(HEADS):
        if _is_taught(labels, head):
            lean = weights[:, 0] if head == "angry" and weights[:, 0].any() else None
            weights[:, place], bias[place] = _fit_head(head, vectors, labels, lean)
    return weights, bias


def _fit_head(
    head: str, vectors: Vectors, labels: Sequence[str], lean: Floats | None
) -> tuple[Floats, float]:
    """Fit one head on the rows that say something of it, and on plain questions.

    Plain questions are neither good nor bad: there they stand once as each, with half the weight.
    `lean` are weights of another head. Its score is one more feature, small, so that the penalty
    keeps what is taken of it small; as all is linear, it is then added to the weights.
    """
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    said = [(i, truth) for i, one in enumerate(labels) if (truth := _truth(one, head)) is not None]
    if head == "good":
        said += [(i, way) for way in (True, False) for i, one in enumerate(labels) if one == PLAIN]
    rows, truths = np.array([i for i, _ in said]), np.array([truth for _, truth in said])
    plain = np.array([not labels[i] for i in rows])
    share = PLAIN_SHARE * (~plain).sum() / max(plain.sum(), 1)
    seen = vectors[rows]
    if lean is not None:
        seen = hstack([seen, csr_matrix(LEAN * (seen @ lean)[:, None])]).tocsr()
    regression = LogisticRegression(C=LOOSENESS[head], max_iter=500)
    with threadpool_limits(limits=1):  # More threads take more CPU, and no less time.
        regression.fit(seen, truths, np.where(plain, share, 1.0))
    weights = regression.coef_[0].astype(np.float64)
    if lean is not None:
        weights = weights[:-1] + LEAN * weights[-1] * lean
    return weights, float(regression.intercept_[0])


def _idf(ngrams: Sequence[str], counts: Counter[str], texts: int) -> Floats:
    """Give the smoothed inverse document frequency, as scikit-learn defines it."""
    often = np.array([counts[ngram] for ngram in ngrams], dtype=np.float64)
    smoothed: Floats = np.log((1 + texts) / (1 + often)) + 1
    return smoothed


def _vectors(texts: Sequence[set[str]], ngrams: Sequence[str], idf: Floats) -> Vectors:
    """Give the TF-IDF vectors of length one; each n-gram counts once in a text."""
    from scipy.sparse import csr_matrix
    from sklearn.preprocessing import normalize

    columns = {ngram: column for column, ngram in enumerate(ngrams)}
    found = [sorted(columns[ngram] for ngram in text if ngram in columns) for text in texts]
    ends = np.cumsum([0, *map(len, found)])
    flat = np.fromiter(chain.from_iterable(found), dtype=np.int32, count=int(ends[-1]))
    return normalize(csr_matrix((idf[flat], flat, ends), shape=(len(texts), len(ngrams))))
