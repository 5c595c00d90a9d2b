import pytest

from flows.conditions import AllOf, AnyOf, FactTest, Not, holds, read_condition
from flows.yaml_text import Document, read

FACTS = {"n": 3, "t": "abc", "b": True, "zero": 0, "l": ["x", "y"]}


@pytest.mark.parametrize(
    ("fact", "op", "value", "expected"),
    [
        ("n", "eq", 3, True),
        ("n", "eq", "3", False),
        ("b", "eq", 1, False),
        ("zero", "eq", False, False),
        ("n", "gt", 2, True),
        ("n", "gt", "2", False),
        ("t", "gt", "abb", True),
        ("b", "gte", 0, False),
        ("n", "in", (1, 3), True),
        ("n", "not_in", (1, 3), False),
        ("t", "contains", "bc", True),
        ("l", "contains", "x", True),
        ("none", "eq", 1, False),
        ("none", "ne", 1, True),
        ("none", "lt", 1, False),
        ("none", "not_in", (1,), True),
        ("none", "exists", False, True),
        ("n", "exists", True, True),
    ],
)
def test_operators(fact: str, op: str, value: object, expected: bool) -> None:
    assert holds(FactTest(fact, op, value), FACTS) is expected  # type: ignore[arg-type]


def test_nothing_at_all_holds_and_none_of_nothing_does_not() -> None:
    assert holds(AllOf(), {})
    assert not holds(AnyOf(), {})
    assert not holds(Not(AllOf()), {})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{fact: a, op: is, value: 1}", "unknown_operator"),
        ("{fact: a, op: in, value: 1}", "bad_value"),
        ("{fact: a, op: gt, value: true}", "bad_value"),
        ("{every: []}", "bad_condition"),
        ("{all: [{fact: a}]}", "bad_condition"),
    ],
)
def test_a_malformed_condition_is_a_problem(text: str, code: str) -> None:
    document = Document("f", read(text).value)
    read_condition(document, document.value, ())
    assert [problem.code for problem in document.problems] == [code]
