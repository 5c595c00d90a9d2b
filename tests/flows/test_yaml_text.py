import time

import pytest

from flows.yaml_text import edit, read

BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("[" * 10_000_000, "too_big", 1),
        ("[" * 100_000, "too_deep", 1),
        (BOMB, "too_many_aliases", 6),
        ("&a [*a]", "alias_cycle", 1),
        (b"a: 1\nb: \xff", "not_utf8", 2),
        ("a: !!python/object:os.system x", "tag", 1),
        ("a: 1\nb: [", "yaml_bracket", 2),
        ("a: 1\na: 2", "duplicate_key", 2),
        ("a: 1\n---\nb: 2", "second_document", 2),
        ("? [a]\n: 1", "key_not_text", 1),
    ],
)
def test_what_is_refused_is_named_at_once(text: str | bytes, code: str, line: int) -> None:
    started = time.process_time()
    problems = read(text, "f.yaml").problems
    assert [(problem.code, problem.file) for problem in problems] == [(code, "f.yaml")]
    assert problems[0].line in (line, line + 1, line - 1)
    assert time.process_time() - started < 1


def test_scalars_follow_yaml_1_2() -> None:
    text = "a: on\nb: no\nc: 12:30\nd: 1.5\ne: '1'\nf: true\ng: ~\nh: 010"
    words = {"a": "on", "b": "no", "c": "12:30", "d": 1.5, "e": "1", "f": True, "g": None, "h": 10}
    assert read(text).value == words


def test_every_value_knows_where_it_stands() -> None:
    document = read("steps:\n  hello: {say: hi}\n")
    assert document.marks[("steps", "hello", "say")] == (2, 11)
    assert document.problem("x", ("steps", "hello", "nothing")).line == 2


def test_an_edit_keeps_comments_order_and_quotes() -> None:
    text = "# top\nb: 'x'   # why\na: [1, 2]\n"

    def change(tree: dict[str, object]) -> None:
        tree["c"] = 3

    assert edit(text, change) == text + "c: 3\n"


def test_a_text_that_cannot_be_read_is_not_edited() -> None:
    with pytest.raises(ValueError, match="yaml_bracket"):
        edit("a: [", lambda tree: None)
