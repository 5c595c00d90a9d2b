"""A set of files, read as a whole."""

from runtime.compiling import MOST_EXAMPLES, MOST_INTENTS, read_examples
from runtime.nlu.training import Example, write_rasa


def test_more_than_can_be_taught_is_said_and_left_out() -> None:
    many = write_rasa(Example(f"sentence {number}", f"intent_{number}") for number in range(10_000))
    examples, problems = read_examples({"nlu/many.yml": many, "nlu/small.yml": "not read"})
    assert [(one.code, one.file) for one in problems] == [("too_much_to_teach", "nlu/many.yml")]
    assert [one.intent for one in examples] == [f"intent_{n}" for n in range(MOST_INTENTS)]


def test_sentences_of_few_intents_are_counted_too() -> None:
    said = [Example(f"sentence {number}", "one") for number in range(MOST_EXAMPLES + 1)]
    examples, problems = read_examples({"nlu/many.yml": write_rasa(said)})
    assert len(examples) == MOST_EXAMPLES
    assert [one.code for one in problems] == ["too_much_to_teach"]
