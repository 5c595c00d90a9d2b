"""What somebody wrote is never thrown away: in the table, beside an undo, with a new wording."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import drafts
from designer.drafts import Author, StaleEdit
from designer.wording import condition_words
from flows.conditions import AllOf, AnyOf, FactTest
from runtime.services import Portal
from tests.designer.conftest import sign_in
from tests.designer.test_pages import HTMX
from tests.workspaces import script


@pytest.fixture
def other(app: Flask) -> FlaskClient:
    return sign_in(app, "operator")


def table_rev(client: FlaskClient) -> str:
    found = re.search(r'name="rev" value="(\d+)"', client.get("/scripts-table/").text)
    assert found
    return found[1]


def test_of_a_table_only_the_row_that_clashes_waits_with_both_texts(
    client: FlaskClient, other: FlaskClient, portal: Portal
) -> None:
    rev = table_rev(client)
    first = {"rev": rev, "say.hi.a.zh-CN": "您好（甲）"}
    assert client.put("/scripts-table/", data=first, headers=HTMX).status_code == 200
    mine = {"rev": rev, "say.hi.a.zh-CN": "您好（乙）", "say.lost.a.zh-CN": "没听懂（乙）"}
    answer = other.put("/scripts-table/", data=mine, headers=HTMX)
    assert answer.status_code == 409
    files = drafts.files(portal.services.engine)
    assert "没听懂（乙）" in files["scripts/lost.yaml"], "nobody else touched it"
    assert "您好（甲）" in files["scripts/hi.yaml"]
    assert ">您好（乙）</textarea>" in answer.text
    assert "您好（甲）" in answer.text
    assert ".yaml" not in re.sub(r'href="[^"]*"', "", answer.text), "people know no files"
    again = {"rev": table_rev(other), "say.hi.a.zh-CN": "您好（乙）"}
    assert other.put("/scripts-table/", data=again, headers=HTMX).status_code == 200
    assert "您好（乙）" in drafts.files(portal.services.engine)["scripts/hi.yaml"]


def test_an_undo_that_somebody_wrote_over_lets_the_one_before_through(portal: Portal) -> None:
    engine, path = portal.services.engine, "scripts/hi.yaml"
    me, they = Author("me", path, "mine"), Author("they", path, "theirs")
    drafts.save(engine, me, {"scripts/lost.yaml": script("lost", "第一")}, {})
    drafts.save(engine, me, {path: script("hi", "第二")}, {})
    drafts.save(engine, they, {path: script("hi", "别人的")}, {})
    with pytest.raises(StaleEdit):
        drafts.undo(engine, path, "me")
    assert drafts.undo(engine, path, "me") == "mine"
    files = drafts.files(engine)
    assert "第一" not in files["scripts/lost.yaml"]
    assert "别人的" in files[path]


def test_a_new_wording_keeps_what_stands_in_the_form(client: FlaskClient, portal: Portal) -> None:
    page = client.get("/scripts/hi").text
    found = re.search(r'name="rev" value="(\d+)"', page)
    assert found
    assert 'hx-include="closest form"' in page
    form = {"rev": found[1], "say.a.zh-CN": "还没保存的字", "weighting": "even", "goal": ""}
    assert client.post("/scripts/hi/variants", data={**form, "key": ""}).status_code == 200
    text = drafts.files(portal.services.engine)["scripts/hi.yaml"]
    assert "还没保存的字" in text
    assert "b:" in text


def test_a_flow_whose_wording_changed_is_not_called_live(
    app: Flask, client: FlaskClient, portal: Portal
) -> None:
    engine = portal.services.engine
    published = client.post("/releases/", data={"message": "x"}, headers=HTMX)
    assert published.status_code == 200
    assert "draft · not published" not in client.get("/flows/welcome/").text
    who = Author("me", "scripts/hi.yaml", "x")
    drafts.save(engine, who, {"scripts/hi.yaml": script("hi", "改过的")}, {})
    assert "draft · not published" in client.get("/flows/welcome/").text


def test_a_group_inside_a_group_of_the_other_kind_stands_in_brackets(app: Flask) -> None:
    a, b, c = (FactTest(f"slot.{name}", "eq", 1) for name in "abc")
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert condition_words(AllOf((AnyOf((a, b)), c))) == "(a is 1 or b is 1) and c is 1"
        assert condition_words(AllOf((AllOf((a, b)), c))) == "a is 1 and b is 1 and c is 1"
        assert condition_words(AllOf((AnyOf((a,)), c))) == "a is 1 and c is 1"
        assert condition_words(AllOf((a, AnyOf(())))) == "a is 1 and never"
