"""Training sentences are changed in place, found odd, and shown to tell."""

import pytest

from runtime.nlu.advice import advise
from runtime.nlu.misheard import mask
from runtime.nlu.sentences import sentences_in, tidy, with_sentences
from runtime.nlu.telling import telling
from runtime.nlu.training import Example, read_rasa
from runtime.nlu.understanding import Understanding

TEXT = """\
version: "3.1"
nlu:
# Prices first.
- intent: ask_price
  examples: |
    - 多少钱
    - [小米14](product)什么价
- lookup: product
  examples: |
    - 小米14
- intent: greet
  examples:
  - text: 你好
    metadata: {sentiment: neutral}
  - text: 在吗
"""


def test_sentences_are_read_with_their_annotations() -> None:
    assert sentences_in(TEXT) == {
        "ask_price": ["多少钱", "[小米14](product)什么价"],
        "greet": ["你好", "在吗"],
    }
    assert sentences_in("nlu: [") == {}


def test_only_the_sentences_of_one_intent_change() -> None:
    text = with_sentences(TEXT, "ask_price", ["多少钱", "  什么  价位 ", "多少钱", "- 价格"])
    assert sentences_in(text)["ask_price"] == ["多少钱", "什么 价位", "价格"]
    assert "# Prices first." in text
    assert "- lookup: product" in text
    assert {one.intent for one in read_rasa(text)} == {"ask_price", "greet"}
    assert with_sentences(TEXT, "ask_price", sentences_in(TEXT)["ask_price"]) == TEXT


def test_a_listed_sentence_keeps_its_metadata() -> None:
    text = with_sentences(TEXT, "greet", ["你好", "哈喽"])
    assert "metadata: {sentiment: neutral}" in text
    assert sentences_in(text)["greet"] == ["你好", "哈喽"]


def test_an_intent_comes_and_goes() -> None:
    text = with_sentences(TEXT, "bye", ["再见"])
    assert sentences_in(text)["bye"] == ["再见"]
    assert "bye" not in sentences_in(with_sentences(text, "bye", []))
    assert tidy(["a" * 600]) == ["a" * 500]


@pytest.mark.parametrize(
    ("pairs", "codes"),
    [
        ([("多少钱呀亲", "price"), ("多少钱呀亲", "order")], {"conflict", "too_few"}),
        ([("请问这个多少钱呀亲", "price"), ("请问这个多少钱呀", "order")], {"near", "too_few"}),
        ([(f"完全不同的句子{n}", "price") for n in range(9)], set()),
        (
            [(f"句子{n}号", "a") for n in range(200)]
            + [(f"x{n} y", "b") for n in range(9)]
            + [(f"z{n} w", "c") for n in range(9)],
            {"too_many"},
        ),
    ],
)
def test_odd_sentences_are_named(pairs: list[tuple[str, str]], codes: set[str]) -> None:
    assert {one.code for one in advise([Example(*pair) for pair in pairs])} == codes


class Prices:
    """Wants a price wherever 钱 or `price` stands."""

    def parse(self, text: str) -> Understanding:
        share = 0.9 if "钱" in text or "price" in text else 0.1
        return Understanding("price", share, (("price", share),))


@pytest.mark.parametrize(
    ("text", "word"), [("这个多少钱呢", "钱"), ("what is the price of it", "price")]
)
def test_the_telling_word_weighs_most(text: str, word: str) -> None:
    pieces = telling(Prices(), text, "price")
    assert "".join(piece for piece, _ in pieces) == text
    best = max(weight for _, weight in pieces)
    assert dict(pieces)[word] == pytest.approx(best)
    assert best > 0.3


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我的电话13812345678，急", "我的电话<number>，急"),
        ("order 2026-0101-001 please", "order <number> please"),
        ("mail me at a.b@shop.test", "mail me at <e-mail>"),
        ("2 件 100 元", "2 件 100 元"),
    ],
)
def test_nobody_is_named_in_what_was_misheard(text: str, masked: str) -> None:
    assert mask(text) == masked
