"""Drafts talked to: other systems are never asked, their example answers."""

import pytest

from flows.model import Line, Talk
from runtime.messages import Message
from runtime.preview import VISITOR, fresh_session, preview, run_talk
from runtime.releases import Release, draft_release
from tests.workspaces import SMALL, script

CONNECTOR = """\
connector: orders
url: http://127.0.0.1:1/closed
fill: {order_state: state}
example: {order_state: 已发货}
"""
FLOW = """\
flow: welcome
start: look
steps:
  look: {request: orders, next: told, otherwise: sorry}
  told: {say: told, next: need}
  sorry: {say: sorry, next: need}
  need: {ask: need, choices: [{text: 再查, next: look}], otherwise: need}
"""


def draft(flow: str = FLOW) -> Release:
    files = {
        **SMALL,
        "flows/welcome.yaml": flow,
        "connectors/orders.yaml": CONNECTOR,
        "scripts/told.yaml": script("told", "订单{{ slot.order_state }}"),
        "scripts/sorry.yaml": script("sorry", "暂时查不到"),
    }
    return draft_release(files, None)


def test_the_example_of_a_connector_answers() -> None:
    opening = Message(VISITOR, VISITOR, kind="open", data={"flow": "welcome"})
    tried = preview(draft(), fresh_session({}), opening, 0.0)
    assert [reply.text for reply in tried.replies] == ["订单已发货", "请问需要什么？"]
    assert [enter.step for enter in tried.entered] == ["look", "told", "need"]
    assert [note.name for note in tried.notes] == ["answered"]


@pytest.mark.parametrize(("known", "said"), [({}, "told"), ({"connector.orders": False}, "sorry")])
def test_a_talk_may_say_that_a_system_does_not_answer(known: dict[str, bool], said: str) -> None:
    talk = Talk("t", (Line("says", said), Line("at", "need")), "zh-CN", known)
    assert run_talk(draft(), "welcome", talk).passed


def test_a_circle_of_requests_comes_to_an_end() -> None:
    circle = FLOW.replace("next: told", "next: look")
    opening = Message(VISITOR, VISITOR, kind="open", data={"flow": "welcome"})
    assert len(preview(draft(circle), fresh_session({}), opening, 0.0).entered) > 100


NAMED = """\
flow: welcome
start: need
steps:
  need: {ask: need, slot: product, expect: {entity: product}, next: rich, otherwise: need}
  rich: {branch: [{when: {fact: entity.money, op: gte, value: 5000}, next: told}], otherwise: sorry}
  told: {say: told}
  sorry: {say: sorry}
"""
LISTED = """\
version: "3.1"
nlu:
- lookup: product
  examples: |
    - 小米14
"""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("我要小米14，六千块以内的", "订单小米14"),
        ("小米１４，五百块", "暂时查不到"),
        ("随便", "请问需要什么？"),
    ],
)
def test_what_a_message_names_fills_a_slot_and_can_be_asked_for(words: str, said: str) -> None:
    files = {
        **SMALL,
        "flows/welcome.yaml": NAMED,
        "nlu/more_zh.yml": LISTED,
        "scripts/told.yaml": script("told", "订单{{ slot.product }}"),
        "scripts/sorry.yaml": script("sorry", "暂时查不到"),
    }
    release = draft_release(files, None)
    opening = Message(VISITOR, VISITOR, kind="open", data={"flow": "welcome"})
    session = preview(release, fresh_session({}), opening, 0.0).session
    tried = preview(release, session, Message(VISITOR, VISITOR, words), 0.0)
    assert tried.replies[-1].text == said


def test_two_bad_messages_upset_a_visitor_and_a_rule_may_ask_for_it() -> None:
    flow = """\
flow: welcome
start: need
steps:
  need: {ask: need, slot: said, next: look}
  look: {branch: [{when: {fact: visitor.upset, op: eq, value: true}, next: sorry}], otherwise: need}
  sorry: {say: sorry}
"""
    files = {
        **SMALL,
        "flows/welcome.yaml": flow,
        "scripts/sorry.yaml": script("sorry", "真的很抱歉"),
        "workspace.yaml": SMALL["workspace.yaml"] + "escalation: {zh: 0.3}\n",
    }
    release = draft_release(files, None)
    opening = Message(VISITOR, VISITOR, kind="open", data={"flow": "welcome"})
    session = preview(release, fresh_session({}), opening, 0.0).session
    first = preview(release, session, Message(VISITOR, VISITOR, "太差了，垃圾"), 0.0)
    assert first.replies[-1].text == "请问需要什么？"
    again = preview(release, first.session, Message(VISITOR, VISITOR, "骗子，气死我了"), 0.0)
    assert again.replies[-1].text == "真的很抱歉"
