"""The embedded engine with the real encoder, without it, and with models of before."""

from dataclasses import replace

import numpy as np
import pytest

from runtime.nlu import cascade, encoder, local_training
from runtime.nlu.cascade import SURE, EmbeddedModel, train
from runtime.nlu.encoder_pass import MEANING
from runtime.nlu.training import Example

SAID = {
    "ask_delivery": ["什么时候发货", "几天能到货", "发什么快递", "今天下单明天能到吗"],
    "request_refund": ["我要退款", "怎么申请退货", "不想要了能退吗", "退货运费谁出"],
    "ask_price": ["多少钱", "这个怎么卖", "有没有优惠", "能便宜点吗"],
    "where_card": ["where is my card", "my card has not arrived", "card still not here"],
}
EXAMPLES = [Example(text, intent) for intent, texts in SAID.items() for text in texts]


@pytest.fixture(scope="module")
def model() -> EmbeddedModel:
    return EmbeddedModel.load(train(EXAMPLES))


@pytest.fixture
def without_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "_encoder", lambda: None)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("包裹大概多久可以收到", "ask_delivery"),
        ("我想把东西寄回去，把钱还给我", "request_refund"),
        ("the bank card I ordered never came", "where_card"),
    ],
)
def test_what_is_said_in_other_words_is_understood(
    model: EmbeddedModel, text: str, intent: str
) -> None:
    found = model.parse(text)
    assert found.intent == intent
    assert found.confidence == found.ranking[0][1]
    assert sum(share for _, share in found.ranking) <= 1.0001


def test_what_nobody_taught_is_less_sure_than_what_was_taught_in_other_words(
    model: EmbeddedModel,
) -> None:
    strange = [
        model.parse(text).confidence for text in ("勾股定理是什么", "sing me a song", "量子力学")
    ]
    known = [model.parse(text).confidence for text in ("快递几天到", "想退款", "卖多少钱呀")]
    assert max(strange) < min(known)
    assert max(strange) < 0.4


def test_a_sure_text_costs_no_encoder(
    model: EmbeddedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(encoder, "encode", asked.extend)
    sure = [
        text for text in ("我要退款", "多少钱", "什么时候发货") if sparse_share(model, text) >= SURE
    ]
    assert sure
    for text in sure:
        assert model.parse(text).confidence >= SURE
    assert asked == []
    model.parse("包裹大概多久可以收到")
    assert asked == ["包裹大概多久可以收到"]


def sparse_share(model: EmbeddedModel, text: str) -> float:
    return model.sparse.parse(text).confidence


@pytest.mark.usefixtures("without_encoder")
def test_without_the_encoder_the_sparse_model_hears_alone(model: EmbeddedModel) -> None:
    for text in ("包裹大概多久可以收到", "我要退款", "zzz"):
        assert model.parse(text) == model.sparse.parse(text)


@pytest.mark.usefixtures("without_encoder")
def test_without_the_encoder_a_model_is_trained_without_vectors() -> None:
    plain = EmbeddedModel.load(train(EXAMPLES))
    assert plain.dense is None
    assert plain.parse("我要退款").intent == "request_refund"


def test_the_same_examples_give_the_same_bytes_in_any_order(model: EmbeddedModel) -> None:
    assert train(EXAMPLES) == train(list(reversed(EXAMPLES)))
    again = EmbeddedModel.load(model.dump())
    assert again.parse("包裹大概多久可以收到") == model.parse("包裹大概多久可以收到")


def test_a_model_of_before_there_was_an_encoder_is_read() -> None:
    old = EmbeddedModel.load(local_training.train(EXAMPLES))
    assert old.dense is None
    assert old.parse("我要退款").intent == "request_refund"


def test_a_model_of_shorter_sentence_vectors_is_read(model: EmbeddedModel) -> None:
    assert model.dense
    shorter = replace(model.dense, weights=model.dense.weights[:MEANING])
    old = EmbeddedModel.load(EmbeddedModel(model.sparse, shorter).dump())
    assert old.parse("包裹大概多久可以收到").intent == "ask_delivery"


@pytest.mark.parametrize("many", [0, 1, 2])
def test_few_intents_are_trained_too(many: int) -> None:
    kept = list(SAID)[:many]
    model = EmbeddedModel.load(train([one for one in EXAMPLES if one.intent in kept]))
    assert model.parse("快递几天到").intent == ("" if many == 0 else kept[0])
    if many == 2:
        assert model.parse("想把货退掉").intent == "request_refund"


@pytest.mark.parametrize("damage", ["weights", "bias", "sentences", "cut"])
def test_a_damaged_model_is_refused(model: EmbeddedModel, damage: str) -> None:
    assert model.dense
    data = model.dump()[:-2000] if damage == "cut" else b""
    if damage != "cut":
        parts = {name: getattr(model.dense, name) for name in ("weights", "bias", "sentences")}
        parts[damage] = np.zeros((3, 3), dtype=np.float32)
        data = EmbeddedModel(model.sparse, cascade.DenseModel(**parts)).dump()
    with pytest.raises(ValueError, match=r"shapes|damaged|not a model"):
        EmbeddedModel.load(data)


@pytest.mark.parametrize(
    "text", ["", "  ", "😀😀", "\u200b\u202e", "ＡＢＣ１２３", "x" * 100_000, "a\x00b"]
)
def test_strange_texts_are_answered(model: EmbeddedModel, text: str) -> None:
    assert 0.0 <= model.parse(text).confidence <= 1.0
