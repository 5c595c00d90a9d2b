"""Screens call things by their titles; what has none goes by what it says."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import drafts
from designer.titles import Titles, clipped, titles_of
from designer.workspace import workspace_of
from runtime.services import Portal
from tests.workspaces import SMALL

HTMX = {"HX-Request": "true"}
FLOW = """\
flow: welcome
title: {zh-CN: 欢迎, en: Welcome}
start: hi
steps:
  hi: {say: hi, next: ask_2}
  ask_2: {ask: nothing_yet, intents: {ask_price: end}, choices: [{text: Prices, next: end}], otherwise: end}
  again: {call: welcome, title: Once more, next: end}
  end: {end: true}
"""


@pytest.fixture
def names(app: Flask) -> Titles:
    named = SMALL["workspace.yaml"] + "intents: {ask_price: {zh-CN: 问价, en: Asks the price}}\n"
    files = {**SMALL, "flows/welcome.yaml": FLOW, "workspace.yaml": named}
    files["scripts/hi.yaml"] = SMALL["scripts/hi.yaml"] + "title: {zh-CN: 招呼, en: Hello}\n"
    with app.test_request_context(headers={"Accept-Language": "en"}):
        return titles_of(workspace_of(files, 1))


@pytest.mark.parametrize(
    ("language", "called"),
    [("en", "Say · Hello"), ("zh", "发送话术 · 招呼")],
)
def test_a_step_goes_by_the_script_it_says(
    app: Flask, names: Titles, language: str, called: str
) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert names.step("welcome", "hi") == called


def test_titles_win_and_keys_are_the_last_resort(app: Flask, names: Titles) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert names.step("welcome", "again") == "Once more"
        assert names.step("welcome", "ask_2") == "Ask 2"
        assert names.step("welcome", "gone") == "gone"
        assert names.port("welcome", "ask_2", "choices.0") == "Prices"
        assert names.port("welcome", "ask_2", "intents.ask_price") == "# Asks the price"
        assert names.file("flows/welcome.yaml") == "Flow · Welcome"
        assert names.file("nlu/zh.yml") == "Training sentences"
        assert names.script("offer") != "offer", "it goes by its first words"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "short"),
        ("two\n  lines", "two lines"),
        ("想了解哪方面？点一下按钮，或者直接打字告诉我。", "想了解哪方面？点一下按钮，或…"),
        ("a" * 40, "a" * 29 + "…"),
    ],
)
def test_a_long_text_is_shortened_by_columns(text: str, shown: str) -> None:
    assert clipped(text) == shown


def test_a_script_is_made_and_renamed_in_chinese(client: FlaskClient, portal: Portal) -> None:
    client.set_cookie("lang", "zh")
    where = client.post("/scripts/", data={"title": "限时优惠"}, headers=HTMX).headers["Location"]
    key = where.rpartition("/")[2]
    text = drafts.files(portal.services.engine)[f"scripts/{key}.yaml"]
    assert "title:\n  zh-CN: 限时优惠" in text or "title: {zh-CN: 限时优惠}" in text
    assert "限时优惠" in client.get("/scripts/").text
    rev = drafts.revision(portal.services.engine, f"scripts/{key}.yaml")
    form = {"rev": rev, "title.zh-CN": "周末优惠", "weighting": "even", "goal": ""}
    assert client.put(where, data=form, headers=HTMX).status_code == 200
    assert "周末优惠" in drafts.files(portal.services.engine)[f"scripts/{key}.yaml"]


def test_a_template_brings_names_for_its_intents(client: FlaskClient, portal: Portal) -> None:
    assert client.post("/flows/new/template/satisfaction").status_code == 302
    text = drafts.files(portal.services.engine)["workspace.yaml"]
    assert "praise: {zh-CN: 好评, en: Praise}" in text or "zh-CN: 好评" in text
