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
    where = client.post("/experiments/", data={"subject": "offer"}).headers["Location"]
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
        assert f'data-figure="{figure}">{value}<' in text
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
    assert agent.post("/experiments/", data={"subject": "offer"}).status_code == 403


def test_a_draft_can_go_and_what_was_found_stays(client: FlaskClient, live: Portal) -> None:
    where = made(client)
    client.post(f"{where}/start", data=FORM, headers=HTMX)
    client.post("/experiments/runs/offer%231/stopped", headers=HTMX)
    assert client.post(f"{where}/delete", headers=HTMX).status_code == 200
    assert "experiments/offer.yaml" not in drafts.files(live.services.engine)
    assert client.get(where).status_code == 200


def test_a_flow_is_tried_against_a_copy_of_it_and_the_copy_takes_its_place(
    client: FlaskClient, live: Portal
) -> None:
    engine = live.services.engine
    where = client.post("/experiments/", data={"subject": "flow.welcome"}).headers["Location"]
    copy = values_of(drafts.files(engine)["flows/welcome_b.yaml"])
    assert (copy["flow"], copy["start"]) == ("welcome_b", "hi")
    form = {**FORM, "arms": ["welcome", "welcome_b"], "control": "welcome"}
    early = client.post(f"{where}/start", data=form, headers=HTMX)
    assert early.status_code == 422, "the copy is not live yet"
    text = drafts.files(engine)["flows/welcome_b.yaml"].replace("say: hi", "say: solved")
    path = "flows/welcome_b.yaml"
    drafts.save(engine, drafts.Author("b", path, "x"), {path: text}, {})
    client.post("/releases/", data={"message": "both"}, headers=HTMX)
    assert client.post(f"{where}/start", data=form, headers=HTMX).status_code == 200
    (row,) = runs(engine)
    assert (row.script, row.setup["arms"]) == ("flow.welcome", ["welcome", "welcome_b"])
    run = row.run.replace("#", "%23")
    assert client.post(f"/experiments/runs/{run}/ship/welcome_b", headers=HTMX).status_code == 200
    _number, files = releases.live_files(engine)
    shipped = values_of(files["flows/welcome.yaml"])
    assert shipped["flow"] == "welcome"
    assert shipped["steps"]["hi"]["say"] == "solved"
    assert path in files
    assert runs(engine)[0].state == "stopped"


def test_a_rule_that_brings_nothing_is_switched_off(client: FlaskClient, live: Portal) -> None:
    engine = live.services.engine
    assert "rule.dwell" in client.get("/rules/dwell").text
    where = client.post("/experiments/", data={"subject": "rule.dwell"}).headers["Location"]
    form = {**FORM, "arms": ["quiet", "dwell"], "control": "quiet", "guardrails_shown": "1"}
    form |= {"guardrails": ["people", "angry"], "limits.angry": "12.5", "group": "offers"}
    started = client.post(f"{where}/start", data=form, headers=HTMX)
    assert started.status_code == 200, started.text
    (row,) = runs(engine)
    assert row.setup["limits"] == {"angry": 0.125}
    assert row.setup["guardrails"] == ["people", "angry"]
    assert row.setup["group"] == "offers"
    assert where in client.get("/rules/dwell").text
    seen(live, row.run, quiet=(400, 40), dwell=(400, 20))
    page = client.get(where).text
    assert 'data-figure="angry"' in page
    run = row.run.replace("#", "%23")
    assert ",wanted_person," not in client.get(f"/experiments/runs/{run}/figures.csv").text
    assert client.post(f"/experiments/runs/{run}/ship/quiet", headers=HTMX).status_code == 200
    _number, files = releases.live_files(engine)
    assert values_of(files["rules/dwell.yaml"])["enabled"] is False


def test_what_was_learnt_is_archived_and_taken_out_again(client: FlaskClient, live: Portal) -> None:
    where = made(client)
    client.post(f"{where}/start", data=FORM, headers=HTMX)
    client.post("/experiments/runs/offer%231/stopped", headers=HTMX)
    client.post("/experiments/runs/offer%231/learnt", data={"learnt": "亲切更好"}, headers=HTMX)
    assert client.post("/experiments/runs/offer%231/archived", headers=HTMX).status_code == 200
    listed = client.get("/experiments/").text
    assert listed.index("<details") < listed.index("亲切更好")
    assert client.post("/experiments/runs/offer%231/stopped", headers=HTMX).status_code == 200
    assert "<details" not in client.get("/experiments/").text.partition("<ul")[2]


def test_a_metric_that_is_never_observed_says_where_to_look(
    client: FlaskClient, live: Portal
) -> None:
    where = made(client)
    client.post(f"{where}/start", data=FORM, headers=HTMX)
    seen(live, "offer#1", warm=(300, 0), formal=(300, 0))
    assert "not one order was reported" in client.get(where).text


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("x", "script: offer, flow: welcome, arms: [warm, formal]", "one of them"),
        ("x", "arms: [warm, formal]", "one of them"),
        ("x", "flow: welcome, arms: [welcome, gone]", "no flow called gone"),
        ("x", "rule: gone, arms: [quiet, dwell]", "no rule called gone"),
        ("x", "rule: dwell, arms: [quiet, gone]", "no rule called gone"),
        ("x", "script: offer, arms: [warm, formal], mode: canary, metric: order_value", "amounts"),
        ("x", "script: offer, arms: [warm, formal], mode: bandit, metric: order_value", "revenue"),
        ("x", "script: offer, arms: [warm, formal], by_segment: true", "Only a bandit"),
        ("x", "script: offer, arms: [warm, formal], guardrails: [rain]", "not known"),
        ("x", "script: offer, arms: [warm, formal], limits: {people: 2}", "between"),
        ("x", "script: offer, arms: [warm, formal], audience: {channels: [fax]}", "not known"),
    ],
)
def test_what_does_not_hang_together_is_named(
    client: FlaskClient, live: Portal, name: str, body: str, code: str
) -> None:
    path = f"experiments/{name}.yaml"
    text = f"{{experiment: {name}, {body}}}\n"
    drafts.save(live.services.engine, drafts.Author("b", path, "x"), {path: text}, {})
    page = client.get(f"/experiments/{name}")
    assert page.status_code == 200
    assert code in page.text
    start = client.post(f"/experiments/{name}/start", headers=HTMX)
    assert start.status_code == 422
