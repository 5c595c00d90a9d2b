"""A Rasa action server, asked in its own protocol (answers recorded from rasa-sdk 3.21.1)."""

from typing import Any

import orjson
import pytest

from plugins.connectors.rasa_actions import register_connectors
from runtime.errors import ConnectorFailed
from tests.plugins.connectors.conftest import Shop


def ask(shop: Shop, fill: dict[str, str] | None = None, **send: Any) -> Any:
    (connector,) = register_connectors(None)  # type: ignore[arg-type]
    assert connector.key == "rasa_actions"
    arguments = {"url": shop.url, "seconds": 5, "send": {"action": "action_order"} | send}
    arguments |= {"slots": {"order": "A17"}, "text": "我的订单呢", "intent": "order_status"}
    return connector.call(arguments | {"visitor": "v-1", "step": "a.b", "fill": fill or {}}, "k-1")


def slot(name: object, value: object = None) -> dict[str, object]:
    return {"event": "slot", "timestamp": None, "name": name, "value": value}


def said(**more: object) -> dict[str, object]:
    given = {"text": None, "buttons": [], "elements": [], "custom": {}, "template": None}
    return given | {"response": None, "image": None, "attachment": None} | more


def test_the_server_is_told_what_an_action_may_ask(shop: Shop) -> None:
    shop.answer = {"events": [], "responses": []}
    assert ask(shop, lang="zh") == {"slots": {}, "says": []}
    call = orjson.loads(shop.asked[0][2])
    assert (call["next_action"], call["sender_id"]) == ("action_order", "v-1")
    assert call["version"].count(".") == 2
    assert call["domain"]["actions"] == ["action_order"]
    tracker = call["tracker"]
    assert tracker["sender_id"] == "v-1"
    assert tracker["slots"] == {"order": "A17", "lang": "zh"}
    assert tracker["events"] == []
    assert tracker["latest_message"]["text"] == "我的订单呢"
    assert tracker["latest_message"]["intent"]["name"] == "order_status"
    assert tracker["latest_message"]["intent_ranking"][0]["name"] == "order_status"


@pytest.mark.parametrize(
    ("events", "slots"),
    [
        (
            [slot("state", "shipped"), slot("days", 3), slot("vip", True)],
            {"state": "shipped", "days": 3, "vip": True},
        ),
        ([slot("Order State", "x"), slot("a-b_c", 1)], {"order_state": "x", "a-b_c": 1}),
        (
            [slot("9lives", 1), slot("_x", 2), slot("订单", 3), slot(None, 4)],
            {"lives": 1, "x": 2, "none": 4},
        ),
        ([slot("x" * 80, 1)], {"x" * 64: 1}),
        (
            [slot("gone", None), slot("list", ["a", 1]), slot("deep", {"a": 1})],
            {"gone": "", "list": "a, 1"},
        ),
        ([slot("a", 1), slot("a", 2)], {"a": 2}),
        ([{"event": "followup", "name": "action_listen"}, {"event": "reset_slots"}, "x", None], {}),
        (None, {}),
        ("slot", {}),
    ],
)
def test_slot_events_fill_slots(shop: Shop, events: object, slots: dict[str, object]) -> None:
    shop.answer = {"events": events, "responses": None}
    assert ask(shop) == {"slots": slots, "says": []}


def test_slots_go_and_come_under_the_names_of_the_server(shop: Shop) -> None:
    shop.answer = {"events": [slot("OrderState", "shipped"), slot("Other", 1)], "responses": []}
    fill = {"order": "Order No", "order_state": "OrderState"}
    assert ask(shop, fill)["slots"] == {"order_state": "shipped", "other": 1}
    assert orjson.loads(shop.asked[0][2])["tracker"]["slots"] == {"Order No": "A17"}


@pytest.mark.parametrize(
    ("response", "says"),
    [
        (said(text="Yes"), {"text": "Yes"}),
        (
            said(text="Sure?", buttons=[{"title": "Yes", "payload": "/affirm"}, {"title": "No"}]),
            {
                "text": "Sure?",
                "buttons": [
                    {"title": "Yes", "payload": "/affirm"},
                    {"title": "No", "payload": "No"},
                ],
            },
        ),
        (said(image="https://shop.example/a.png"), {"image": "https://shop.example/a.png"}),
        (said(text="a", image="javascript:alert(1)"), {"text": "a"}),
        (said(text="话" * 3000), {"text": "话" * 2000}),
        (said(text="a", buttons=[{"title": 3}, "x", None]), {"text": "a"}),
        (said(response="utter_later"), None),
        (said(text={"a": 1}), None),
        ("text", None),
    ],
)
def test_responses_are_said(shop: Shop, response: object, says: dict[str, object] | None) -> None:
    shop.answer = {"events": [], "responses": [response]}
    whole = [{"text": "", "buttons": [], "image": ""} | says] if says else []
    assert ask(shop) == {"slots": {}, "says": whole}


def test_a_server_that_talks_without_end_is_cut_short(shop: Shop) -> None:
    buttons = [{"title": str(i), "payload": ""} for i in range(50)]
    shop.answer = {"events": [], "responses": [said(text="a", buttons=buttons)] * 20}
    says = ask(shop)["says"]
    assert len(says) == 10
    assert len(says[0]["buttons"]) == 10


@pytest.mark.parametrize(
    ("status", "answer", "why"),
    [
        (400, {"error": "not today", "action_name": "action_no"}, "^not today$"),
        (
            404,
            {"error": "No registered action found", "action_name": "a"},
            "^No registered action found$",
        ),
        (449, {"error": "Missing domain context", "action_name": "a"}, "^Missing domain context$"),
        (500, {"error": "kaputt\n  here", "request_body": {}}, "^kaputt here$"),
        (200, {"error": "x" * 900, "action_name": "a"}, "^x{200}$"),
        (502, {}, r"^127\.0\.0\.1 answered 502$"),
        (404, "nothing", r"^127\.0\.0\.1 answered 404$"),
        (200, None, "^the answer is not that of a Rasa action server$"),
        (200, [], "^the answer is not that of a Rasa action server$"),
    ],
)
def test_what_went_wrong_is_said(shop: Shop, status: int, answer: object, why: str) -> None:
    shop.status, shop.answer = status, answer
    with pytest.raises(ConnectorFailed, match=why):
        ask(shop)


def test_an_error_page_is_no_words_of_the_server(shop: Shop) -> None:
    shop.raw(b"HTTP/1.1 500 No\r\n\r\n<html>")
    with pytest.raises(ConnectorFailed, match=r"^127\.0\.0\.1 answered 500$"):
        ask(shop)


def test_a_step_must_say_which_action(shop: Shop) -> None:
    with pytest.raises(ConnectorFailed, match="does not say which action"):
        ask(shop, action="")
    assert not shop.asked
