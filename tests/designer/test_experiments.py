"""Experiments in the designer: from the script to a run, what becomes of it, and who may do that."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import drafts
from flows.yaml_text import values_of
from runtime import releases
from runtime.experiments.runs import runs
from runtime.services import Portal, Services
from runtime.store import keys
from tests.designer.conftest import sign_in

HTMX = {"HX-Request": "true"}
WHERE = "/experiments/offer"
FORM = {"arms": ["warm", "formal"], "control": "formal", "mode": "ab", "metric": "orders"}


@pytest.fixture
def live(client: FlaskClient, portal: Portal) -> Portal:
    """Publish the small workspace: an experiment needs visitors."""
    assert client.post("/releases/", data={"message": "first"}, headers=HTMX).status_code == 200
    return portal


def made(client: FlaskClient) -> str:
    where = client.post("/experiments/", data={"script": "offer"}).headers["Location"]
    return str(where)


def seen(portal: Portal, run: str, **counts: tuple[int, int]) -> None:
    """Count visitors and orders of arms in this hour."""

    async def go(services: Services) -> None:
        hour = int(services.now() // 3600)
        for arm, (shown, orders) in counts.items():
            fields = {f"{arm}|{hour}|exposures": shown, f"{arm}|{hour}|orders0": orders}
            await services.redis.hset(keys.hours(run), mapping=fields)

    portal.call(go)


def test_a_script_leads_to_an_experiment_that_starts(client: FlaskClient, live: Portal) -> None:
    assert "/experiments/" in client.get("/scripts/offer").text
    where = made(client)
    assert where == WHERE
    whole, part = client.get(where).text, client.get(where, headers=HTMX).text
    assert whole.startswith("<!doctype html>")
    assert part.startswith('<section id="experiment"')
    started = client.post(f"{where}/start", data=FORM, headers=HTMX)
    assert started.status_code == 200
    (row,) = runs(live.services.engine)
    assert (row.run, row.state, row.setup["arms"]) == ("offer#1", "running", ["formal", "warm"])
    assert "offer#1" not in client.get("/scripts/offer").text
    assert WHERE in client.get("/scripts/offer").text
    assert "Split" not in client.get(where).text.split("<details")[0], "of nobody nothing is said"
    again = client.post(f"{where}/start", data=FORM, headers=HTMX)
    assert again.status_code == 422
    assert len(runs(live.services.engine)) == 1


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"arms": ["warm"]}, "too_few_arms"),
        ({"mode": "canary", "metric": "revenue"}, "canary_of_a_rate"),
        ({"mode": "nonsense"}, "bad_choice"),
        ({"segments": ["nobody"]}, "unknown_fact"),
    ],
)
def test_what_is_wrong_is_said_and_does_not_start(
    client: FlaskClient, live: Portal, form: dict[str, object], code: str
) -> None:
    where = made(client)
    answer = client.post(f"{where}/start", data={**FORM, **form}, headers=HTMX)
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert runs(live.services.engine) == []


def test_what_is_not_live_cannot_be_tested(client: FlaskClient, portal: Portal) -> None:
    where = made(client)
    answer = client.post(f"{where}/start", data=FORM, headers=HTMX)
    assert answer.status_code == 422
    assert "warm" in answer.text


def test_the_figures_are_those_that_were_counted(client: FlaskClient, live: Portal) -> None:
    where = made(client)
    client.post(f"{where}/start", data=FORM, headers=HTMX)
    seen(live, "offer#1", warm=(4000, 480), formal=(4000, 240))
    text = client.get(where).text
    for figure, value in (("shown", "4000"), ("orders", "480"), ("orders", "240")):
        assert f'data-figure="{figure}">{value}</td>' in text
    assert 'class="verdict better"' in text
    table = client.get("/experiments/runs/offer%231/figures.csv").text.splitlines()
    assert table[0].startswith("\ufeffrun,arm,share,visitors")
    assert [line.split(",")[3:6] for line in table[1:]] == [
        ["4000", "0", "240"],
        ["4000", "0", "480"],
    ]


def test_a_winner_is_shipped_as_the_only_wording(client: FlaskClient, live: Portal) -> None:
    where, engine = made(client), live.services.engine
    client.post(f"{where}/start", data=FORM, headers=HTMX)
    drafts.save(engine, drafts.Author("b", "x", "x"), {"scripts/hi.yaml": "script: hi\n"}, {})
    shipped = client.post("/experiments/runs/offer%231/ship/warm", headers=HTMX)
    assert shipped.status_code == 200
    number, live_files = releases.live_files(engine)
    assert number == 2
    for files in (live_files, drafts.files(engine)):
        variants = values_of(files["scripts/offer.yaml"])["variants"]
        assert variants["formal"]["review"] == "draft"
        assert "review" not in variants["warm"]
    assert "variants" in values_of(live_files["scripts/hi.yaml"]), "other drafts do not go along"
    assert runs(engine)[0].state == "stopped"
    client.post("/experiments/runs/offer%231/learnt", data={"learnt": "亲切更好"}, headers=HTMX)
    assert "亲切更好" in client.get("/experiments/").text


def test_a_run_is_paused_resumed_and_stopped_and_says_so(client: FlaskClient, live: Portal) -> None:
    where = made(client)
    client.post(f"{where}/start", data=FORM, headers=HTMX)
    for state in ("paused", "running", "switched", "stopped"):
        answer = client.post(f"/experiments/runs/offer%231/{state}", headers=HTMX)
        assert answer.status_code == 200
        assert runs(live.services.engine)[0].state == state
    late = client.post("/experiments/runs/offer%231/paused", headers=HTMX)
    assert late.status_code == 409
    assert client.post("/experiments/runs/offer%231/nonsense", headers=HTMX).status_code == 404
    assert client.post("/experiments/runs/nothing/paused", headers=HTMX).status_code == 404


def test_who_may_not_publish_may_draft_but_not_start(app: Flask, live: Portal) -> None:
    operator, agent = sign_in(app, "operator"), sign_in(app, "agent")
    where = made(operator)
    assert operator.put(where, data=FORM, headers=HTMX).status_code == 200
    assert operator.post(f"{where}/start", data=FORM).status_code == 403
    assert agent.put(where, data=FORM).status_code == 403
    assert agent.post("/experiments/", data={"script": "offer"}).status_code == 403


def test_a_draft_can_go_and_what_was_found_stays(client: FlaskClient, live: Portal) -> None:
    where = made(client)
    client.post(f"{where}/start", data=FORM, headers=HTMX)
    client.post("/experiments/runs/offer%231/stopped", headers=HTMX)
    assert client.post(f"{where}/delete", headers=HTMX).status_code == 200
    assert "experiments/offer.yaml" not in drafts.files(live.services.engine)
    assert client.get(where).status_code == 200
