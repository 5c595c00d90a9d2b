"""A rehearsal asked for in the browser, worked on by a task, and shown."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import evaluations, tasks
from designer.evaluations import REHEARSAL
from runtime.experiments import rehearsal
from runtime.services import Portal
from tests.designer.conftest import sign_in

HTMX = {"HX-Request": "true"}
WHERE = "/experiments/offer/rehearsal/"
FORM = {"rate.warm": "5", "rate.formal": "7", "per_day": "2000", "days": "7"}


@pytest.fixture
def drafted(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    client.post("/experiments/", data={"subject": "offer"})
    monkeypatch.setattr(rehearsal.rehearse, "__defaults__", (40, 7))  # Fewer runs, the same work.
    return client


def test_it_is_asked_for_worked_on_and_shown(
    drafted: FlaskClient, portal: Portal, worker: None
) -> None:
    assert drafted.get(WHERE).text.startswith("<!doctype html>")
    asked = drafted.post(WHERE, data=FORM, headers=HTMX)
    assert asked.status_code == 200
    assert 'id="rehearsal-bar"' in asked.text
    (waiting,) = evaluations.latest(portal.services.engine, REHEARSAL)
    tasks.rehearse()
    ended = drafted.get(f"{WHERE}{waiting.id}/progress", headers=HTMX)
    assert ended.headers["HX-Retarget"] == "#rehearsal"
    for way in ("even", "ab", "bandit", "canary"):
        assert f'data-way="{way}"' in ended.text
    tasks.rehearse()  # Twice does no harm.
    assert len(evaluations.latest(portal.services.engine, REHEARSAL)) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"rate.warm": "0"}, {"rate.formal": "x"}, {"per_day": "1"}, {"per_day": ""}, {"days": "1000"}],
)
def test_what_cannot_be_is_refused(drafted: FlaskClient, wrong: dict[str, str]) -> None:
    answer = drafted.post(WHERE, data=FORM | wrong, headers=HTMX)
    assert answer.status_code == 422
    assert 'role="status"' in answer.text


def test_it_is_cancelled(drafted: FlaskClient, portal: Portal, worker: None) -> None:
    drafted.post(WHERE, data=FORM, headers=HTMX)
    (one,) = evaluations.latest(portal.services.engine, REHEARSAL)
    assert drafted.post(f"{WHERE}{one.id}/cancel", headers=HTMX).status_code == 200
    tasks.rehearse()
    assert evaluations.latest(portal.services.engine, REHEARSAL) == []


def test_who_only_looks_may_not_ask(app: Flask, drafted: FlaskClient) -> None:
    assert sign_in(app, "agent").post(WHERE, data=FORM).status_code == 403
    assert drafted.get("/experiments/nothing/rehearsal/").status_code == 404
