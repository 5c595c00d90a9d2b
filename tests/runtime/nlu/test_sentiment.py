import pytest

from runtime.nlu import sentiment
from runtime.nlu.moods_zh import _words
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
    ["", "  ", "12345", "最悪です", "별로예요", "ужасно"],
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


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("太差了", "negative"),
        ("质量不好，掉色", "negative"),
        ("不错，很喜欢", "positive"),
        ("一点都不喜欢", "negative"),
        ("没有不满意的地方", "positive"),
        ("服务态度非常好", "positive"),
        ("退款一般多久到账", "neutral"),
        ("坏了怎么修", "neutral"),
        ("这个尺码偏大吗", "neutral"),
        ("差价怎么退", "neutral"),
        ("凭什么不给退？", "negative"),
        ("难道你们就这样做生意吗", "negative"),
        ("😡😡", "negative"),
        ("T_T", "negative"),
        ("谢谢(*^▽^*)", "positive"),
        ("这个 phone 太 bad 了", "negative"),
        ("hello 在吗", "neutral"),
    ],
)
def test_chinese_has_a_label(text: str, label: str) -> None:
    assert score(text).label == label


def test_negative_is_not_angry() -> None:
    sad, angry = score("有点失望，颜色和图片不一样"), score("垃圾商家，骗子！！我要投诉")
    assert sad.label == angry.label == "negative"
    assert sad.anger < 0.3
    assert angry.anger > 0.8
    assert sad.escalate < 0.5 < angry.escalate <= 1
    assert score("谢谢，很满意").escalate == 0
    assert ("垃圾", -3.0) in angry.words


def test_degree_and_cries_make_it_stronger() -> None:
    plain, strong = score("失望"), score("非常失望！！")
    assert strong.compound < plain.compound < 0
    assert score("有点失望").compound > plain.compound


@pytest.mark.parametrize(
    "text", ["\x00", "\u202e差\u202c", "差" * 5_000, "不" * 3_000, "<script>差</script>"]
)
def test_rubbish_is_read_without_harm(text: str) -> None:
    found = score(text)
    assert -1 <= found.compound <= 1
    assert 0 <= found.anger <= 1


def test_the_list_of_words_is_well_formed() -> None:
    words, _ = _words()
    assert len(words) > 500
    assert all(-4 <= valence <= 4 and 0 <= anger <= 1 for valence, anger in words.values())
    assert all(not anger or valence <= 0.15 for valence, anger in words.values())
