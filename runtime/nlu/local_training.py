"""Trains the sparse model, and says what it would have said of each sentence had it not seen it.

The second is what probabilities are fitted on, and what the model on sentence vectors learns from:
of the sentences it was trained on, a linear model on n-grams is always sure.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.nlu.local import (
    USUAL_TEMPERATURE,
    Floats,
    LocalModel,
    cut,
    normalise,
    scores,
)
from runtime.nlu.training import Example

Labelled = Sequence[tuple[str, str]]  # Pairs of normalised text and intent.
Places = npt.NDArray[np.int64]

MANY_NGRAMS = 200_000  # Beyond this, n-grams seen in one sentence only are dropped.
MOST_WEIGHTS = 40_000_000  # N-grams times intents: 160 MB.
MARGIN_PENALTY = 2.0  # The C of the SVC, chosen on validation data (Chinese and English).
FOLDS = 5
FEWER_FOLDS = 3
MANY_EXAMPLES = 8_000  # Beyond this, fewer folds are enough: as good in cross-validation.
NEARLY, EXACTLY = 0.1, 1e-4  # The SVC's tolerance within folds, which is as good there, and else.
PLENTY = 2_000  # Sentences to fit a single number on.
USUAL_STRENGTH = 5.0  # How many nats of evidence it takes to move away from the usual temperature.
NEVER = -1.0  # The margin of an intent that a fold knows nothing of.


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What models that did not see a sentence say of it, sentences in the order of `labelled`.

    `margins` (sentences × intents) are decision values, `coverage` (sentences) the known share of
    each; of a sentence of which nothing was known the coverage is 0.
    """

    labelled: Labelled
    margins: Floats
    coverage: Floats


@dataclass(frozen=True, eq=False)
class _Table:
    """Sentences × n-grams: TF-IDF without a length, and which n-grams carry meaning."""

    values: Any  # A scipy CSR matrix.
    meaning: npt.NDArray[np.bool_]
    rarest: float


def train(examples: Iterable[Example]) -> bytes:
    """Train a model and return it as .npz bytes, the same bytes for the same set of examples."""
    return fit(examples)[0].dump()


def fit(examples: Iterable[Example]) -> tuple[LocalModel, HeldOut]:
    """Train a model, and judge every sentence by one trained without it."""
    pairs = {(normalise(example.text), example.intent) for example in examples}
    labelled = sorted(pair for pair in pairs if all(pair))
    intents = sorted({intent for _, intent in labelled})
    cuts = [cut(text) for text, _ in labelled]
    ngrams = [telling + spelled for telling, spelled in cuts]
    vocabulary = _vocabulary(ngrams, len(intents))
    if not vocabulary:
        nothing = np.zeros((0, 0), dtype=np.float32)
        model = LocalModel((), {}, [], nothing, nothing[0:0].ravel(), 1.0)
        return model, HeldOut((), nothing, nothing.ravel())
    told = set(chain.from_iterable(telling for telling, _ in cuts))
    table, idf = _table(ngrams, vocabulary, told)
    places = {intent: place for place, intent in enumerate(intents)}
    truth = np.array([places[intent] for _, intent in labelled])
    weights, bias = _svc(_of_length_1(table.values), truth, len(intents), EXACTLY)
    model = LocalModel(
        intents=tuple(intents),
        rows={ngram: row for row, ngram in enumerate(vocabulary)},
        idf=idf.tolist(),
        weights=np.ascontiguousarray(weights.T, dtype=np.float32),
        bias=bias.astype(np.float32),
        rarest=table.rarest,
    )
    held_out = HeldOut(labelled, *_held_out(table, truth, len(intents)))
    return replace(model, temperature=_temperature(held_out, truth)), held_out


def _table(ngrams: list[list[str]], vocabulary: list[str], told: set[str]) -> tuple[_Table, Floats]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(
        analyzer=_as_it_is, vocabulary=vocabulary, sublinear_tf=True, norm=None
    )
    values = vectoriser.fit_transform(ngrams)
    meaning = np.array([ngram in told for ngram in vocabulary])
    idf: Floats = vectoriser.idf_.astype(np.float32)
    return _Table(values.tocsr(), meaning, float(vectoriser.idf_.max())), idf


