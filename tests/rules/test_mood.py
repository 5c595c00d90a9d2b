"""A visitor's mood from message to message."""

import pytest

from rules.mood import Mood, after, threshold_for

BAD, CALM, MIDDLING = (-0.6, 0.6), (0.3, 0.0), (-0.5, 0.2)


def go_through(*messages: tuple[float, float]) -> Mood:
    mood = Mood()
    for compound, anger in messages:
        mood = after(mood, compound, anger, 0.45)
    return mood


@pytest.mark.parametrize(
    ("messages", "strikes", "upset"),
    [
        ((), 0, False),
        ((BAD,), 1, False),
        ((BAD, BAD), 2, True),
        ((BAD, BAD, BAD), 2, True),
        ((BAD, CALM, BAD), 1, False),
        ((BAD, MIDDLING, BAD), 2, True),
        ((BAD, BAD, CALM), 1, True),
        ((BAD, BAD, CALM, BAD), 2, True),
        ((BAD, BAD, CALM, CALM), 0, False),
        ((BAD, BAD, CALM, CALM, BAD), 1, False),
    ],
)
def test_two_strikes_upset_and_only_calm_messages_take_them_back(
    messages: tuple[tuple[float, float], ...], strikes: int, upset: bool
) -> None:
    mood = go_through(*messages)
    assert (mood.strikes, mood.upset) == (strikes, upset)


def test_the_last_three_messages_are_remembered() -> None:
    mood = go_through((1.0, 0), (-0.2, 0), (-0.4, 0), (-0.6, 0))
    assert mood.facts == {"visitor.upset": False, "sentiment.recent": -0.4}


def test_each_language_has_its_own_threshold() -> None:
    assert threshold_for("气死了 so bad", {"zh": 0.7}) == 0.7
    assert threshold_for("so bad", {"zh": 0.7}) == 0.4
