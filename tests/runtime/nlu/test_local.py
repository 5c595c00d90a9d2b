import io
import subprocess
import sys
from itertools import chain

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from runtime.nlu import local_training
from runtime.nlu.local import LocalModel, cut, normalise
from runtime.nlu.local_training import train
from runtime.nlu.training import Example, evaluate
from runtime.nlu.understanding import Understanding

SAID = {
    "ask_price": """
        多少钱 / 这个手机多少钱 / 价格是多少 / 请问怎么卖 / how much is it
        what does the phone cost / price please / what is the price of this""",
    "ask_delivery": """
        什么时候发货 / 几天能到 / 发货了吗 / 快递多久到 / when will it arrive
        how long does delivery take / has my parcel been sent / when do you ship""",
    "refund": """
        我要退款 / 怎么退货 / 申请退款 / 钱什么时候退回来 / i want my money back
        how do i return it / refund please / can i send the phone back""",
}
EXAMPLES = [
    Example(text.strip(), intent)
    for intent, texts in SAID.items()
    for line in texts.strip().split("\n")
    for text in line.split(" / ")
]
TEXTS = [
    "这个多少钱",
    "快递几天到？",
    "退款退款退款",
    "How long does the delivery take?",
    "iPhone15 Pro的价格",
    "the the the",
    "完全没见过",
]


@pytest.fixture(scope="module")
def model() -> LocalModel:
    return LocalModel.load(train(EXAMPLES))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("这款多少钱啊", "ask_price"),
        ("ＨＯＷ  ｍｕｃｈ is the phone", "ask_price"),
        ("几天能发货", "ask_delivery"),
        ("when will my parcel arrive", "ask_delivery"),
        ("我想退款", "refund"),
        ("我想退\u200b款", "refund"),
        ("can i have my money back?", "refund"),
    ],
)
def test_a_new_wording_is_understood(model: LocalModel, text: str, intent: str) -> None:
    found = model.parse(text)
    assert found.intent == intent
    assert found.confidence > 0.4
    assert found.ranking[0] == (intent, found.confidence)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("intents", [2, 3])
def test_the_numbers_are_those_of_scikit_learn(text: str, intents: int) -> None:
    wanted = sorted(SAID)[:intents]
    examples = [example for example in EXAMPLES if example.intent in wanted]
    labelled = sorted((normalise(example.text), example.intent) for example in examples)
    vectoriser = TfidfVectorizer(analyzer=lambda text: list(chain(*cut(text))), sublinear_tf=True)
    vectors = vectoriser.fit_transform([text for text, _ in labelled])
    svc = LinearSVC(C=local_training.MARGIN_PENALTY, random_state=0)
    svc.fit(vectors, [intent for _, intent in labelled])
    theirs = svc.decision_function(vectoriser.transform([normalise(text)]))[0]
    ours, _ = LocalModel.load(train(examples)).look_at(text)
    if ours is not None:
        np.testing.assert_allclose(ours, theirs if intents > 2 else [-theirs, theirs], atol=1e-5)
    else:
        np.testing.assert_allclose(theirs, svc.intercept_ if intents > 2 else svc.intercept_[0])


@pytest.mark.parametrize("text", ["", "  \u200b\n", "ﷺ", "ЖЖЖ", "鑫鑫鑫", "😀"])
def test_a_text_of_nothing_known_has_no_intent(model: LocalModel, text: str) -> None:
    assert model.parse(text) == Understanding()


@pytest.mark.parametrize("text", ["今天天气真不错我们去爬山吧", "sing us another song tonight"])
def test_a_text_about_something_else_is_not_taken_for_sure(model: LocalModel, text: str) -> None:
    assert model.parse(text).confidence < 0.4


@pytest.mark.parametrize("examples", [[], [Example(" ", "greet")], [Example("你好", "")]])
def test_a_model_of_no_examples_never_has_an_intent(examples: list[Example]) -> None:
    assert LocalModel.load(train(examples)).parse("你好") == Understanding()


def test_a_model_of_one_intent_knows_it_and_knows_what_is_strange() -> None:
    model = LocalModel.load(train([Example("你好", "greet"), Example("您好呀", "greet")]))
    known, strange = model.parse("你好"), model.parse("这件衣服好像有点大")
    assert (known.intent, strange.intent) == ("greet", "greet")
    assert known.confidence > 0.8
    assert strange.confidence < 0.2


def test_the_ranking_has_five_places_and_falls(model: LocalModel) -> None:
    many = [Example(f"{mark}{n}个", f"i{n}") for n in range(8) for mark in "甲乙丙"]
    ranking = LocalModel.load(train(many)).parse("甲3个").ranking
    shares = [share for _, share in ranking]
    assert len(ranking) == 5
    assert shares == sorted(shares, reverse=True)
    assert sum(share for _, share in model.parse("多少钱").ranking) < 1.0


def test_one_set_of_examples_gives_one_file() -> None:
    assert train(EXAMPLES) == train([*EXAMPLES[::-1], EXAMPLES[0]])


def test_a_model_is_the_same_after_a_dump(model: LocalModel) -> None:
    again = LocalModel.load(model.dump())
    assert [again.parse(text) for text in TEXTS] == [model.parse(text) for text in TEXTS]


def test_a_model_does_well_on_what_it_was_taught(model: LocalModel) -> None:
    assert evaluate(model, EXAMPLES).accuracy == 1.0


def test_only_the_first_five_hundred_characters_are_read(model: LocalModel) -> None:
    assert model.parse("多少钱" + "嗯" * 497 + "我要退款" * 99).intent == "ask_price"
    assert len(normalise("㍿" * 10_000)) == 500


def test_rare_ngrams_go_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_training, "MANY_NGRAMS", 100)
    monkeypatch.setattr(local_training, "MOST_WEIGHTS", 300)
    model = LocalModel.load(train(EXAMPLES))
    assert len(model.rows) == 100
    assert model.parse("我要退款").intent == "refund"


@pytest.mark.parametrize("size", [0, 3, 200, -200])
def test_a_damaged_file_is_refused(model: LocalModel, size: int) -> None:
    with pytest.raises(ValueError, match="model"):
        LocalModel.load(model.dump()[:size])


@pytest.mark.parametrize("change", [{"format": np.array(2)}, {"bias": np.zeros(9)}])
def test_a_file_of_another_kind_is_refused(
    model: LocalModel, change: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]
) -> None:
    arrays = dict(np.load(io.BytesIO(model.dump())))
    file = io.BytesIO()
    np.savez(file, **(arrays | change))
    with pytest.raises(ValueError, match="not a model"):
        LocalModel.load(file.getvalue())


def test_parsing_does_not_import_scikit_learn(model: LocalModel) -> None:
    code = (
        "import sys; from runtime.nlu.local import LocalModel;"
        "model = LocalModel.load(sys.stdin.buffer.read());"
        "assert model.parse('\\u591a\\u5c11\\u94b1').intent == 'ask_price';"
        "assert not {'sklearn', 'scipy'} & set(sys.modules)"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, input=model.dump(), check=False).returncode == 0
