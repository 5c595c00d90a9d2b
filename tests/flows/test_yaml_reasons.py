import re
from pathlib import Path

import pytest

from designer.sentences import PROBLEMS
from flows import yaml_reasons
from flows.yaml_text import read

REASONS = [
    ("steps:\n  hello\n    next: x", "yaml_colon", 3, 9),
    ("a: b: c", "yaml_colon", 1, 5),
    ("steps：\n  hello: {}", "yaml_wide_colon", 1, 6),
    ("steps:\n  hello：\n    say: x", "yaml_wide_colon", 2, 8),
    ("say: 您好：请\n  b: c", "yaml_colon", 2, 4),
    ("a: 1\nhello\nb: 2", "yaml_no_colon", 2, 1),
    ("steps:\n\thello: {}", "yaml_tab", 2, 1),
    ("a:\n  b: 1\n  \tc: 2", "yaml_tab", 3, 3),
    ("a: |\n\tb", "yaml_tab", 2, 1),
    ("a: @x", "yaml_beginning", 1, 4),
    ("a: *", "yaml_beginning", 1, 4),
    ("a: *nobody", "yaml_beginning", 1, 4),
    ("a: !x!y z", "yaml_beginning", 1, 4),
    ("a:\n  b: 1\n c: 2", "yaml_indent", 3, 2),
    ('a: "b" c', "yaml_after", 1, 8),
    ("a: 1\nb: [1]]", "yaml_after", 2, 7),
    ("a:\n  - 1\n  b: 2", "yaml_dash", 3, 3),
    ("a: - b", "yaml_list", 1, 4),
    ('a: 1\nb: "c\nd: 2\n', "yaml_quote", 2, 4),
    ("a: 'b\n---\nc: 1", "yaml_quote", 1, 4),
    ("a: [1, 2\nb: 3", "yaml_bracket", 1, 4),
    ("a: {b: 1\nc: 2", "yaml_bracket", 1, 4),
    ("a: 1\nsteps: [\n\n", "yaml_bracket", 2, 8),
    ("a: ]", "yaml_no_value", 1, 4),
    ('a: "\\q"', "yaml_backslash", 1, 5),
    ("a: 1\nb: \x07", "yaml_invisible", 2, 4),
    ("%FOO", "not_yaml", 1, 5),
]


@pytest.mark.parametrize(("text", "code", "line", "column"), REASONS)
def test_a_text_that_is_no_yaml_says_why_and_where(
    text: str, code: str, line: int, column: int
) -> None:
    found = [(problem.code, problem.line, problem.column) for problem in read(text).problems]
    assert found == [(code, line, column)]


def test_a_rare_reason_is_said_as_the_parser_says_it() -> None:
    assert read("%FOO").problems[0].values == {"reason": "found unknown directive name"}


def test_every_reason_has_a_sentence_and_an_example() -> None:
    written = Path(yaml_reasons.__file__).read_text("utf-8")
    codes = set(re.findall(r'"(yaml_\w+)"', written))
    assert codes <= set(PROBLEMS)
    assert codes == {code for _text, code, *_place in REASONS} - {"not_yaml"}
