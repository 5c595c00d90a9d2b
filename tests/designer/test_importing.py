"""Foreign bots come in: small ones at once, large ones through the worker; stopped, or left behind."""

import io
import json
import re
import threading
import time
import zipfile
from typing import Any

import psutil
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from designer import drafts, import_work, imports
from designer.tables import AuditEntry, Import, Upload
from designer.tasks import call_for_imports, take_in_imports
from flows.importing.imported import MOST_BYTES
from runtime.db import transaction
from runtime.services import Portal, set_portal
from tests.designer.conftest import sign_in
from tests.flows.importing.typebots import QUIZ, bot, many_blocks, says
from wsgi import make_celery

HTMX = {"HX-Request": "true"}
FAQ = bot({"Hi": [says("Hello"), {"type": "webhook", "options": {}}]}, {"start": "Hi"}, name="FAQ")
LARGE = many_blocks(600)
RASA = {
    "domain.yml": b"version: '3.1'\nintents: [greet]\nresponses:\n  utter_greet:\n  - text: Hey!\n",
    "stories.yml": b"version: '3.1'\nstories:\n- story: hi\n  steps:\n  - intent: greet\n"
    b"  - action: utter_greet\n",
    "nlu.yml": b"version: '3.1'\nnlu:\n- intent: greet\n  examples: |\n    - hey\n    - hello\n",
}


@pytest.fixture
def worker(portal: Portal) -> None:
    """Lets tasks run here."""
    set_portal(portal)


