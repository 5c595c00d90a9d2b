"""Logistic regression on sentence vectors, and how far a text is from all that was ever taught.

Beside the vector it reads the margins of the sparse model, in training those of models that had not
seen the sentence (stacking, Wolpert 1992): so it learns where to trust which of the two.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.nlu.encoder_pass import MEANING
from runtime.nlu.local import softmax

Floats = npt.NDArray[np.float32]

INVERSE_PENALTY = 10.0  # The C of the regression, chosen on validation data.
OPINION = 0.2  # What the margins of the sparse model weigh beside a vector; chosen likewise.
SENTENCES = 15  # Of each intent, kept to be compared with: as good as all of them.
FAR, NEAR = 0.2, 0.7  # Cosines at which a text has nothing in common, and enough.
LEAST = 0.05
SIZES = (MEANING, 2 * MEANING)
"""Numbers of a sentence that models of before were trained on, without the margins beside them."""


@dataclass(frozen=True, eq=False)
class DenseModel:
    """A linear model of intents on sentence vectors and margins, and sentences to compare.

    `weights` is (1024 + intents) × intents. The sentences to compare are the first 512 numbers
    only, which have length 1.
    """

    weights: Floats
    bias: Floats
    sentences: Floats

    def shares(self, vector: Floats, margins: Floats) -> Floats:
        """Give the probability of each intent for the vector and the margins of a text."""
        return softmax(self.scores(vector, margins))

    def scores(self, vector: Floats, margins: Floats) -> Floats:
        """Give what the regression adds up to for each intent: logarithms, but for a constant."""
        features = np.concatenate([vector, OPINION * margins])[: len(self.weights)]
        scores: Floats = features @ self.weights + self.bias
        return scores

    def nearness(self, vector: Floats) -> float:
        """Say how near a text is to the nearest sentence that was taught, from 0.05 to 1."""
        cosine = float((self.sentences @ vector[:MEANING]).max())
        return min(max((cosine - FAR) / (NEAR - FAR), LEAST), 1.0)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Give what a file has to hold."""
        half = self.sentences.astype(np.float16)
        return {"dense_weights": self.weights, "dense_bias": self.bias, "dense_sentences": half}


def fit(vectors: Floats, margins: Floats, intents: list[str], names: tuple[str, ...]) -> DenseModel:
    """Train on vectors and margins (a sentence a row), and intents; `names` gives their order."""
    from sklearn.linear_model import LogisticRegression

    places = {name: place for place, name in enumerate(names)}
    truth = np.array([places[intent] for intent in intents])
    if len(names) == 1:
        weights, bias = np.zeros((vectors.shape[1] + 1, 1)), np.zeros(1)
    else:
        regression = LogisticRegression(C=INVERSE_PENALTY, max_iter=200)
        regression.fit(np.hstack([vectors, OPINION * margins]), truth)
        weights, bias = regression.coef_.T, regression.intercept_
        if len(names) == 2:  # Of two, scikit-learn keeps only the second.
            weights, bias = np.hstack([-weights, weights]) / 2, np.hstack([-bias, bias]) / 2
    order = np.random.default_rng(0).permutation(len(truth))
    kept = [order[truth[order] == place][:SENTENCES] for place in range(len(names))]
    return DenseModel(
        np.ascontiguousarray(weights, dtype=np.float32),
        bias.astype(np.float32),
        np.ascontiguousarray(vectors[np.sort(np.concatenate(kept)), :MEANING]),
    )


def of_arrays(arrays: dict[str, npt.NDArray[Any]], intents: int) -> DenseModel | None:
    """Read what `arrays` gave; None where there is no such part, ValueError where it is wrong."""
    if "dense_weights" not in arrays:
        return None
    names = ("dense_weights", "dense_bias", "dense_sentences")
    if any(name not in arrays for name in names):
        raise ValueError("a part of the model is missing")
    weights, bias, sentences = (
        np.ascontiguousarray(arrays[name], dtype=np.float32) for name in names
    )
    sizes = (*SIZES, 2 * MEANING + intents)
    if len(weights) not in sizes or weights.shape[1:] != (intents,) or bias.shape != (intents,):
        raise ValueError("the shapes do not fit together")
    if sentences.ndim != 2 or not len(sentences) or sentences.shape[1] != MEANING:
        raise ValueError("the shapes do not fit together")
    return DenseModel(weights, bias, sentences)
