import io
import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import drafts
from runtime.services import Portal
from tests.designer.conftest import sign_in

HTMX = {"HX-Request": "true"}
PAGES = [
    "/flows/",
    "/flows/welcome/",
    "/rules/",
    "/rules/dwell",
    "/rules/dwell/decisions",
    "/visitors/nobody/decisions",
    "/simulations/",
    "/facts/",
    "/scripts/",
    "/scripts/offer",
    "/releases/",
    "/inbox/",
    "/yaml/flows/welcome.yaml",
]


def rev(client: FlaskClient) -> int:
    found = re.search(r'data-rev="(\d+)"', client.get("/flows/welcome/").text)
    assert found
    return int(found[1])


def edit(client: FlaskClient, revision: int, **change: object) -> tuple[int, str]:
    form = {"rev": revision, "edit": json.dumps(change)}
    answer = client.post("/flows/welcome/edits", data=form, headers=HTMX)
    return answer.status_code, answer.text


@pytest.mark.parametrize("url", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_in_both_languages(client: FlaskClient, url: str, language: str) -> None:
    client.set_cookie("lang", language)
    page = client.get(url)
    assert page.status_code == 200
    assert page.text.startswith("<!doctype html>")
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in page.text


@pytest.mark.parametrize("url", [url for url in PAGES if url != "/flows/welcome/"])
def test_htmx_gets_only_the_part(client: FlaskClient, url: str) -> None:
    part = client.get(url, headers=HTMX).text.lstrip()
    assert part.startswith("<section id=")


@pytest.mark.parametrize("url", [*PAGES, "/releases/export.zip", "/inbox/v"])
def test_nobody_gets_in_without_signing_in(app: Flask, url: str) -> None:
    answer = app.test_client().get(url)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/login")


def test_a_wrong_password_is_refused(app: Flask) -> None:
    form = {"email": "admin@x.test", "password": "wrong"}
    page = app.test_client().post("/login", data=form)
    assert page.status_code == 200
    assert 'role="alert"' in page.text


@pytest.mark.parametrize(
    ("role", "method", "url", "allowed"),
    [
        ("operator", "post", "/flows/", True),
        ("agent", "post", "/flows/", False),
        ("agent", "post", "/flows/welcome/edits", False),
        ("operator", "post", "/releases/", False),
        ("operator", "post", "/releases/1/rollback", False),
        ("operator", "get", "/inbox/", False),
        ("agent", "get", "/inbox/", True),
        ("agent", "put", "/yaml/flows/welcome.yaml", False),
        ("agent", "post", "/releases/import", False),
        ("agent", "put", "/scripts/offer", False),
        ("agent", "put", "/rules/dwell", False),
    ],
)
def test_roles_hold_on_the_server(
    app: Flask, role: str, method: str, url: str, allowed: bool
) -> None:
    answer = sign_in(app, role).open(url, method=method.upper(), data={"title": "x"})
    assert (answer.status_code != 403) is allowed


def test_a_form_without_its_token_is_refused(app: Flask) -> None:
    client = sign_in(app, "admin")
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/flows/", data={"title": "x"}).status_code == 400


def test_an_edit_answers_with_the_cards_it_changed(client: FlaskClient) -> None:
    status, text = edit(client, rev(client), op="add", kind="say", at=[10, 20])
    assert status == 200
    assert 'id="card-say"' in text
    assert 'id="card-hi"' not in text
    status, text = edit(
        client, rev(client), **{"op": "link", "from": "say", "port": "next", "to": "done"}
    )
    assert status == 200
    assert "outerHTML:#card-say" in text
    status, text = edit(client, rev(client), op="delete", keys=["say"])
    assert 'hx-swap-oob="delete:#card-say"' in text


@pytest.mark.parametrize(
    "change",
    [
        {"op": "fly"},
        {"op": "move", "places": 5},
        {"op": "move", "places": {"hi": ["x", 1]}},
        {"op": "move", "places": {"nobody": [1, 1]}},
        {"op": "delete", "keys": []},
        {"op": "add", "kind": "magic", "at": [1, 1]},
        {"op": "add", "kind": "say", "at": [1e99, 1]},
        {"op": "link", "from": "hi", "port": "choices.9", "to": "done"},
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(
    client: FlaskClient, change: dict[str, object]
) -> None:
    assert edit(client, rev(client), **change)[0] == 422


def test_undo_and_redo_survive_and_keep_comments(client: FlaskClient, portal: Portal) -> None:
    engine, path = portal.services.engine, "flows/welcome.yaml"
    text = "# by hand\n" + drafts.files(engine)[path]
    drafts.save(engine, drafts.Author("t", path, "comment"), {path: text}, {})
    edit(client, rev(client), op="add", kind="say", at=[10, 20])
    assert drafts.files(engine)[path].startswith("# by hand\n")
    assert "scripts/welcome_say.yaml" in drafts.files(engine)
    assert client.post("/flows/welcome/undo", headers=HTMX).status_code == 200
    assert drafts.files(engine)[path] == text
    assert "scripts/welcome_say.yaml" not in drafts.files(engine)
    assert client.post("/flows/welcome/redo", headers=HTMX).status_code == 200
    assert "welcome_say" in drafts.files(engine)[path]
    before = rev(client)
    client.post("/flows/welcome/undo", headers=HTMX)
    assert rev(client) > before


def inspect(client: FlaskClient, step: str, **fields: str) -> dict[str, str]:
    form = client.get(f"/flows/welcome/steps/{step}").text
    found = re.search(r'name="rev" value="(\d+)"', form)
    assert found
    return {"rev": found[1], **fields}


def test_the_inspector_saves_step_and_wording_as_one_change(
    client: FlaskClient, portal: Portal
) -> None:
    said = {"script": "hi", "next": "need", "title.en": "Hi"}
    body = inspect(client, "hi", **said, **{"say.a.zh-CN": "欢迎"})
    assert client.put("/flows/welcome/steps/hi", data=body, headers=HTMX).status_code == 200
    files = drafts.files(portal.services.engine)
    assert "欢迎" in files["scripts/hi.yaml"]
    assert "en: Hi" in files["flows/welcome.yaml"]
    late = client.put(
        "/flows/welcome/steps/hi", data=body | {"say.a.zh-CN": "您来啦"}, headers=HTMX
    )
    assert late.status_code == 409
    assert late.headers["HX-Retarget"] == "find #conflict"
    for words in ("欢迎", "您来啦", "您好"):
        assert words in late.text
    newest = re.search(r'data-keep-mine="(\d+)"', late.text)
    assert newest
    kept = body | {"say.a.zh-CN": "您来啦", "rev": newest[1]}
    assert client.put("/flows/welcome/steps/hi", data=kept, headers=HTMX).status_code == 200
    assert "您来啦" in drafts.files(portal.services.engine)["scripts/hi.yaml"]


def test_a_draft_may_be_broken_but_not_published(client: FlaskClient) -> None:
    page = client.get("/yaml/flows/welcome.yaml").text
    found = re.search(r'name="rev" value="(\d+)"', page)
    assert found
    broken = {"rev": found[1], "text": "flow: welcome\nsteps: ["}
    answer = client.put("/yaml/flows/welcome.yaml", data=broken, headers=HTMX)
    assert answer.status_code == 200
    assert "<code>2:8</code>" in answer.text
    assert client.get("/flows/welcome/").status_code == 200
    assert edit(client, rev(client), op="add", kind="say", at=[1, 1])[0] == 422
    assert client.post("/releases/", data={}, headers=HTMX).status_code == 422


def test_publish_export_import_and_roll_back(client: FlaskClient) -> None:
    for number in (1, 2):
        answer = client.post("/releases/", data={"message": f"n{number}"}, headers=HTMX)
        assert answer.status_code == 200
    assert client.post("/releases/1/rollback", headers=HTMX).status_code == 200
    assert client.post("/releases/9/rollback", headers=HTMX).status_code == 404
    archive = client.get("/releases/export.zip").data
    form = {"archive": (io.BytesIO(archive), "a.zip")}
    assert client.post("/releases/import", data=form, headers=HTMX).status_code == 200
    assert client.get("/releases/export.zip").data == archive
    bad = {"archive": (io.BytesIO(b"no zip"), "a.zip")}
    assert client.post("/releases/import", data=bad, headers=HTMX).status_code == 422
    assert client.get("/releases/export.zip").data == archive


def test_the_form_of_a_rule_keeps_its_tests(client: FlaskClient, portal: Portal) -> None:
    page = client.get("/rules/dwell").text
    found = re.search(r'name="rev" value="(\d+)"', page)
    assert found
    form = {
        "rev": found[1],
        "name.": "新规则",
        "priority": "80",
        "enabled": "1",
        "event": "Product Viewed",
        "where_product": "Mate 60 Pro",
        "wait.n": "90",
        "wait.unit": "s",
        "ends.0": "page_leave",
        "when": json.dumps(
            {
                "kind": "any",
                "parts": [
                    {"fact": "cart.count", "op": "gte", "value": "2"},
                    {"fact": "visitor.vip", "op": "eq", "value": "true"},
                    {"kind": "not", "parts": [{"fact": "page.type", "op": "eq", "value": "x"}]},
                ],
            }
        ),
        "then.0.do": "send_script",
        "then.0.send_script": "offer",
        "cooldown.n": "1",
        "cooldown.unit": "h",
    }
    assert client.put("/rules/dwell", data=form, headers=HTMX).status_code == 200
    text = drafts.files(portal.services.engine)["rules/dwell.yaml"]
    for part in (
        "more_than: 90s",
        "priority: 80",
        "Mate 60 Pro",
        "value: 2",
        "value: true",
        "any:",
        "not:",
    ):
        assert part in text


def test_the_try_chat_walks_a_draft(client: FlaskClient) -> None:
    begun = client.post("/try/welcome", data={}, headers=HTMX)
    assert "请问需要什么" in begun.text or "What" in begun.text
    assert json.loads(begun.headers["HX-Trigger-After-Settle"])["dialoom:lit"]["steps"] == [
        "hi",
        "need",
    ]
    state = re.search(r'name="state" value="([^"]+)"', begun.text)
    assert state
    said = client.post("/try/welcome", data={"text": "多少钱", "state": state[1]}, headers=HTMX)
    assert "7999" in said.text
    forged = client.post("/try/welcome", data={"text": "多少钱", "state": "x.y"}, headers=HTMX)
    assert forged.status_code == 200


def test_a_deleted_flow_can_be_brought_back(client: FlaskClient, portal: Portal) -> None:
    before = drafts.files(portal.services.engine)
    assert "restore" in client.post("/flows/orders/delete", headers=HTMX).text
    assert "flows/orders.yaml" not in drafts.files(portal.services.engine)
    assert client.post("/flows/orders/restore", headers=HTMX).status_code == 200
    assert drafts.files(portal.services.engine) == before


def test_the_language_link_leads_nowhere_else(client: FlaskClient) -> None:
    for back in ("//evil.test", "https://evil.test", "/\\evil.test"):
        assert client.get(f"/language/en?back={back}").headers["location"] == "/"
