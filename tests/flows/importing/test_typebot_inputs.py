"""Inputs, choices, conditions and variables of Typebot, each as it was."""

from typing import Any

import pytest

from tests.flows.importing.typebots import (
    asks,
    bot,
    codes,
    compares,
    offers,
    problems,
    run,
    says,
    sets,
    walk,
)

INPUTS = [
    ("number input", {"min": 1, "max": "5"}, "9", "4"),
    ("email input", {"retryMessageContent": "That is no address"}, "nobody", "ann@example.com"),
    ("url input", {}, "nowhere", "https://example.com/a"),
    ("phone number input", {}, "none", "+49 170 1234567"),
    ("rating input", {"length": 5}, "6", "5"),
]


@pytest.mark.parametrize(("kind", "options", "wrong", "right"), INPUTS)
def test_an_input_takes_only_what_fits(
    kind: str, options: dict[str, Any], wrong: str, right: str
) -> None:
    blocks = [says("Please tell me"), asks(kind, "Email", options=options), says("Got {{Email}}")]
    imported = run(bot({"A": blocks}, {"start": "A"}))
    assert problems(imported) == []
    assert walk(imported, right)[-1].startswith("Got ")
    with pytest.raises(AssertionError):
        walk(imported, wrong)


def test_an_input_without_a_bubble_asks_in_its_own_or_in_neutral_words() -> None:
    blocks = [
        asks("text input", options={"labels": {"placeholder": "Your town?"}}),
        asks("date input"),
        offers("Go"),
    ]
    assert walk(
        run(bot({"A": [says("Hi", outgoingEdgeId="b")], "B": blocks}, {"start": "A", "b": "B"})),
        "x",
        "y",
    )[1:] == [
        "Your town?",
        "Please answer:",
        "Please choose:",
    ]
    chinese = run(
        bot(
            {"A": [says("您好，欢迎光临"), says("再见")], "B": [asks("text input")]}, {"start": "B"}
        )
    )
    assert walk(chinese) == ["请回答："]


def test_a_choice_with_a_variable_keeps_what_was_chosen() -> None:
    raw = bot(
        {
            "A": [
                says("Where?"),
                offers("North", "South", options={"variableId": "城市"}),
                says("Off to {{城市}}"),
            ]
        },
        {"start": "A"},
    )
    imported = run(raw)
    assert problems(imported) == []
    assert walk(imported, "South") == ["Where?", "Off to South"]
    raw["groups"][0]["blocks"][1]["options"]["isMultipleChoice"] = True
    assert ("choice input", "approximated") in codes(run(raw))


def test_buttons_made_while_talking_become_a_free_answer() -> None:
    imported = run(
        bot(
            {
                "A": [
                    says("Which?"),
                    offers("{{Name}}", options={"variableId": "Email"}),
                    says("{{Email}}"),
                ]
            },
            {"start": "A"},
        )
    )
    assert problems(imported) == []
    assert walk(imported, "that one") == ["Which?", "that one"]


CONDITIONS = [
    ("Equal to", "Ann", True),
    ("Equal to", "ann", False),
    ("Not equal", "Bob", True),
    ("Contains", "nn", True),
    ("Does not contain", "nn", False),
    ("Is set", "", True),
    ("Is empty", "", False),
    ("Starts with", "an", True),
    ("Ends with", "x", False),
    ("Greater than", "3", False),
    ("Equal to", "{{Name}}", True),
    ("Contains", "a \"b\" 'c'", False),
]


@pytest.mark.parametrize(("sign", "value", "holds"), CONDITIONS)
def test_a_condition_decides_as_it_did(sign: str, value: str, holds: bool) -> None:
    groups = {
        "A": [
            says("Name?"),
            asks("text input", "Name"),
            compares("Name", sign, value, "yes"),
            says("no"),
        ],
        "B": [says("yes")],
    }
    imported = run(bot(groups, {"start": "A", "yes": "B"}))
    assert problems(imported) == []
    assert walk(imported, "Ann")[-1] == ("yes" if holds else "no")


def test_a_number_that_was_asked_for_is_compared_without_a_helper() -> None:
    groups = {
        "A": [
            asks("number input", "Score"),
            compares("Score", "Less than", "3", "yes"),
            says("no"),
        ],
        "B": [says("yes")],
    }
    imported = run(bot(groups, {"start": "A", "yes": "B"}))
    assert "op: lt" in imported.files["flows/my_bot.yaml"]
    assert "assign" not in imported.files["flows/my_bot.yaml"]
    assert [walk(imported, n)[-1] for n in ("2", "3")] == ["yes", "no"]


def test_a_comparison_that_we_cannot_make_never_holds_and_is_named() -> None:
    groups = {"A": [compares("Name", "Matches regex", "^A", "yes"), says("no")], "B": [says("yes")]}
    imported = run(bot(groups, {"start": "A", "yes": "B"}))
    assert problems(imported) == []
    assert walk(imported) == ["no"]
    assert ("Condition", "approximated") in codes(imported)


EXPRESSIONS = [
    ("12", "12"),
    ("'quoted'", "quoted"),
    ("Dear {{Name}}", "Dear Ann"),
    ("{{Name}}", "Ann"),
    ("{{Score}} * 2 / 4", "3.5"),
    ("plain {% words %}", "plain {% words %}"),
]


@pytest.mark.parametrize(("expression", "value"), EXPRESSIONS)
def test_a_variable_is_set_to_what_it_was(expression: str, value: str) -> None:
    blocks = [
        asks("number input", "Score"),
        asks("text input", "Name"),
        sets("Email", expression),
        says("{{Email}}"),
    ]
    imported = run(bot({"A": blocks}, {"start": "A"}))
    assert problems(imported) == []
    assert walk(imported, "7", "Ann")[-1] == value


@pytest.mark.parametrize(
    "expression", ["return {{Score}}", "{{Score}} + 2 * 3", "new Date()", "{{a}}.length", "`${x}`"]
)
def test_code_is_left_out_and_the_walk_goes_on(expression: str) -> None:
    imported = run(bot({"A": [sets("Score", expression), says("on")]}, {"start": "A"}))
    assert problems(imported) == []
    assert walk(imported) == ["on"]
    assert imported.left_out[0].code == "needs_code"
    assert (imported.carried, imported.total) == (1, 2)
