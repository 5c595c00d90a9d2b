"""Lookup tables, synonyms and regexes: what is refused, what two people do, what a text names."""

from datetime import date

import pytest

from designer.entity_checks import Refusal, refusals
from designer.entity_lists import (
    Named,
    by_name,
    home_for,
    is_found,
    numbered,
    saved,
    unreadable,
    what_is_named,
    without,
)
from flows.yaml_text import MOST_BYTES

ZH = r"""version: "3.1"
nlu:
- lookup: product
  examples: |
    - iPhone15 Pro
    - 小米14
- synonym: iPhone15 Pro
  examples: |
    - 苹果15
- synonym: 退货
  examples: |
    - 七天无理由
- regex: coupon_code
  examples: |
    - [A-Z]{3}\d{3}
- intent: ask
  examples: |
    - 到[上海](city)吗
"""
EN = 'version: "3.1"\nnlu:\n- lookup: product\n  examples: |\n    - Washing machine\n'
FILES = {"workspace.yaml": "languages: [zh-CN, en]\n", "nlu/zh.yml": ZH, "nlu/en.yml": EN}
TODAY = date(2026, 11, 23)
PRODUCT = ("lookup", "product")


def test_lists_are_gathered_over_files() -> None:
    assert by_name(FILES)[PRODUCT] == {
        "nlu/zh.yml": ["iPhone15 Pro", "小米14"],
        "nlu/en.yml": ["Washing machine"],
    }
    assert unreadable({**FILES, "nlu/x.yml": "nlu: ["}) == ["nlu/x.yml"]


@pytest.mark.parametrize(
    ("languages", "words", "path"),
    [
        ("[zh-CN, en]", "iPhone", "nlu/zh.yml"),
        ("[en, zh-CN]", "iPhone", "nlu/en.yml"),
        ("[en, zh-CN]", "手机", "nlu/zh.yml"),
        ("[en]", "手机", "nlu/en.yml"),
    ],
)
def test_a_new_list_goes_to_the_file_of_its_language(languages: str, words: str, path: str) -> None:
    assert home_for({**FILES, "workspace.yaml": f"languages: {languages}\n"}, words) == path


def test_lines_are_cleaned_and_keep_their_numbers() -> None:
    typed = "- a\r\n\n  b   c \x00\u2028\t- d\ud800\n-"
    assert list(numbered("lookup", typed)) == [(1, "a"), (3, "b c"), (4, "d")]
    assert list(numbered("regex", "- a  b \n\\- c")) == [(1, "a  b"), (2, "\\- c")]


@pytest.mark.parametrize(
    ("of", "name", "text", "refused"),
    [
        (("lookup", ""), "city", "上海", []),
        (("lookup", ""), "", "上海", [Refusal("no_name")]),
        (("lookup", ""), "product", "x", [Refusal("name_taken", text="product")]),
        (("regex", ""), "product", "x", []),
        (PRODUCT, "product", "x", []),
        (PRODUCT, "a(b)", "x", [Refusal("name_has_marks", text="a(b)")]),
        (("synonym", ""), "T-shirt (M)", "x", []),
        (("lookup", ""), "n" * 81, "x", [Refusal("name_too_long", text="n" * 81, other="80")]),
        (("lookup", "n" * 81), "n" * 81, "x", []),
        (("lookup", ""), "city", " \n- \n", [Refusal("no_lines")]),
        (
            ("lookup", ""),
            "city",
            "a\n" + "x" * 501,
            [Refusal("line_too_long", 2, "p", "x" * 60, "500")],
        ),
        (
            ("regex", ""),
            "code",
            "a+\n\n[a",
            [Refusal("bad_pattern", 3, "p", "[a", "missing ]: [a")],
        ),
        (
            ("regex", ""),
            "code",
            "(?=a)",
            [Refusal("bad_pattern", 1, "p", "(?=a)", "invalid perl operator: (?=")],
        ),
        (
            ("synonym", ""),
            "iPhone16",
            "16\n苹果１５",
            [Refusal("stands_elsewhere", 2, "p", "苹果１５", "iPhone15 Pro")],
        ),
        (("synonym", "iPhone15 Pro"), "iPhone15 Pro", "苹果15", []),
        (
            ("regex", ""),
            "code",
            "\n".join(f"a{n}" for n in range(200)),
            [Refusal("too_many_patterns", other="200")],
        ),
    ],
)
def test_what_keeps_a_list_from_being_saved(
    of: tuple[str, str], name: str, text: str, refused: list[Refusal]
) -> None:
    assert refusals(FILES, of, name, {"p": text}) == refused


def test_what_two_people_do_to_a_list_both_stays() -> None:
    mine = saved(FILES, FILES, PRODUCT, {"nlu/zh.yml": "小米14\n小米15"}, "goods")
    after = {**FILES, **{path: text for path, text in mine.items() if text}}
    assert by_name(after)["lookup", "goods"] == {
        "nlu/zh.yml": ["小米14", "小米15"],
        "nlu/en.yml": ["Washing machine"],
    }
    first = saved(FILES, FILES, PRODUCT, {"nlu/zh.yml": "小米14\n小米15"})
    after = {**FILES, **{path: text for path, text in first.items() if text}}
    second = saved(after, FILES, PRODUCT, {"nlu/zh.yml": "iPhone15 Pro\n小米14\n小米16"})
    after |= {path: text for path, text in second.items() if text}
    assert by_name(after)[PRODUCT]["nlu/zh.yml"] == ["小米14", "小米15", "小米16"]


def test_a_list_goes_from_every_file_and_the_rest_stays() -> None:
    gone = {path: text or "" for path, text in without(FILES, PRODUCT).items()}
    assert set(gone) == {"nlu/zh.yml", "nlu/en.yml"}
    left = set(by_name({**FILES, **gone}))
    assert left == {of for of in by_name(FILES) if of != PRODUCT}


def test_a_file_is_never_made_too_long_to_be_read() -> None:
    lines = "\n".join(f"{n:0400}" for n in range(MOST_BYTES // 400))
    with pytest.raises(ValueError, match="too_big"):
        saved(FILES, FILES, PRODUCT, {"nlu/zh.yml": lines})


def test_what_a_text_names_and_by_which_list() -> None:
    found = what_is_named(FILES, "苹果15 washing MACHINE ABC123 上海 100元 退货 明天", TODAY)
    assert found == [
        Named("苹果15", "product", "iPhone15 Pro", "synonym", "iPhone15 Pro"),
        Named("washing MACHINE", "product", "Washing machine", "lookup", "product"),
        Named("ABC123", "coupon_code", "ABC123", "regex", "coupon_code"),
        Named("上海", "city", "上海", "sentence"),
        Named("100元", "money", "100", "usual"),
        Named("明天", "date", "2026-11-24", "usual"),
    ]
    assert is_found(FILES, "IPHONE15 pro")
    assert not is_found(FILES, "退货"), "nothing lists what it stands for"


def test_what_nobody_sees_is_not_saved() -> None:
    typed = "小米\x0015\n\u202e华为\u202c\n\u200b\n\u2067苹果\u2069\ufeff"
    assert [line for _, line in numbered("lookup", typed)] == ["小米15", "华为", "苹果"]
    after = saved(FILES, FILES, PRODUCT, {"nlu/zh.yml": typed})["nlu/zh.yml"] or ""
    assert not set("\x00\u202e\u202c\u200b\u2067\ufeff") & set(after)
