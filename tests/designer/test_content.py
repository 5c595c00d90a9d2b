"""Scripts, rules as one types, and the ways to begin a flow."""

import io
import json
from urllib.parse import urlparse

import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import drafts
from designer.library import templates
from designer.onboarding import first_steps
from designer.wording import duration_words
from flows.yaml_text import values_of
from runtime.services import Portal
from tests.designer.test_pages import HTMX, rev


def files(portal: Portal) -> dict[str, str]:
    return drafts.files(portal.services.engine)


def test_a_wording_gets_a_card_answers_and_a_review(client: FlaskClient, portal: Portal) -> None:
    form = {
        "rev": str(rev(client)),
        "weighting": "bandit",
        "goal": "Order Completed",
        "more.warm.review": "draft",
        "more.warm.image": "https://shop.test/a.png",
        "more.warm.card_title.zh-CN": "iPhone15 Pro",
        "more.warm.url": "/demo/iphone15pro/",
        "more.warm.replies.0.zh-CN": "好的",
    }
    assert client.put("/scripts/offer", data=form, headers=HTMX).status_code == 200
    text = files(portal)["scripts/offer.yaml"]
    for part in ("review: draft", "https://shop.test/a.png", "iPhone15 Pro", "好的"):
        assert part in text
    seen = client.post("/scripts/offer/preview", data=form | {"preview_lang": "zh-CN"}).text
    assert "送您100元券" in seen, "placeholders are filled with examples"
    assert "iPhone15 Pro" in seen
    assert client.post("/scripts/offer/undo", headers=HTMX).status_code == 200
    assert "review" not in files(portal)["scripts/offer.yaml"]
    form["more.warm.url"] = "javascript:alert(1)"
    client.put("/scripts/offer", data=form | {"rev": str(rev(client))}, headers=HTMX)
    assert "problem-list" in client.get("/scripts/offer").text


def test_hostile_words_are_shown_as_words(client: FlaskClient, portal: Portal) -> None:
    hostile = "<script>alert(1)</script>\u202e👨‍👩‍👧‍👦" + "长" * 1000
    form = {"rev": str(rev(client)), "weighting": "even", "say.a.zh-CN": hostile}
    assert client.put("/scripts/hi", data=form, headers=HTMX).status_code == 200
    for url in ("/scripts/hi", "/scripts/", "/flows/welcome/", "/scripts-table/", "/find?q=alert"):
        assert "<script>alert(1)" not in client.get(url).text
    seen = client.post("/scripts/hi/preview", data=form).text
    assert "&lt;script&gt;" in seen


def test_a_table_goes_out_and_comes_back_in(client: FlaskClient, portal: Portal) -> None:
    table = client.get("/scripts-table/scripts.csv").data
    upload = {"table": (io.BytesIO(table), "s.csv")}
    before = files(portal)
    assert "0" in client.post("/scripts-table/scripts.csv", data=upload, headers=HTMX).text
    assert files(portal) == before, "what came out changes nothing"
    changed = (
        "script,variant,zh-CN,en\nhi,a,欢迎光临,Welcome\nhi,b,您来啦,\nfresh,a,'=1+1,\n!!,a,x,\n"
    )
    upload = {"table": (io.BytesIO(changed.encode("gb18030")), "s.csv")}
    answer = client.post("/scripts-table/scripts.csv", data=upload, headers=HTMX)
    assert "!!/a" in answer.text
    now = files(portal)
    assert "欢迎光临" in now["scripts/hi.yaml"]
    assert "您来啦" in now["scripts/hi.yaml"]
    assert "=1+1" in now["scripts/fresh.yaml"]
    for rubbish in (b"", b"\xff\xfe\x00", b"a,b\n1,2\n"):
        bad = {"table": (io.BytesIO(rubbish), "s.csv")}
        assert client.post("/scripts-table/scripts.csv", data=bad, headers=HTMX).status_code == 422


def test_the_table_saves_what_was_changed(client: FlaskClient, portal: Portal) -> None:
    form = {"rev": str(rev(client)), "say.hi.a.zh-CN": "表格里改的"}
    assert client.put("/scripts-table/", data=form, headers=HTMX).status_code == 200
    assert "表格里改的" in files(portal)["scripts/hi.yaml"]


