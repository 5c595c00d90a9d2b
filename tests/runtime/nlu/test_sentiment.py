import pytest

from runtime.nlu import sentiment
from runtime.nlu.anger_en import _phrases
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
        ("服务太差 I love it", "neutral"),
        ("服务太差，骗子 I like it", "negative"),
        ("很喜欢 I love it", "positive"),
        ("你们真垃圾 this is a scam", "negative"),
        ("好个屁", "negative"),
        ("喜欢个屁", "negative"),
        ("买了两个屁股垫", "neutral"),
        ("😀😀", "positive"),
        ("😡", "negative"),
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


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("I am furious!", 0.8, 1),
        ("This is absolutely ridiculous", 0.75, 1),
        ("You are a bunch of SCAMMERS", 0.8, 1),
        ("Are you kidding me?! Still waiting, for the third time!!", 0.8, 1),
        ("I’ve had enough. Give me my money back", 0.8, 1),
        ("this is bad 😡", 0.8, 1),
        ("WHERE IS MY ORDER", 0.3, 0.5),
        ("slightly annoyed", 0.1, 0.3),
        ("I am not angry", 0, 0),
        ("It isn't ridiculous at all", 0, 0),
        ("My parcel is broken, I am sad", 0, 0.1),
        ("I love it, thanks!!", 0, 0),
        ("how do I get a refund", 0, 0),
        ("How can I file a complaint?", 0, 0.15),
        ("Where is my order?", 0, 0),
        ("I want to return this phone", 0, 0),
        ("Is the price with tax?", 0, 0),
        ("TV WITH USB AND HDMI", 0, 0),
        ("Can you cancel my order please", 0, 0),
    ],
)
def test_english_has_anger_and_questions_have_none(text: str, least: float, most: float) -> None:
    assert least <= score(text).anger <= most


def test_english_words_have_the_weights_of_the_lexicon() -> None:
    assert score("I love it, but the box was terrible!").words == (
        ("love", 3.2),
        ("terrible", -2.1),
    )
    assert score("服务太差 I love it").words == (("太差", -1.8), ("love", 3.2))


def test_the_list_of_angry_words_is_well_formed() -> None:
    phrases, _ = _phrases()
    assert len(phrases) > 80
    assert all(0 < anger <= 1 for anger in phrases.values())
    assert all(word == word.lower() for phrase in phrases for word in phrase)


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
