"""Rasa's training files taken in: every form of its documentation, kept in meaning."""

from typing import Any

import pytest
import yaml

from designer.sentence_imports import NotTaken, taken_in
from runtime.nlu.cascade import load_trained
from runtime.nlu.entities import read_entities
from runtime.nlu.sentences import NEW_FILE, lists_in, sentences_in
from runtime.nlu.training import read_rasa, taught

FORMS = r"""version: "3.1"
nlu:
- intent: check_balance
  examples: |
    - What's my [credit](account) balance?
    - What's the balance on my [credit card account]{"entity":"account","value":"credit"}
    - how much is in my [savings][{"entity": "account"}, {"entity": "thing"}]
- intent: book_flight
  examples: |
    - from [Berlin]{"entity": "city", "role": "departure"} to [SF]{"entity": "city", "role": "destination"}
    - Give me a [small]{"entity": "size", "group": "1"} pizza
- intent: check_balances+transfer_money
  examples: |
    - How much do I have, and move 50 to savings
- intent: chitchat/ask_name
  examples: |
    - what is your name
- intent: greet
  examples:
  - text: |
      hi
    metadata:
      sentiment: neutral
  - text: |
      hello
- synonym: credit
  examples: |
    - credit card
- lookup: city
  examples: |
    - Berlin
    - San Francisco
- regex: account_number
  examples: |
    - \d{10,12}
"""
WORKSPACE = {"workspace.yaml": "languages: [en]\nname: Shop\n"}


def shape(texts: dict[str, str]) -> tuple[dict[str, Any], dict[Any, Any]]:
    """Give all that files say: sentences by intent, and the lists."""
    said: dict[str, Any] = {}
    lists: dict[Any, Any] = {}
    for text in texts.values():
        for intent, sentences in sentences_in(text).items():
            said.setdefault(intent, set()).update(sentences)
        lists |= {of: sorted(lines) for of, lines in lists_in(text).items()}
    return said, lists


def test_every_form_is_taken_in_and_given_back_unchanged_in_meaning() -> None:
    found = taken_in(WORKSPACE, FORMS.encode(), False)
    taken = {path: text for path, text in found.changed.items() if text}
    assert (found.known, found.long, found.names) == (0, (), ())
    assert shape(taken) == shape({"nlu/x.yml": FORMS})
    again = taken_in({**WORKSPACE, **taken}, FORMS.encode(), False)
    assert (again.changed, again.arrived) == ({}, 0), "a second time changes nothing"
    for text in taken.values():
        assert yaml.safe_load(text)["nlu"]


def test_the_embedded_engine_learns_them() -> None:
    model = load_trained(read_rasa(FORMS))
    assert model.parse("balance of my credit account please").intent == "check_balance"
    assert model.parse("what is your name").intent == "chitchat/ask_name"
    reader = read_entities({"nlu/en.yml": FORMS})
    assert reader.read("my credit card, to San Francisco") == (
        ("account", "credit"),
        ("city", "San Francisco"),
    )


def test_a_file_with_comments_and_other_sentences_keeps_them() -> None:
    mine = (
        '# by hand\nversion: "3.1"\nnlu:\n- intent: greet  # kind\n  examples: |\n    - hi there\n'
    )
    changed = taken_in({**WORKSPACE, "nlu/en.yml": mine}, FORMS.encode(), False).changed
    after = changed["nlu/en.yml"] or ""
    assert after.startswith("# by hand")
    assert "# kind" in after
    assert sentences_in(after)["greet"] == ["hi there", "hi", "hello"]


@pytest.mark.parametrize("text", ["", "nlu: 3", "version: '9'\nnlu: []", "nlu: [", "x: 1"])
def test_what_is_no_training_file_is_refused(text: str) -> None:
    with pytest.raises(NotTaken, match=r"."):
        taken_in(WORKSPACE, text.encode(), False)


def test_entities_count_for_what_rasa_learned_and_comments_do_not() -> None:
    known = taught({"nlu/en.yml": FORMS})
    assert taught({"nlu/en.yml": "# more\n" + FORMS}) == known
    assert taught({"nlu/en.yml": FORMS.replace("- Berlin\n", "- Hamburg\n")}) != known
    assert taught({"nlu/en.yml": NEW_FILE}) == taught({"flows/x.yaml": "a: 1"}) == ""
