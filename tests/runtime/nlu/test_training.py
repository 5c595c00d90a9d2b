from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.nlu.training import (
    Confusion,
    Example,
    IntentScore,
    evaluate,
    fingerprint,
    read_csv,
    read_file,
    read_rasa,
    write_rasa,
)
from runtime.nlu.understanding import Understanding

RASA = """
version: "3.1"
nlu:
- intent: ask_price
  examples: |
    - [iPhone15 Pro](product)多少钱

    - how much is [it]{"entity": "product", "role": "bought"}?
    - from [A]{"entity": "city"} to [B][{"entity": "city"}, {"entity": "stop"}]
    - 有没有 [优惠]
- intent: faq/returns
  examples:
  - text: |
      怎么退货
    metadata: {sentiment: neutral}
  - text: 退货地址
- synonym: iPhone15 Pro
  examples: |
    - 15pro
- lookup: product
  examples: |
    - iPhone
- regex: order
  examples: |
    - [0-9]{8}
"""


class Parrot:
    """Hears in every text the intent that it names."""

    def parse(self, text: str) -> Understanding:
        return Understanding(text, 1.0)


def test_a_rasa_file_gives_its_sentences_without_annotations() -> None:
    assert read_rasa(RASA) == [
        Example("iPhone15 Pro多少钱", "ask_price"),
        Example("how much is it?", "ask_price"),
        Example("from A to B", "ask_price"),
        Example("有没有 [优惠]", "ask_price"),
        Example("怎么退货", "faq/returns"),
        Example("退货地址", "faq/returns"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nlu: [", "cannot be read"),
        ("[" * 100_000, "more than 30 levels"),
        ("!!python/object/apply:os.getcwd []", "cannot be read"),
        ("when: 2001-99-99", "month must be"),
        ("\ud800", "cannot be read"),
        ("", "no list called 'nlu'"),
        ("nlu: {intent: hi}", "no list called 'nlu'"),
        ("version: '1.0'\nnlu: []", "version '1.0' is not known"),
        ("nlu: [hello]", "not a mapping: 'hello'"),
        ("nlu: [{intent: yes, examples: '- yes'}]", "put its name in quotes"),
        ("nlu: [{intent: hi}]", "intent hi: 'examples: |'"),
        ("nlu: [{intent: hi, examples: [hi]}]", "intent hi: a listed example"),
        ("nlu: [{intent: hi, examples: 'hello'}]", "'hello' does not start with '- '"),
        ("#" * (8 * 1024 * 1024 + 1), "larger than 8 MiB"),
    ],
)
def test_a_bad_rasa_file_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("|", r"\|")):
        read_rasa(text)


def test_a_table_may_have_quotes_a_mark_at_its_start_and_more_columns() -> None:
    table = '\ufeffid,text,intent\r\n1,"多少钱, 老板",ask_price\r\n\r\n2,"a ""b""",greet\r\n'
    assert read_csv(table) == [Example("多少钱, 老板", "ask_price"), Example('a "b"', "greet")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "first line must name"),
        ("question,intent\na,b\n", "first line must name"),
        ("text,intent\na,b\nc\n", "line 3 needs a text and an intent"),
        ("text,intent\n ,b\n", "line 2 needs a text and an intent"),
        ('text,intent\n"a', "is not CSV"),
    ],
)
def test_a_bad_table_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_csv(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yml", "nlu: [{intent: greet, examples: '- 你好'}]"),
        ("a.YAML", "nlu: [{intent: greet, examples: '- 你好'}]"),
        ("a.csv", "text,intent\n你好,greet\n"),
    ],
)
def test_a_file_is_read_by_its_ending(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert read_file(tmp_path / name) == [Example("你好", "greet")]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"hello", "end in .yml, .yaml or .csv"),
        ("a.csv", "文本,intent\n".encode("gbk"), "is not UTF-8"),
        ("a.csv", b"a" * (8 * 1024 * 1024 + 1), "larger than 8 MiB"),
    ],
)
def test_a_file_that_is_no_text_is_refused(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match=reason):
        read_file(tmp_path / name)


@pytest.mark.parametrize(
    "examples",
    [
        [],
        [Example("你好", "greet"), Example("hello: # - |", "greet"), Example("- a", "bye")],
        [Example("yes", "yes"), Example("10086", "10086"), Example("😀", "问候 ~")],
    ],
)
def test_what_is_written_is_read_again(examples: list[Example]) -> None:
    assert read_rasa(write_rasa(examples)) == examples


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("two\nlines \x00", "two lines"),
        ("see [here](http://example.com)", "see [here] (http://example.com)"),
    ],
)
def test_what_rasa_cannot_write_is_written_as_near_as_can_be(said: str, kept: str) -> None:
    assert read_rasa(write_rasa([Example(said, "a")])) == [Example(kept, "a")]


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda examples: examples[::-1], True),
        (lambda examples: examples * 2, True),
        (lambda examples: examples[1:], False),
        (lambda examples: [Example("你好a", "greet"), *examples[1:]], False),
    ],
)
def test_a_fingerprint_is_of_the_set(
    change: Callable[[list[Example]], list[Example]], same: bool
) -> None:
    examples = [Example("你好", "greet"), Example("再见", "bye")]
    assert (fingerprint(change(examples)) == fingerprint(examples)) is same


def test_an_evaluation_counts_what_was_taken_for_what() -> None:
    examples = [Example(*pair) for pair in ("aa", "aa", "ba", "bb", "cb", "cb", "cb")]
    found = evaluate(Parrot(), [*examples, Example("", "b")])
    assert (found.size, found.accuracy) == (8, 3 / 8)
    assert found.intents == (
        IntentScore("a", 1.0, 2 / 3, 4 / 5, 3),
        IntentScore("b", 1 / 2, 1 / 5, 2 / 7, 5),
        IntentScore("c", 0.0, 0.0, 0.0, 0),
    )
    assert found.macro_f1 == pytest.approx((4 / 5 + 2 / 7) / 3)
    assert found.confusions == (
        Confusion("b", "c", 3),
        Confusion("a", "b", 1),
        Confusion("b", "", 1),
    )


def test_an_evaluation_of_nothing_is_all_zero() -> None:
    assert evaluate(Parrot(), []).accuracy == 0.0
