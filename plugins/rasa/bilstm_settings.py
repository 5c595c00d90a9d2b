"""The keys that `BertBiLSTMClassifier` takes in `config.yml`, and what each of them may be."""

from collections.abc import Callable, Mapping
from typing import Any

DEFAULTS: dict[str, Any] = {
    "lstm_units": 128,  # In each of the two directions.
    "attention_size": 64,
    "dropout": 0.3,  # Of the token vectors and of the pooled one, while training.
    "epochs": 60,
    "learning_rate": 0.001,
    "batch_size": 32,
    "validation_share": 0.1,  # Of intents with enough sentences; 0 trains on all, for all epochs.
    "patience": 8,  # Epochs without a lower loss on that share.
    "random_seed": 1,
    "ranking_length": 10,  # As Rasa's own classifiers; 0 gives all.
    "featurizers": [],  # Their aliases; none means every one.
}

_Check = tuple[str, Callable[[Any], bool]]
_COUNT: _Check = ("a whole number above 0", lambda value: _is_whole(value) and value > 0)
_SHARE: _Check = ("a number from 0 to below 1", lambda value: _is_number(value) and 0 <= value < 1)
_CHECKS: dict[str, _Check] = {
    "lstm_units": _COUNT,
    "attention_size": _COUNT,
    "dropout": _SHARE,
    "epochs": _COUNT,
    "learning_rate": ("a number above 0", lambda value: _is_number(value) and value > 0),
    "batch_size": _COUNT,
    "validation_share": _SHARE,
    "patience": _COUNT,
    "random_seed": (
        "a whole number from 0, or null",
        lambda value: value is None or (_is_whole(value) and 0 <= value < 2**32),
    ),
    "ranking_length": ("a whole number from 0", lambda value: _is_whole(value) and value >= 0),
    "featurizers": (
        "a list of featurizers' aliases",
        lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
    ),
}


def find_problem(config: Mapping[str, Any]) -> str:
    """Say what is wrong with the first key that is unknown or out of bounds; empty if none is."""
    for key, value in config.items():
        if key not in _CHECKS:
            return f"there is no '{key}', only {', '.join(_CHECKS)}"
        wanted, holds = _CHECKS[key]
        if not holds(value):
            return f"'{key}' must be {wanted}, not {value!r}"
    return ""


def _is_whole(value: Any) -> bool:
    # True is an int to Python, but not to whoever wrote it.
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return _is_whole(value) or isinstance(value, float)
