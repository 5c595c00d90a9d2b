"""The embedded engine as it is served: the sparse model first, the encoder where that is unsure.

Sure are about eight texts of ten, and these cost what the sparse model costs. For the others the
probabilities of both are mixed, and count the less the farther the text is from everything that
was taught: what nobody taught is to be not understood rather than guessed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from runtime.nlu import dense, encoder, local
from runtime.nlu.dense import DenseModel
from runtime.nlu.local import LocalModel, ranked
from runtime.nlu.model_files import packed, unpacked
from runtime.nlu.training import Example
from runtime.nlu.understanding import Understanding

VERSION = "2"
SURE = 0.95  # Chosen on validation data: below it answers get worse, above it only slower.
SPARSE = 0.35  # The weight of the sparse model where both speak; chosen on validation data too.


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
        shares = self.sparse.shares(text)
        if self.dense is None or (shares is not None and shares.max() >= SURE):
            return ranked(self.intents, shares)
        normal = local.normalise(text)
        vectors = encoder.encode([normal]) if normal else None
        if vectors is None:
            return ranked(self.intents, shares)
        near = self.dense.nearness(vectors[0])
        other = self.dense.shares(vectors[0])
        # A text of which the sparse model knows nothing is left to the encoder alone.
        both = other if shares is None else SPARSE * shares + (1 - SPARSE) * other
        return ranked(self.intents, (both * near).astype(np.float32))

    def warm(self) -> None:
        """Load what the first unsure text would have to wait for."""
        if self.dense is not None:
            encoder.encode(["warm"])

    def dump(self) -> bytes:
        """Write the model as .npz bytes, the same ones for the same model."""
        return packed(self.sparse.arrays() | (self.dense.arrays() if self.dense else {}))

    @classmethod
    def load(cls, data: bytes) -> Self:
        """Read what `train` or `dump` wrote, now or before the encoder came; else ValueError."""
        arrays = unpacked(data)
        sparse = LocalModel.of_arrays(arrays)
        return cls(sparse, dense.of_arrays(arrays, len(sparse.intents)))


def train(examples: Iterable[Example]) -> bytes:
    """Train on examples and return the model as .npz bytes, the same for the same examples."""
    known = list(examples)
    sparse = LocalModel.load(local.train(known))
    pairs = sorted({(local.normalise(one.text), one.intent) for one in known})
    pairs = [pair for pair in pairs if all(pair)]
    vectors = encoder.encode([text for text, _ in pairs]) if sparse.intents else None
    if vectors is None:
        return EmbeddedModel(sparse).dump()
    taught = dense.fit(vectors, [intent for _, intent in pairs], sparse.intents)
    return EmbeddedModel(sparse, taught).dump()


def load_trained(examples: Iterable[Example]) -> EmbeddedModel:
    """Train on examples and give the model itself."""
    return EmbeddedModel.load(train(examples))


def version() -> str:
    """Name what a model is trained with, so that another kind of model is not taken for it."""
    return f"{VERSION}-{encoder.NAME}" if encoder.is_here() else VERSION
