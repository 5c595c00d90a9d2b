"""The settings page writes workspace.yaml and widget.yaml, and leaves what it does not show."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import drafts
from designer.settings_form import widget_text, workspace_text
from flows.yaml_text import values_of
from runtime.services import Portal
from tests.designer.conftest import sign_in

HTMX = {"HX-Request": "true"}
TEXT = """\
# Our shop.
workspace: shop
name: {zh-CN: 小店, en: Shop}
languages: [zh-CN, en]
start: welcome
fallback: lost
human: {intent: ask_human, queue: service, script: wait, closed: back}
coupons:
  OLD: {title: {zh-CN: 旧券, en: Old}, amount: 5}
intents: {ask_price: {zh-CN: 问价, en: Price}}
"""


def form(**given: object) -> dict[str, object]:
    plain: dict[str, object] = {"main_language": "zh-CN", "languages": "zh-CN, en"}
    plain |= {"start": "welcome", "fallback": "lost", "confidence": "0.4", "tests": "block"}
    return plain | given


def test_a_form_that_changes_nothing_changes_no_byte() -> None:
    assert workspace_text(TEXT, form()) == TEXT


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"name": {"zh-CN": "新店"}}, "name", {"zh-CN": "新店", "en": "Shop"}),
        ({"main_language": "en"}, "languages", ["en", "zh-CN"]),
        ({"languages": "zh-CN，en， ja"}, "languages", ["zh-CN", "en", "ja"]),
        ({"tests": "warn"}, "publishing", {"tests": "warn"}),
        ({"four_eyes": "1"}, "publishing", {"four_eyes": True}),
        ({"confidence": "7"}, "confidence", 1.0),
        ({"coupons_shown": "1"}, "coupons", None),
        (
            {
                "marketing_shown": "1",
                "marketing": {
                    "max": "3",
                    "in": {"n": "1", "unit": "d"},
                    "from": "22:00",
                    "to": "08:00",
                    "hold_out": "5",
                },
            },
            "marketing",
            {
                "per_visitor": {"max": 3, "in": "1d"},
                "quiet_hours": {"from": "22:00", "to": "08:00"},
                "hold_out": 0.05,
            },
        ),
        ({"marketing_shown": "1", "marketing": {"max": "", "from": ""}}, "marketing", None),
        (
            {
                "coupons_shown": "1",
                "coupons": [{"code": "NEW", "amount": "30", "title": {"en": "N"}}],
            },
            "coupons",
            {"NEW": {"title": {"en": "N"}, "amount": 30}},
        ),
    ],
)
def test_what_the_form_says_is_written(given: dict[str, object], name: str, value: object) -> None:
    text = workspace_text(TEXT, form(**given))
    assert values_of(text).get(name) == value
    assert text.startswith("# Our shop.")
    assert values_of(text)["intents"] == {"ask_price": {"zh-CN": "问价", "en": "Price"}}


def test_the_chat_window_is_named_in_one_language_at_a_time() -> None:
    widget = 'widget: shop\ntitle: {zh-CN: 客服, en: Chat}\ncolor: "#4f46e5"\n'
    same = {"widget": {"color": "#4f46e5"}}
    assert widget_text(widget, same) == widget
    text = widget_text(widget, {"widget": {"title": {"en": "Talk"}, "color": "#000000"}})
    assert values_of(text)["title"] == {"zh-CN": "客服", "en": "Talk"}
    assert values_of(text)["color"] == "#000000"


def test_settings_are_saved_undone_and_kept_from_viewers(
    client: FlaskClient, portal: Portal
) -> None:
    engine = portal.services.engine
    before = drafts.files(engine)["workspace.yaml"]
    revs = {
        f"{name}_rev": drafts.revision(engine, f"{name}.yaml") for name in ("workspace", "widget")
    }
    page = client.get("/settings/").text
    assert 'name="four_eyes"' in page
    body = {**form(four_eyes="1", start="welcome"), **revs}
    assert client.put("/settings/", data=body, headers=HTMX).status_code == 200
    assert values_of(drafts.files(engine)["workspace.yaml"])["publishing"] == {"four_eyes": True}
    assert client.post("/settings/undo", headers=HTMX).status_code == 200
    assert drafts.files(engine)["workspace.yaml"] == before


@pytest.mark.parametrize("role", ["agent", "operator"])
def test_settings_are_saved_by_those_who_publish(app: Flask, role: str) -> None:
    person = sign_in(app, role)
    assert person.put("/settings/", data=form(), headers=HTMX).status_code == 403
    assert "/settings/undo" not in person.get("/settings/").text


def test_undo_answers_at_its_own_address_after_any_answer(client: FlaskClient) -> None:
    added = client.post("/scripts/hi/variants", data={"rev": 1}, headers=HTMX).text
    assert 'hx-post="/scripts/hi/undo"' in added
    undone = client.post("/scripts/hi/undo", headers=HTMX).text
    assert 'hx-post="/scripts/hi/undo"' in undone


def test_the_audit_list_speaks_the_language_of_the_screen(client: FlaskClient) -> None:
    client.set_cookie("lang", "zh")
    assert client.post("/releases/", data={"message": "首发"}, headers=HTMX).status_code == 200
    page = client.get("/audit").text
    assert "发布了新版本" in page
    assert "首发" in page
    assert ">publish<" not in page
