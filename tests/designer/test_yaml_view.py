import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import accounts
from runtime.services import Portal
from tests.designer.conftest import PASSWORD, sign_in

HTMX = {"HX-Request": "true"}
FILE = "/yaml/flows/welcome.yaml"
BROKEN = {"text": "flow: welcome\r\nsteps:\r\n  hi: [1\r\n"}


def test_a_text_is_checked_without_being_saved(client: FlaskClient) -> None:
    before = client.get(FILE, headers=HTMX).text
    found = client.post(f"{FILE}/check", data=BROKEN, headers=HTMX)
    assert found.status_code == 200
    assert found.text.lstrip().startswith('<div id="yaml-problems">')
    assert 'data-line="3" data-column="7"' in found.text
    assert "A bracket is opened and never closed" in found.text
    assert client.get(FILE, headers=HTMX).text == before


def test_more_than_its_grammar_is_checked(client: FlaskClient) -> None:
    text = "flow: welcome\nstart: hi\nsteps:\n  hi: {say: offer, next: %s}\n  done: {end: {}}\n"
    found = client.post(f"{FILE}/check", data={"text": text % "nowhere"}, headers=HTMX).text
    assert 'data-line="4"' in found
    assert "nowhere" in found
    mended = client.post(f"{FILE}/check", data={"text": text % "done"}, headers=HTMX).text
    assert "data-line" not in mended
    assert "No problem in this file." in mended


def test_only_a_file_that_exists_is_checked(client: FlaskClient) -> None:
    assert client.post("/yaml/flows/none.yaml/check", data=BROKEN).status_code == 404


def test_a_check_asks_who_is_there(app: Flask) -> None:
    nobody = app.test_client()
    assert nobody.post(f"{FILE}/check", data=BROKEN, headers=HTMX).status_code == 401
    assert nobody.post(f"{FILE}/check", data=BROKEN).status_code == 302


def test_a_check_wants_the_token_of_a_form(app: Flask) -> None:
    client = sign_in(app, "operator")
    assert client.post(f"{FILE}/check", data=BROKEN).status_code == 200
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post(f"{FILE}/check", data=BROKEN).status_code == 400


@pytest.mark.parametrize(
    ("role", "path", "writes"),
    [
        ("operator", "flows/welcome.yaml", True),
        ("operator", "workspace.yaml", False),
        ("admin", "workspace.yaml", True),
        ("viewer", "flows/welcome.yaml", False),
    ],
)
def test_who_may_not_write_a_file_reads_it(
    app: Flask, portal: Portal, role: str, path: str, writes: bool
) -> None:
    if role == "viewer":
        accounts.add(portal.services.engine, "viewer@x.test", PASSWORD, [role])
    client = sign_in(app, role)
    page = client.get(f"/yaml/{path}", headers=HTMX).text
    assert (" readonly" in page) is not writes
    assert ('<button class="primary">' in page) is writes
    saved = client.put(f"/yaml/{path}", data={"text": "a: 1", "rev": "1"}, headers=HTMX)
    assert (saved.status_code == 403) is not writes
    if role == "viewer":
        assert client.post(f"/yaml/{path}/check", data=BROKEN, headers=HTMX).status_code == 403
