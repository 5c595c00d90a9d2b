"""The network of `BertBiLSTMClassifier`: a BiLSTM over token vectors, then attention.

The attention is that of Yang et al. 2016, "Hierarchical Attention Networks for Document
Classification", equations 5 to 7: u = tanh(W h + b), a = softmax(u · v), s = sum of a h.

Keras is used only as a calculator: what is kept of a network are its weights as plain arrays, never
a model file of Keras', which may hold code.
"""

# mypy: disable-error-code="import-not-found,import-untyped"
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

keras = tf.keras
Tokens = npt.NDArray[np.float32]
"""One sentence: tokens × the encoder's hidden size, at least one token."""
Chances = npt.NDArray[np.float32]
"""Probabilities: sentences × intents, or those of one sentence."""
Network = Any
"""A `keras.Model`."""
LONGEST_STEP = 1.0
"""The norm to which the gradients are clipped; recurrent networks need one."""


@dataclass(frozen=True)
class Shape:
    """The sizes of a network: what it must be built with to take its weights back."""

    token_size: int
    lstm_units: int
    attention_size: int
    intents: int


@dataclass(frozen=True)
class Schooling:
    """How long and how a network is taught. Patience counts epochs without a lower loss."""

    dropout: float
    epochs: int
    learning_rate: float
    batch_size: int
    patience: int
    seed: int | None


@dataclass(frozen=True)
class Lessons:
    """Sentences and the numbers of their intents, as many of the one as of the other."""

    sentences: Sequence[Tokens]
    intents: Sequence[int]

    def parted(self, places: Set[int]) -> tuple["Lessons", "Lessons"]:
        """Give the lessons at all other places, and those at these."""
        rest = [at for at in range(len(self.intents)) if at not in places]
        return self._at(rest), self._at(sorted(places))

    def _at(self, places: Sequence[int]) -> "Lessons":
        return Lessons([self.sentences[at] for at in places], [self.intents[at] for at in places])


def build(shape: Shape, dropout: float = 0.0, fused: bool | None = None) -> Network:
    """Give a new network: (batch × tokens × token_size, mask batch × tokens) to batch × intents.

    A mask is true where there is a token; padding stands on the right, where cuDNN wants it. The
    answers are logits. Fused is Keras' LSTM that cuDNN can run, otherwise a plain loop over the
    tokens, which a CPU builds and runs in a third of the time; None chooses by what there is. Both
    take the same weights and give the same numbers.
    """
    if fused is None:
        fused = bool(tf.config.list_physical_devices("GPU"))
    tokens = keras.Input((None, shape.token_size), dtype="float32")
    mask = keras.Input((None,), dtype="bool")
    layers = keras.layers
    heard = layers.Dropout(dropout)(tokens)
    cell = layers.LSTMCell(shape.lstm_units)
    fast = layers.LSTM(shape.lstm_units, return_sequences=True)
    lstm = fast if fused else layers.RNN(cell, return_sequences=True)
    states = layers.Bidirectional(lstm)(heard, mask=mask)
    scores = layers.Dense(1, use_bias=False)(
        layers.Dense(shape.attention_size, activation="tanh")(states)
    )
    weights = layers.Softmax(axis=1)(scores, mask=tf.expand_dims(mask, -1))
    pooled = layers.Flatten()(layers.Dot(axes=1)([weights, states]))
    logits = layers.Dense(shape.intents)(layers.Dropout(dropout)(pooled))
    return keras.Model([tokens, mask], logits)


def fit(
    shape: Shape, schooling: Schooling, lessons: Lessons, held_out: Lessons
) -> tuple[Network, dict[str, list[float]]]:
    """Teach a new network; give it, and what was measured at every epoch.

    With something held out, it stops when the loss there no longer falls, and the best weights
    are kept; with nothing held out, it runs for all epochs. The same seed gives the same network
    on the same CPU; a GPU may differ in the last digits.
    """
    if schooling.seed is not None:
        keras.utils.set_random_seed(schooling.seed)
    network = build(shape, schooling.dropout)
    network.compile(
        # Compiled updates want CUDA's own compiler on a GPU, which TensorFlow does not bring.
        keras.optimizers.Adam(schooling.learning_rate, clipnorm=LONGEST_STEP, jit_compile=False),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    stop = keras.callbacks.EarlyStopping(patience=schooling.patience, restore_best_weights=True)
    size, dice = schooling.batch_size, np.random.default_rng(schooling.seed)
    judged = _batches(held_out, shape, size) if held_out.sentences else None
    history = network.fit(
        _batches(lessons, shape, size, dice),
        validation_data=judged,
        epochs=schooling.epochs,
        callbacks=[stop] if judged else [],
        verbose=0,
    )
    if judged:
        # This Keras brings the best ones back only where it stopped early.
        network.set_weights(stop.best_weights)
    return network, dict(history.history)


def predictor(network: Network, shape: Shape) -> Callable[[Sequence[Tokens]], Chances]:
    """Give a function from sentences to the probabilities of the intents, sentences × intents.

    It is traced here, once, so that the first visitor does not wait for it.
    """
    signature = [
        tf.TensorSpec((None, None, shape.token_size), tf.float32),
        tf.TensorSpec((None, None), tf.bool),
    ]
    answer = tf.function(
        lambda tokens, mask: tf.nn.softmax(network([tokens, mask], training=False)),
        input_signature=signature,
    ).get_concrete_function()

    def predict(sentences: Sequence[Tokens]) -> Chances:
        tokens, mask = _padded(sentences, shape.token_size)
        found: Chances = answer(tf.constant(tokens), tf.constant(mask)).numpy()
        return found

    return predict


def _batches(
    lessons: Lessons, shape: Shape, size: int, dice: np.random.Generator | None = None
) -> Any:
    """Give a `tf.data.Dataset` of ((tokens, mask), intent), padded batch by batch.

    With dice, every epoch has an order of its own.
    """

    def give() -> Iterator[tuple[tuple[Tokens, npt.NDArray[np.bool_]], int]]:
        many = len(lessons.sentences)
        for place in dice.permutation(many) if dice else range(many):
            sentence = lessons.sentences[place]
            yield (sentence, np.ones(len(sentence), bool)), lessons.intents[place]

    signature = (
        (tf.TensorSpec((None, shape.token_size), tf.float32), tf.TensorSpec((None,), tf.bool)),
        tf.TensorSpec((), tf.int32),
    )
    found = tf.data.Dataset.from_generator(give, output_signature=signature)
    return found.padded_batch(size).prefetch(2)


def _padded(sentences: Sequence[Tokens], size: int) -> tuple[Tokens, npt.NDArray[np.bool_]]:
    """Give sentences × longest × size, zero on the right, and the mask of the real tokens."""
    longest = max(len(sentence) for sentence in sentences)
    tokens = np.zeros((len(sentences), longest, size), np.float32)
    mask = np.zeros((len(sentences), longest), bool)
    for row, sentence in enumerate(sentences):
        tokens[row, : len(sentence)] = sentence
        mask[row, : len(sentence)] = True
    return tokens, mask
