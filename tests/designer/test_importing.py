"""Foreign bots come in: small ones at once, large ones through the worker."""

import io
import re
import threading
import time
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from designer import drafts
from designer.tables import AuditEntry, Import, Upload
from designer.tasks import take_in_imports
from runtime.db import transaction
from runtime.services import Portal
from tests.designer.conftest import sign_in
from tests.designer.sent_bots import FAQ, HTMX, LARGE, RASA, count, files, send, send_rasa, state_of
from tests.flows.importing.typebots import QUIZ, many_blocks


def test_a_small_export_comes_in_at_once(client: FlaskClient, portal: Portal) -> None:
    begun = time.monotonic()
    address = send(client, FAQ)
    page = client.get(address).text
    assert time.monotonic() - begun < 1
    assert "1 of 2 blocks" in page
    assert re.search(r"webhook", page, re.I)
    assert "flows/faq.yaml" in files(portal)
    assert "1 of 2 blocks" in client.get(address).text
    assert count(portal, Upload) == 0
    assert address.rpartition("/")[2] in client.get("/flows/new/").text
    with transaction(portal.services.engine, writes=False) as database:
        assert "Typebot: 1/2" in list(database.scalars(select(AuditEntry.detail)))


@pytest.mark.parametrize("rubbish", [b"", b"{", b"[]", b"\xff", b"[" * 50_000, b"{}", b"null"])
def test_rubbish_is_refused_and_nothing_is_saved(
    client: FlaskClient, portal: Portal, rubbish: bytes
) -> None:
    before = files(portal)
    address = send(client, rubbish)
    page = client.get(address).text
    assert "Import failed" in page
    assert "Try again" in page
    assert state_of(portal, address).state == "failed"
    assert files(portal) == before
    assert count(portal, Upload) == 0


def test_a_form_without_a_file_is_refused(client: FlaskClient) -> None:
    for kind in ("typebot", "rasa"):
        answer = client.post(f"/flows/new/{kind}", data={}, follow_redirects=True)
        assert "Import failed" in answer.text


@pytest.mark.parametrize("zipped", [False, True])
def test_a_rasa_project_comes_in(client: FlaskClient, portal: Portal, zipped: bool) -> None:
    given = RASA
    if zipped:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, content in RASA.items():
                archive.writestr(f"bot/{name}", content)
        given = {"bot.zip": out.getvalue()}
    assert "blocks came along" in send_rasa(client, given)
    scripts = [text for path, text in files(portal).items() if path.startswith("scripts/")]
    assert any("Hey!" in text for text in scripts)


@pytest.mark.parametrize("name", ["a.yml", "a.zip"])
def test_what_is_no_rasa_project_is_refused(client: FlaskClient, name: str) -> None:
    assert "Import failed" in send_rasa(client, {name: b"x"})


@pytest.mark.usefixtures("worker")
def test_a_large_export_goes_through_the_worker(client: FlaskClient, portal: Portal) -> None:
    before = files(portal)
    address = send(client, LARGE)
    page = client.get(address).text
    assert "<progress" in page
    assert "Waiting for its turn" in page
    assert "Cancel the import" in page
    assert 'hx-trigger="every 1s"' in page
    assert files(portal) == before
    take_in_imports()
    assert client.get(f"{address}/progress", headers=HTMX).headers["HX-Refresh"] == "true"
    page = client.get(address).text
    assert "600 of 600 blocks" in page
    assert len(files(portal)) > len(before) + 400
    assert count(portal, Upload) == 0
    take_in_imports()
    assert count(portal, Import) == 1
    drafts.undo(portal.services.engine, "flows/my_bot.yaml", "admin@x.test")
    assert files(portal) == before


@pytest.mark.usefixtures("worker")
def test_the_page_says_what_is_being_done(client: FlaskClient, portal: Portal) -> None:
    address = send(client, many_blocks(3_000))
    at_work = threading.Thread(target=take_in_imports)
    at_work.start()
    seen: list[str] = []
    bars = []
    at = ""
    while at_work.is_alive():
        page = client.get(f"{address}/progress?at={at}", headers=HTMX).text
        found = state_of(portal, address)
        said = re.search(r'hx-swap-oob="innerHTML">([^<]+)<', page)
        if said:
            seen.append(said[1])
        bars += [int(value) for value in re.findall(r'value="(\d+)"', page)]
        at = found.stage
        time.sleep(0.05)
    at_work.join()
    assert "Drawing 3000 blocks" in seen
    assert any("problems" in words for words in seen)
    assert bars == sorted(bars)
    assert bars[-1] > bars[0]
    assert state_of(portal, address).state == "done"


def test_two_clicks_are_one_import(client: FlaskClient, portal: Portal) -> None:
    first = send(client, FAQ, "one")
    assert send(client, FAQ, "one") == first
    assert send(client, QUIZ, "one") != first
    assert send(client, FAQ, "another form") != first
    assert count(portal, Import) == 3
    assert {"flows/faq.yaml", "flows/faq_2.yaml", "flows/my_bot.yaml"} < files(portal).keys()
    assert "flows/faq_3.yaml" not in files(portal)


def test_ten_clicks_at_once_are_one_import(app: Flask, portal: Portal) -> None:
    clients = [sign_in(app, "admin") for _ in range(5)]
    found: list[str] = []
    clicks = [
        threading.Thread(target=lambda one=one: found.append(send(one, FAQ, "one")))
        for one in clients
    ]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert len(set(found)) == 1
    assert len(found) == 5
    assert "flows/faq_2.yaml" not in files(portal)