def _as_it_is(ngrams: list[str]) -> list[str]:
    return ngrams


def _vocabulary(texts: list[list[str]], intents: int) -> list[str]:
    """Choose the n-grams worth a row: all of them, until memory says otherwise."""
    sentences = Counter(chain.from_iterable(map(set, texts)))
    chosen = list(sentences)
    if len(chosen) > MANY_NGRAMS:
        chosen = [ngram for ngram in chosen if sentences[ngram] > 1] or chosen
    most = MOST_WEIGHTS // max(intents, 1)
    if len(chosen) > most:
        chosen = sorted(chosen, key=lambda ngram: (-sentences[ngram], ngram))[:most]
    return sorted(chosen)


def _svc(vectors: Any, truth: Places, intents: int, within: float) -> tuple[Any, Any]:
    """Fit one linear separator an intent; those of intents that are not there say never."""
    from sklearn.svm import LinearSVC

    there = np.unique(truth)
    weights, bias = np.zeros((intents, vectors.shape[1])), np.full(intents, NEVER)
    if len(there) < 2:
        bias[there] = 0.0
        return weights, bias
    svc = LinearSVC(C=MARGIN_PENALTY, tol=within, random_state=0).fit(vectors, truth)
    both = len(there) == 2  # Of two, scikit-learn keeps only the second.
    weights[there] = np.vstack([-svc.coef_, svc.coef_]) if both else svc.coef_
    bias[there] = np.hstack([-svc.intercept_, svc.intercept_]) if both else svc.intercept_
    return weights, bias


def _held_out(table: _Table, truth: Places, intents: int) -> tuple[Floats, Floats]:
    """Give margins and coverage of every sentence by models that did not see it."""
    many = len(truth)
    margins = np.full((many, intents), NEVER, dtype=np.float32)
    coverage = np.zeros(many, dtype=np.float32)
    order = np.random.default_rng(0).permutation(many)
    folds = FOLDS if many <= MANY_EXAMPLES else FEWER_FOLDS
    for fold in range(folds):
        asked = np.sort(order[fold::folds])
        taught = np.setdiff1d(order, asked)
        if len(asked) and len(taught):
            seen = table.values[taught]
            model = _svc(_of_length_1(seen), truth[taught], intents, NEARLY)
            known = np.asarray(seen.sum(axis=0)).ravel() > 0
            margins[asked], coverage[asked] = _judged(table, asked, known, model)
    return margins, coverage


def _judged(table: _Table, asked: Places, known: Any, model: tuple[Any, Any]) -> tuple[Any, Any]:
    """Reckon what `LocalModel.look_at` does, for many sentences and where only some is `known`."""
    values, (weights, bias) = table.values[asked], model
    told = values.multiply(values) @ (known & table.meaning).astype(np.float64)
    missing = (values > 0) @ (~known & table.meaning).astype(np.float64)
    whole = told + missing * table.rarest**2
    coverage = np.sqrt(told / np.where(whole > 0, whole, 1.0))
    return _of_length_1(values.multiply(known).tocsr()) @ weights.T + bias, coverage


def _of_length_1(values: Any) -> Any:
    from sklearn.preprocessing import normalize

    return normalize(values)


def _temperature(held_out: HeldOut, truth: Places) -> float:
    """Fit the one number between margins and probabilities on texts the fitted model has not seen.

    The temperature with the highest likelihood wins (Guo et al. 2017, with the temperature as a
    factor). A prior around the usual one keeps a dozen easy sentences from claiming certainty.
    """
    candidates = np.geomspace(1.0, 20.0, 80)
    loss = USUAL_STRENGTH * np.log(candidates / USUAL_TEMPERATURE) ** 2
    step = max(len(truth) // PLENTY, 1)
    for at in range(0, len(truth), step):
        coverage = float(held_out.coverage[at])
        if coverage == 0.0:
            continue
        scaled = candidates[:, None] * scores(held_out.margins[at], coverage)
        highest = scaled.max(axis=1)
        total = highest + np.log(np.exp(scaled - highest[:, None]).sum(axis=1))
        loss += total - scaled[:, truth[at]]
    return float(candidates[loss.argmin()])
