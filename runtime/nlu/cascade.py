"""The embedded engine as it is served: the sparse model first, the encoder where that is unsure.

Sure are about eight texts of ten, and these cost what the sparse model costs. For the others the
opinions of both are pooled, and count the less the farther the text is from everything that was
taught: what nobody taught is to be not understood rather than guessed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from runtime.nlu import dense, encoder, local, local_training
from runtime.nlu.dense import DenseModel, Floats
from runtime.nlu.local import LocalModel, ranked
from runtime.nlu.model_files import packed, unpacked
from runtime.nlu.training import Example
from runtime.nlu.understanding import Understanding

VERSION = "4"
SURE = 0.97  # Chosen on validation data: below it answers get worse, above it only slower.
SPARSE, DENSE = 0.2, 1.0  # The weights of both where both speak; chosen on validation data too.
LEAST = 1e-6  # A share below which the sparse model's "no" is not counted any higher.


@dataclass(frozen=True, eq=False)
class EmbeddedModel:
    """A trained model: the sparse one, and the one on sentence vectors where it was trained."""

    sparse: LocalModel
    dense: DenseModel | None = None

    @property
    def intents(self) -> tuple[str, ...]:
        """Name every intent, in the order of the probabilities."""
        return self.sparse.intents

    def parse(self, text: str) -> Understanding:
        """Understand a text; the empty Understanding when nothing is known of it."""
        margins, coverage = self.sparse.look_at(text)
        shares = self.sparse.shares_of(margins, coverage)
        if self.dense is None or (shares is not None and shares.max() >= SURE):
            return ranked(self.intents, shares)
        normal = local.normalise(text)
        with encoder.one_thread():
            vectors = encoder.encode([normal]) if normal else None
            if vectors is not None:
                shares = self._shares(self.dense, vectors[0], margins, shares)
        return ranked(self.intents, shares)

    def warm(self) -> None:
        """Load what the first unsure text would have to wait for."""
        if self.dense is not None:
            encoder.encode(["warm"])

    def _shares(
        self, taught: DenseModel, vector: Floats, margins: Floats | None, shares: Floats | None
    ) -> Floats:
        near = taught.nearness(vector)
        if margins is None or shares is None:
            # What the sparse model knows nothing of is left to the encoder alone.
            return taught.shares(vector, self.sparse.bias) * near
        return _pooled(shares, taught.scores(vector, margins)) * near

    def dump(self) -> bytes:
        """Write the model as .npz bytes, the same ones for the same model."""
        return packed(self.sparse.arrays() | (self.dense.arrays() if self.dense else {}))

    @classmethod
    def load(cls, data: bytes) -> Self:
        """Read what `train` or `dump` wrote, now or before the encoder came; else ValueError."""
        arrays = unpacked(data)
        sparse = LocalModel.of_arrays(arrays)
        return cls(sparse, dense.of_arrays(arrays, len(sparse.intents)))


def _pooled(shares: Floats, scores: Floats) -> Floats:
    """Pool both opinions by their logarithms (Genest and Zidek 1986, the logarithmic pool).

    What the sparse model leaves to none of the intents stays left.
    """
    both = local.softmax(SPARSE * np.log(np.maximum(shares, LEAST)) + DENSE * scores)
    pooled: Floats = (both * shares.sum()).astype(np.float32)
    return pooled


def train(examples: Iterable[Example]) -> bytes:
    """Train on examples and return the model as .npz bytes, the same for the same examples."""
    sparse, held_out = local_training.fit(examples)
    texts = [text for text, _ in held_out.labelled]
    intents = [intent for _, intent in held_out.labelled]
    with encoder.one_thread():
        vectors = encoder.encode(texts) if texts else None
        if vectors is None:
            return EmbeddedModel(sparse).dump()
        taught = dense.fit(vectors, held_out.margins, intents, sparse.intents)
    return EmbeddedModel(sparse, taught).dump()


def load_trained(examples: Iterable[Example]) -> EmbeddedModel:
    """Train on examples and give the model itself."""
    return EmbeddedModel.load(train(examples))


def version() -> str:
    """Name what a model is trained with, so that another kind of model is not taken for it."""
    return f"{VERSION}-{encoder.NAME}" if encoder.is_here() else VERSION
