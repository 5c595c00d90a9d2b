"""The page of evaluations: what moved since the one before, and both engines side by side."""

import pytest
from flask.testing import FlaskClient

from designer.evaluation_differences import between
from designer.evaluations import CROSS, RASA
from designer.tables import Evaluation
from runtime.db import transaction
from runtime.services import Portal

URL = "/nlu/evaluation/"
HTMX = {"HX-Request": "true"}


def outcome(accuracy: float, size: int, **f1: float) -> dict[str, object]:
    intents = [[intent, share, share, share, size] for intent, share in f1.items()]
    return {
        "size": size,
        "accuracy": accuracy,
        "macro_f1": accuracy,
        "calibration_error": 0.1,
        "calibration": [[0.5, 0.5, 1.0]],
        "pairs": [[intent, intent, size] for intent in f1],
        "intents": intents,
        "wrong": [],
    }


BEFORE = outcome(0.8, 40, ask_price=0.9, refund=0.5, hello=0.7, gone=0.6)
NOW = outcome(0.85, 50, ask_price=0.7, refund=0.8, hello=0.703, fresh=0.6)
TRAINED = {
    "model": "m",
    "size": 50,
    "held_out": 9,
    "rasa": {"accuracy": 0.812, "macro_f1": 0.8},
    "embedded": {"accuracy": 0.834, "macro_f1": 0.8},
}


def done(portal: Portal, kind: str, found: dict[str, object]) -> None:
    with transaction(portal.services.engine) as database:
        database.add(
            Evaluation(author="x", change_id=1, kind=kind, state="done", outcome=found, seen_at=0.0)
        )


def test_two_evaluations_are_compared() -> None:
    moved = between(NOW, BEFORE)
    assert [one.intent for one in moved.better] == ["refund"]
    assert [one.intent for one in moved.worse] == ["ask_price"]
    assert (moved.fresh, moved.gone, moved.size) == (("fresh",), ("gone",), 10)
    assert moved.accuracy == pytest.approx(0.05)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_page_says_what_moved(
    client: FlaskClient, portal: Portal, headers: dict[str, str]
) -> None:
    done(portal, CROSS, BEFORE)
    assert 'id="moved"' not in client.get(URL, headers=headers).text
    done(portal, CROSS, NOW)
    page = client.get(URL, headers=headers).text
    assert "+5.0</span>" in page
    assert "F1 50 % → 80 %" in page
    assert "F1 90 % → 70 %" in page
    assert "−20.0</span>" in page
    assert "New: fresh" in page
    assert "Gone: gone" in page
    assert "Both engines" not in page


def test_both_engines_stand_side_by_side_with_what_they_were_measured_on(
    client: FlaskClient, portal: Portal
) -> None:
    done(portal, RASA, {**TRAINED, "rasa": {"accuracy": 0.5, "macro_f1": 0.5}})
    done(portal, RASA, TRAINED)
    done(portal, RASA, {"model": "n", "size": 3, "held_out": 0})
    page = client.get(URL, headers=HTMX).text
    assert "81.2 %" in page
    assert "83.4 %" in page
    assert "9 sentences held out of 50" in page
    done(portal, CROSS, NOW)
    assert "all 50 sentences in 5 parts" in client.get(URL, headers=HTMX).text
