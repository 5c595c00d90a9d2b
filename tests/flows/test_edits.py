import pytest

from flows import edits, script_edits
from flows.edits import EditRefused
from flows.yaml_text import read

FLOW = """\
# Written by hand.
flow: f
start: a
steps:
  # greets
  a: {say: hi, next: b}   # warmly
  b:
    ask: q
    choices:
      - {text: yes please, next: a}
    intents: {price: a}
layout: {a: [1, 2], b: [3, 4]}
"""


def test_comments_survive_every_edit() -> None:
    text = edits.add_step(FLOW, "c", "end", (5, 6))
    text = edits.link(text, "b", "otherwise", "c")
    text = edits.move_steps(text, {"a": (10, 20)})
    text = edits.set_step(text, "a", {"say": "ho", "next": "b"})
    text = edits.rename_step(text, "c", "bye")
    for comment in ("# Written by hand.", "# greets", "# warmly"):
        assert comment in text
    assert read(text).value["steps"]["b"]["otherwise"] == "bye"


def test_deleting_a_step_takes_its_links_along() -> None:
    value = read(edits.delete_steps(FLOW, ["a"])).value
    assert value["start"] == "b"
    assert value["steps"]["b"]["choices"] == [{"text": "yes please", "next": ""}]
    assert value["steps"]["b"]["intents"] == {"price": ""}
    assert "a" not in value["layout"]


def test_the_first_step_becomes_the_start() -> None:
    text = edits.add_step("flow: f\nstart: ''\nsteps: {}\n", "say", "say", (0, 0), "s")
    assert read(text).value["start"] == "say"


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda: edits.link(FLOW, "a", "next", "z"), "no_such_step"),
        (lambda: edits.link(FLOW, "b", "choices.7", "a"), "no_such_port"),
        (lambda: edits.link(FLOW, "b", "steps", "a"), "no_such_port"),
        (lambda: edits.delete_steps(FLOW, ["z"]), "no_such_step"),
        (lambda: edits.add_step(FLOW, "a", "say", (0, 0)), "step_exists"),
        (lambda: edits.add_step(FLOW, "c", "magic", (0, 0)), "unknown_step_kind"),
        (lambda: edits.rename_step(FLOW, "a", "b"), "step_exists"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(edit: object, code: str) -> None:
    with pytest.raises(EditRefused) as refused:
        edit()  # type: ignore[operator]
    assert refused.value.code == code


def test_a_wording_is_rewritten_in_one_language_only() -> None:
    text = "script: s\nvariants:\n  a: {text: {zh-CN: 你好, en: Hello}}\n"
    value = read(script_edits.reword(text, "a", "en", "Hi")).value
    assert value["variants"]["a"]["text"] == {"zh-CN": "你好", "en": "Hi"}
