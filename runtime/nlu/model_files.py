"""Trained models as .npz bytes without pickles, so that loading one can run nobody's code."""

import io
import json
import zipfile
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

NO_MODEL = "this is not a model of the embedded classifier"


def packed(arrays: dict[str, npt.NDArray[Any]]) -> bytes:
    """Write arrays as .npz bytes, the same ones for the same arrays."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def unpacked(data: bytes) -> dict[str, npt.NDArray[Any]]:
    """Read what `packed` wrote, without running any of it; ValueError when it is anything else."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return dict(file)
    except (ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
        raise ValueError(NO_MODEL) from error
    except (OSError, zipfile.BadZipFile) as error:
        raise ValueError("the model file is damaged") from error


def pack_texts(texts: Iterable[str]) -> npt.NDArray[np.uint8]:
    """Give texts as an array of bytes."""
    return np.frombuffer(json.dumps(list(texts)).encode(), dtype=np.uint8)


def unpack_texts(array: npt.NDArray[Any]) -> list[str]:
    """Read what `pack_texts` gave."""
    return [str(text) for text in json.loads(array.tobytes())]
