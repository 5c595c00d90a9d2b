import pytest

from flows.model import Expect
from runtime.engine.answers import chinese_number, fill


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("三千五", 3500),
        ("两万", 20_000),
        ("一万二", 12_000),
        ("一百零五", 105),
        ("十二", 12),
        ("五千左右吧", 5000),
        ("没有数字", None),
    ],
)
def test_chinese_numbers(words: str, number: int | None) -> None:
    assert chinese_number(words) == number


@pytest.mark.parametrize(
    ("expect", "text", "value"),
    [
        (Expect("number", 1), "5,000 元", 5000),
        (Expect("number", 1), "预算３０００", 3000),
        (Expect("number"), "1.5万", 15_000),
        (Expect("number"), "大概3千五吧", 3500),
        (Expect("number"), "2 万3", 23_000),
        (Expect("number"), "-2k", -2000),
        (Expect("number", 100), "50", None),
        (Expect("number"), "随便", None),
        (Expect("pattern", pattern="[0-9]{6,}"), "单号 20260101 谢谢", "20260101"),
        (Expect("pattern", pattern="[0-9]{6,}"), "123", None),
        (Expect("one_of", one_of=("红", "蓝")), " 红 ", "红"),
        (Expect("text", most=3), "太长了吧", None),
        (Expect("text"), "   ", None),
    ],
)
def test_a_value_is_read_out_of_an_answer(expect: Expect, text: str, value: object) -> None:
    assert fill(expect, text) == value
