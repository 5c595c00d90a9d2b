"""Training sentences are changed in place, found odd, and shown to tell."""

import pytest

from runtime.nlu.advice import advise
from runtime.nlu.misheard import mask
from runtime.nlu.sentences import lists_in, sentences_in, tidy, with_list, with_sentences
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
    assert tidy(["a" * 600, "b\x00\u202ec"]) == ["a" * 600, "bc"]


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


LISTS = r"""version: "3.1"
nlu:
# What we sell.
- lookup: product  # by name
  examples: |
    - 小米14
    # counts as a line

# Codes.
- regex: code
  examples: |
    - -\d  \d+
- lookup: product
  examples: [洗衣机, 小米14]
# Numbers are names too.
- lookup: 12
  examples:
  - text: a
    metadata: x
  - text: b
  # below b
# Last.
"""


def test_lists_are_read_as_they_stand_there() -> None:
    assert lists_in(LISTS) == {
        ("lookup", "product"): ["小米14", "# counts as a line", "洗衣机"],
        ("regex", "code"): [r"-\d  \d+"],
        ("lookup", "12"): ["a", "b"],
    }
    assert lists_in("nlu: [") == lists_in("nlu: 3") == {}


def test_a_list_changes_alone_and_doubles_become_one() -> None:
    text = with_list(LISTS, ("lookup", "product"), ["小米14", "'x': {y}", "- z"], "goods")
    assert lists_in(text) == {
        ("lookup", "goods"): ["小米14", "'x': {y}", "- z"],
        **{of: lines for of, lines in lists_in(LISTS).items() if of[1] != "product"},
    }
    for comment in ("# What we sell.", "# by name", "# Codes.", "# Numbers are names too."):
        assert comment in text
    same = with_list(LISTS, ("lookup", "product"), lists_in(LISTS)["lookup", "product"])
    assert same == LISTS


def test_entries_that_stay_keep_their_metadata_and_comments() -> None:
    text = with_list(LISTS, ("lookup", "12"), ["a", "c"])
    assert lists_in(text)["lookup", "12"] == ["a", "c"]
    assert "metadata: x" in text
    assert "# below b\n# Last." in text


@pytest.mark.parametrize("of", [("regex", "code"), ("lookup", "12"), ("lookup", "product")])
def test_a_list_goes_and_every_comment_stays(of: tuple[str, str]) -> None:
    text = with_list(LISTS, of, [])
    assert lists_in(text) == {key: lines for key, lines in lists_in(LISTS).items() if key != of}
    above = {"# What we sell.", "# Codes.", "# Numbers are names too.", "# Last."}
    assert above <= set(text.splitlines())


@pytest.mark.parametrize(
    "text",
    [
        "nlu: [{lookup: a, examples: '- x'}, {intent: b, examples: '- y'}]\n",
        "nlu:\n- lookup: a\n# in the middle of it\n  examples: |\n    - x\n- intent: b\n  examples: y\n",
        "nlu:\n-\n  lookup: a\n  examples: |\n    - x\n- intent: b\n  examples: y\n",
        "nlu:\n- lookup: a\n  examples: |\n    - x\n\n\nother: 1\n",
        "# only a comment\n",
    ],
)
def test_a_list_goes_from_every_form_of_a_file(text: str) -> None:
    if "lookup" not in text:
        with pytest.raises(ValueError, match="not_a_mapping"):
            with_list(text, ("lookup", "a"), ["x"])
        return
    after = with_list(text, ("lookup", "a"), [])
    assert lists_in(after) == {}
    assert sentences_in(after) == sentences_in(text)
    assert ("other: 1" in text) == ("other: 1" in after)
    assert lists_in(with_list(after, ("lookup", "12"), ["x"])) == {("lookup", "12"): ["x"]}


def test_a_deleted_intent_leaves_the_comment_of_the_next() -> None:
    text = TEXT.replace("- lookup", "# What we sell.\n- lookup")
    after = with_sentences(text, "ask_price", [])
    assert "# What we sell.\n- lookup: product" in after