def test_a_rule_is_looked_at_as_one_types(client: FlaskClient) -> None:
    page = client.get("/rules/dwell").text
    assert "When a visitor views iPhone15 Pro" in page
    assert "当访客" in page
    when = {"kind": "all", "parts": [{"fact": "cart.count", "op": "lt", "value": "0"}]}
    form = {"event": "Product Viewed", "priority": "70", "when": json.dumps(when)}
    form |= {"then.0.do": "send_script", "then.0.send_script": "offer", "enabled": "1"}
    seen = client.post("/rules/dwell/look", data=form).text
    assert "never speaks" in seen
    assert "without any limit" in seen
    for rubbish in ("[", "7", '{"kind": "all", "parts": 5}', "[" * 5000):
        assert client.post("/rules/dwell/look", data=form | {"when": rubbish}).status_code == 200


@pytest.mark.parametrize("key", sorted(templates()))
def test_every_template_can_be_taken_twice(client: FlaskClient, portal: Portal, key: str) -> None:
    places = set()
    for _ in range(2):
        answer = client.post(f"/flows/new/template/{key}")
        assert answer.status_code == 302
        places.add(urlparse(answer.headers["location"]).path)
        assert client.get(answer.headers["location"]).status_code == 200
    assert len(places) == 2
    assert client.get("/flows/new/").text.count("<svg class") >= 6


def test_first_steps_are_ticked_off_by_what_was_done(client: FlaskClient) -> None:
    assert "0/4" in client.get("/flows/").text
    client.post("/flows/new/template/faq_desk")
    client.post("/try/welcome", headers=HTMX)
    form = {"rev": str(rev(client)), "weighting": "even", "say.a.zh-CN": "您好呀"}
    client.put("/scripts/hi", data=form, headers=HTMX)
    assert "3/4" in client.get("/flows/").text
    client.get("/first-steps/hide")
    assert "3/4" not in client.get("/flows/").text


def test_a_test_of_a_rule_is_made_on_its_page_and_runs_as_one_types(
    client: FlaskClient, portal: Portal
) -> None:
    page = client.get("/rules/dwell").text
    assert 'name="tests.#.given.#.at.n"' in page, "a template for tests and for their events"
    form = {"event": "Product Viewed", "where_product": "iPhone15 Pro", "priority": "70"}
    form |= {"wait.n": "2", "wait.unit": "m", "then.0.do": "send_script", "enabled": "1"}
    form |= {"then.0.send_script": "offer", "tests_shown": "1", "tests.0.expect": "fires"}
    form |= {"tests.0.given.0.event": "Product Viewed", "tests.0.given.0.what": "iPhone15 Pro"}
    form |= {"tests.0.given.0.more": '{"price": 7999, "product": "old"}'}
    late = {"tests.0.given.1.event": "tick", "tests.0.given.1.at.unit": "s"}
    for seconds, mark in (("90", "✕"), ("121", "✓")):
        given = form | late | {"tests.0.given.1.at.n": seconds}
        assert f"{mark} views iPhone15 Pro" in client.post("/rules/dwell/look", data=given).text
    saved = form | late | {"tests.0.given.1.at.n": "121", "rev": str(rev(client))}
    assert client.put("/rules/dwell", data=saved, headers=HTMX).status_code == 200
    (test,) = values_of(files(portal)["rules/dwell.yaml"])["tests"]
    assert test == {
        "given": [
            {"at": "0s", "event": "Product Viewed", "product": "iPhone15 Pro", "price": 7999},
            {"at": "121s", "event": "tick"},
        ],
        "expect": "fires",
    }


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(60, "1 minute"), (121, "2 minutes 1 second"), (90061, "1 day 1 hour"), (0, "0 seconds")],
)
def test_durations_are_said_in_two_units(app: Flask, seconds: float, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert duration_words(seconds) == said


def test_the_first_steps_tick_a_wording_only_when_one_changed(
    client: FlaskClient, portal: Portal
) -> None:
    engine, path = portal.services.engine, "scripts/offer.yaml"
    who = drafts.Author("admin@x.test", path, "edit")
    text = files(portal)[path]
    drafts.save(engine, who, {path: text.replace("goal: Order Completed\n", "")}, {})
    assert not first_steps(engine, "admin@x.test").wording
    drafts.save(engine, who, {path: text.replace("送您", "再送您")}, {})
    assert first_steps(engine, "admin@x.test").wording


def test_a_wording_nobody_would_read_is_warned_of(client: FlaskClient, portal: Portal) -> None:
    form = {"rev": str(rev(client)), "say.hi.a.zh-CN": "长" * 1_001}
    assert client.put("/scripts-table/", data=form, headers=HTMX).status_code == 200
    assert "1001 characters" in client.get("/scripts/hi").text
