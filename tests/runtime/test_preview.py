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
