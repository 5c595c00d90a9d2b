import pytest

from runtime.nlu import sentiment
from runtime.nlu.sentiment import LONGEST, Sentiment, score


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I love this phone, thank you!", "positive"),
        ("This is a TERRIBLE service 😡", "negative"),
        ("not good at all", "negative"),
        ("When will my parcel arrive?", "neutral"),
    ],
)
def test_english_has_a_label(text: str, label: str) -> None:
    assert score(text).label == label


def test_the_label_agrees_with_the_compound_score() -> None:
    assert score("I love this phone").compound > 0.05
    assert score("I hate this phone").compound < -0.05
    assert score("this is a phone").compound == 0.0


@pytest.mark.parametrize(
    "text",
    ["", "  ", "12345", "😡", "太差了", "这个 phone 太 bad 了", "最悪です", "별로예요", "ужасно"],
)
def test_what_cannot_be_read_is_unknown_and_not_neutral(text: str) -> None:
    assert score(text) == Sentiment("unknown", 0.0)


def test_a_very_long_text_is_read_from_its_beginning() -> None:
    assert score("so bad " + "x " * LONGEST + "太好了").label == "negative"


def test_the_lexicon_is_read_once() -> None:
    sentiment._analyser.cache_clear()
    score("good")
    score("bad")
    assert sentiment._analyser.cache_info().misses == 1
