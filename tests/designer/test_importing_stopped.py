"""Imports that are cancelled, die, wait for nobody, or are none of your business."""

import json
import threading
import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import drafts, import_work, imports
from designer.tables import Upload
from designer.tasks import IMPORTS, call_for, take_in_imports
from flows.importing.imported import MOST_BYTES
from runtime.services import Portal
from tests.designer.conftest import sign_in
from tests.designer.sent_bots import (
    FAQ,
    HTMX,
    LARGE,
    RASA,
    children,
    count,
    files,
    send,
    send_rasa,
    set_row,
    state_of,
    wait_for,
)
from tests.flows.importing.typebots import many_blocks
from wsgi import make_celery


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
    call_for(None, IMPORTS)


def test_an_upload_stays_though_nobody_can_be_called(
    app: Flask, client: FlaskClient, portal: Portal
) -> None:
    settings = portal.services.settings
    app.extensions["celery"] = make_celery(
        type(settings)(data=settings.data, redis_url="unix:///nowhere/valkey.sock")
    )
    address = send(client, LARGE)
    assert state_of(portal, address).state == "waiting"
