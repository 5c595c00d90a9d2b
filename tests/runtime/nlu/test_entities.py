"""What a text names: listed things, patterns, and the usual ones in both kinds of digits."""

import time
from datetime import date

import pytest

from runtime.nlu.entities import annotated, read_entities
from runtime.nlu.usual_entities import resolved

FILE = r"""version: "3.1"
nlu:
- lookup: product
  examples: |
    - iPhone15 Pro
    - 小米14
- synonym: iPhone15 Pro
  examples: |
    - 苹果15pro
- regex: coupon_code
  examples: |
    - '[A-Z]{3}\d{3}'
    - ([
- intent: ask_delivery
  examples: |
    - 送到[上海](city)要几天
    - 去[帝都]{"entity": "city", "value": "北京"}
    - from [Boston]{"entity": "city", "role": "departure"} to [LA](city:Los Angeles)
    - my [iphone][{"entity": "brand", "value": "Apple"}, {"entity": "thing"}]
""".replace("'", "")
READER = read_entities({"nlu/zh.yml": FILE})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我要苹果15PRO两台", [("product", "iPhone15 Pro"), ("number", "2")]),
        ("ＩＰＨＯＮＥ１５　ｐｒｏ有货吗", [("product", "iPhone15 Pro")]),
        ("小米14Pro和小米14", [("product", "小米14")]),
        ("帝都还是北京、上海", [("city", "北京"), ("city", "上海")]),
        ("flalab to LA", [("city", "Los Angeles")]),
        ("我的 iphone", [("brand", "Apple")]),
        ("券ABC123能用吗", [("coupon_code", "ABC123")]),
        ("八千块以内", [("money", "8000")]),
        ("¥3,999.50 还是 3万元", [("money", "3999.5"), ("money", "30000")]),
        ("打138 1234 5678", [("phone", "13812345678")]),
        ("订单20260101001到哪了", [("order_number", "20260101001")]),
        ("单号 SF1234567890", [("order_number", "SF1234567890")]),
        ("发到q.w@example.com", [("email", "q.w@example.com")]),
        ("2026年11月5号下的单", [("date", "2026-11-05")]),
        ("十二月二十五号到", [("date", "--12-25")]),
        ("明天还是下周三", [("date", "+1d"), ("date", "w3+1")]),
        ("deliver it tomorrow", [("date", "+1d")]),
        ("三千五左右", [("number", "3500")]),
        ("3w以内", [("number", "30000")]),
        ("3千五左右", [("number", "3500")]),
        ("2万3", [("number", "23000")]),
        ("2万3千5够吗", [("number", "23500")]),
        ("2万300", [("number", "20300")]),
        ("1百二", [("number", "120")]),
        ("两千五", [("number", "2500")]),
        ("3.5万", [("number", "35000")]),
        ("十五", [("number", "15")]),
        ("预算3千五块", [("money", "3500")]),
        ("¥1万2还是¥3.5k", [("money", "12000"), ("money", "3500")]),
        ("3千零五元", [("money", "3005")]),
        ("12 万 元", [("money", "120000")]),
        ("about 2万3.", [("number", "23000")]),
        ("看一下，一般多久", []),
        ("", []),
        ("\x00\u202e😀", []),
    ],
)
def test_what_a_text_names(text: str, found: list[tuple[str, str]]) -> None:
    assert list(READER.read(text)) == found


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("+1d", "2026-11-24"),
        ("-2d", "2026-11-21"),
        ("w3+1", "2026-12-02"),
        ("w7+0", "2026-11-29"),
        ("--12-25", "2026-12-25"),
        ("--01-05", "2027-01-05"),
        ("--02-30", "--02-30"),
        ("2026-01-01", "2026-01-01"),
        ("iPhone", "iPhone"),
    ],
)
def test_days_that_count_from_today(value: str, day: str) -> None:
    assert resolved(value, date(2026, 11, 23)) == day


def test_every_form_of_an_annotation_is_read() -> None:
    assert annotated('[a](x) [b](x:B) [c]{"entity": "y", "role": "r"} [d](broken') == [
        ("a", "x", "a"),
        ("b", "x", "B"),
        ("c", "y", "c"),
    ]
    assert annotated("[a]{broken}") == []


def test_a_file_that_cannot_be_read_lists_nothing() -> None:
    assert read_entities({"nlu/zh.yml": "nlu: ["}).read("小米 100元") == (("money", "100"),)
    assert "money" in read_entities({}).names


def test_a_long_text_costs_little() -> None:
    started = time.process_time()
    READER.read("一二三四五1234567890-" * 25)
    assert time.process_time() - started < 0.5