def send(client: FlaskClient, content: Any, token: str = "") -> str:
    """Upload a Typebot export; gives the address of its import."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    form = {"export": FileStorage(io.BytesIO(raw), "bot.json"), "token": token}
    border, body = encode_multipart(form)  # The client leaves its own temporary file open.
    kind = f"multipart/form-data; boundary={border}"
    answer = client.post("/flows/new/typebot", data=body, content_type=kind)
    assert answer.status_code == 303
    return answer.headers["location"]


def send_rasa(client: FlaskClient, files: dict[str, bytes]) -> str:
    """Upload a Rasa project; gives what is shown then."""
    project = [(io.BytesIO(content), name) for name, content in files.items()]
    return client.post("/flows/new/rasa", data={"project": project}, follow_redirects=True).text


def state_of(portal: Portal, address: str) -> Import:
    found = imports.find(portal.services.engine, address.rpartition("/")[2])
    assert found
    return found


def count(portal: Portal, table: Any) -> int:
    with transaction(portal.services.engine, writes=False) as database:
        return database.scalar(select(func.count()).select_from(table)) or 0


def files(portal: Portal) -> dict[str, str]:
    return drafts.files(portal.services.engine)


def set_row(portal: Portal, **values: Any) -> None:
    with transaction(portal.services.engine) as database:
        database.execute(update(Import).values(**values))


def wait_for(what: Any, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def children() -> list[psutil.Process]:
    """The processes of this one that draw."""
    found = []
    for child in psutil.Process().children():
        try:
            if any("spawn_main" in part for part in child.cmdline()):
                found.append(child)
        except psutil.Error:
            continue
    return found


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


@pytest.mark.usefixtures("worker")
def test_one_that_waits_can_be_cancelled_and_sent_again(
    client: FlaskClient, portal: Portal
) -> None:
    before = files(portal)
    address = send(client, LARGE, "one")
    page = client.post(f"{address}/cancel", follow_redirects=True).text
    assert "Import cancelled" in page
    assert count(portal, Upload) == 0
    take_in_imports()
    assert files(portal) == before
    assert client.get(f"{address}/progress", headers=HTMX).headers["HX-Refresh"]
    again = send(client, LARGE, "one")
    assert again != address
    take_in_imports()
    assert state_of(portal, again).state == "done"
    client.post(f"{again}/cancel")
    assert state_of(portal, again).state == "done"


@pytest.mark.usefixtures("worker")
def test_one_at_work_is_really_stopped(client: FlaskClient, portal: Portal) -> None:
    before = files(portal)
    address = send(client, many_blocks(15_000))
    at_work = threading.Thread(target=take_in_imports)
    at_work.start()
    wait_for(lambda: state_of(portal, address).stage == "drawing")
    assert len(children()) == 1
    begun = time.monotonic()
    client.post(f"{address}/cancel")
    at_work.join(10)
    assert time.monotonic() - begun < 3
    assert not at_work.is_alive()
    assert children() == []
    assert state_of(portal, address).state == "cancelled"
    assert files(portal) == before


@pytest.mark.usefixtures("worker")
def test_a_drawing_that_dies_is_a_failure_that_is_shown(
    client: FlaskClient, portal: Portal
) -> None:
    address = send(client, many_blocks(15_000))
    at_work = threading.Thread(target=take_in_imports)
    at_work.start()
    wait_for(children)
    wait_for(lambda: state_of(portal, address).stage == "drawing")
    for child in children():
        child.kill()
    at_work.join(10)
    assert "Something went wrong while it was read" in client.get(address).text
    assert count(portal, Upload) == 0


@pytest.mark.usefixtures("worker")
def test_one_whose_worker_died_is_done_by_another(client: FlaskClient, portal: Portal) -> None:
    engine = portal.services.engine
    address = send(client, LARGE)
    dead = imports.claim(engine)
    assert dead
    assert imports.claim(engine) is None
    set_row(portal, seen_at=time.time() - imports.SILENCE - 1)
    assert "Waiting for its turn" in client.get(address).text
    take_in_imports()
    assert state_of(portal, address).state == "done"
    after = files(portal)
    assert not imports.give_sign(engine, dead, "saving")
    drawn = import_work.draw(import_work.Parts("typebot", {"": json.dumps(FAQ).encode()}, after))
    assert imports.save(engine, dead, drawn.found, 0)
    imports.fail(engine, dead, "broke")
    assert state_of(portal, address).state == "done"
    assert files(portal) == after


def test_one_that_kills_its_workers_is_given_up(client: FlaskClient, portal: Portal) -> None:
    address = send(client, LARGE)
    for _ in range(imports.MOST_TRIES):
        assert state_of(portal, address).state == "waiting"
        assert imports.claim(portal.services.engine)
        set_row(portal, seen_at=time.time() - imports.SILENCE - 1)
        client.get(f"{address}/progress", headers=HTMX)
    page = client.get(address).text
    assert "The server was stopped" in page
    assert "Try again" in page
    assert count(portal, Upload) == 0


def test_nobody_waits_for_ever_where_no_worker_runs(client: FlaskClient, portal: Portal) -> None:
    address = send(client, LARGE)
    set_row(portal, seen_at=time.time() - imports.PATIENCE - 1)
    assert "worker in the background does not run" in client.get(address).text


def test_those_in_a_queue_are_not_given_up(client: FlaskClient, portal: Portal) -> None:
    engine = portal.services.engine
    addresses = [send(client, LARGE, str(number)) for number in range(4)]
    set_row(portal, seen_at=time.time() - imports.PATIENCE - 1)
    at_work = [imports.claim(engine) for _ in range(3)]
    assert [one is not None for one in at_work] == [True, True, False]
    client.get(addresses[3])
    assert state_of(portal, addresses[3]).state == "waiting"
    assert at_work[0]
    imports.fail(engine, at_work[0], "broke")
    client.get(addresses[3])
    third = imports.claim(engine)
    assert third
    assert third.key == addresses[2].rpartition("/")[2]


def test_a_save_that_breaks_leaves_nothing_behind(
    client: FlaskClient, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(portal)
    written = drafts.save_within

    def breaks(*given: Any) -> int:
        written(*given)
        raise OSError("disk full")

    monkeypatch.setattr(drafts, "save_within", breaks)
    address = send(client, FAQ)
    assert "Import failed" in client.get(address).text
    assert files(portal) == before


def test_a_name_that_somebody_took_meanwhile_is_left_to_them(
    client: FlaskClient, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, drawn = portal.services.engine, import_work.draw

    def slow(parts: import_work.Parts) -> import_work.Drawn:
        if "flows/faq.yaml" not in files(portal):
            found = drawn(parts)
            drafts.save(engine, drafts.Author("other", "x", "x"), {"flows/faq.yaml": "theirs"}, {})
            return found
        return drawn(parts)

    monkeypatch.setattr(import_work, "draw", slow)
    send(client, FAQ)
    assert files(portal)["flows/faq.yaml"] == "theirs"
    assert "flows/faq_2.yaml" in files(portal)


@pytest.mark.usefixtures("worker")
def test_a_file_over_the_limit_is_refused(client: FlaskClient, portal: Portal) -> None:
    address = send(client, b" " * (MOST_BYTES + 5))
    assert state_of(portal, address).size == MOST_BYTES + 1
    take_in_imports()
    assert "8 MiB" in client.get(address).text
    assert count(portal, Upload) == 0


def test_problems_are_counted(client: FlaskClient) -> None:
    assert "problem has to be solved" in send_rasa(client, RASA | {"nlu.yml": b"nlu: []"})
    assert "to be solved" not in send_rasa(client, RASA)


def test_only_its_owner_and_admins_see_an_import(app: Flask, portal: Portal) -> None:
    operator, admin = sign_in(app, "operator"), sign_in(app, "admin")
    agent = sign_in(app, "agent")
    own, foreign = send(operator, LARGE), send(admin, LARGE)
    for method, path in (("get", ""), ("get", "/progress"), ("post", "/cancel")):
        assert getattr(agent, method)(own + path).status_code == 403
        assert getattr(operator, method)(foreign + path).status_code == 404
    for kind in ("typebot", "rasa"):
        assert agent.post(f"/flows/new/{kind}").status_code == 403
    assert state_of(portal, foreign).state == "waiting"
    assert operator.get(own).status_code == 200
    assert foreign.rpartition("/")[2] not in operator.get("/flows/new/").text
    assert admin.get(own).status_code == 200
    assert admin.post(f"{own}/cancel").status_code == 303
    assert "Import cancelled" in operator.get(own).text
    assert operator.get("/flows/new/import/unknown").status_code == 404
    assert app.test_client().get(own).status_code == 302


def test_an_upload_calls_a_worker(app: Flask, client: FlaskClient, portal: Portal) -> None:
    celery = make_celery(portal.services.settings)
    app.extensions["celery"] = celery
    send(client, FAQ)
    send(client, LARGE)

    async def waiting(services: Any) -> int:
        return int(await services.redis.llen("celery"))

    assert portal.call(waiting) == 1
    celery.close()
    call_for_imports(None)


def test_an_upload_stays_though_nobody_can_be_called(
    app: Flask, client: FlaskClient, portal: Portal
) -> None:
    settings = portal.services.settings
    app.extensions["celery"] = make_celery(
        type(settings)(data=settings.data, redis_url="unix:///nowhere/valkey.sock")
    )
    address = send(client, LARGE)
    assert state_of(portal, address).state == "waiting"
