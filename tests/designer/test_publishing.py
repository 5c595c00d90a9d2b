"""Tests before a publish, releases at a time and with four eyes, roles, and the audit list."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import accounts, drafts, publications
from designer.tables import Publication
from runtime.db import transaction
from runtime.releases import live_files
from runtime.services import Portal
from tests.designer.conftest import PASSWORD, sign_in
from tests.designer.test_pages import HTMX, edit, rev


def change(portal: Portal, path: str, old: str, new: str) -> None:
    engine = portal.services.engine
    text = drafts.files(engine)[path]
    assert old in text
    drafts.save(engine, drafts.Author("t", path, "t"), {path: text.replace(old, new)}, {})


def state(page: str) -> dict[str, str]:
    found = re.search(r'name="state" value="([^"]+)"', page)
    assert found
    return {"state": found[1]}


def record(client: FlaskClient) -> None:
    page = client.post("/try/welcome", headers=HTMX).text
    page = client.post("/try/welcome", data={"text": "多少钱", **state(page)}, headers=HTMX).text
    kept = client.post("/try/welcome/keep", data={"name": "问价", **state(page)}, headers=HTMX)
    assert kept.status_code == 200


def test_a_talk_is_recorded_and_run_before_publishing(client: FlaskClient, portal: Portal) -> None:
    record(client)
    flow = drafts.files(portal.services.engine)["flows/welcome.yaml"]
    assert "- {visitor: 多少钱}" in flow
    assert "- {says: price}" in flow
    assert client.get("/flows/welcome/tests").text.count('class="chip ok"') == 1
    assert client.post("/releases/", headers=HTMX).status_code == 200
    change(portal, "flows/welcome.yaml", "ask_price: price", "ask_price: unsure")
    assert "chip danger" in client.get("/flows/welcome/tests").text
    refused = client.post("/releases/", headers=HTMX)
    assert refused.status_code == 422
    assert "welcome · 问价" in refused.text
    change(portal, "workspace.yaml", "start: welcome", "start: welcome\npublishing: {tests: warn}")
    assert client.post("/releases/", headers=HTMX).status_code == 200
    assert client.post("/flows/welcome/tests/1/delete").status_code == 200
    assert "tests" not in drafts.files(portal.services.engine)["flows/welcome.yaml"]


def test_time_is_skipped_and_a_rule_speaks(client: FlaskClient) -> None:
    page = client.post("/try/welcome", headers=HTMX).text
    seen = {"event": "Product Viewed", "product": "iPhone15 Pro"}
    page = client.post("/try/welcome", data={**seen, **state(page)}, headers=HTMX).text
    later = client.post("/try/welcome", data={"skip": "2m", **state(page)}, headers=HTMX).text
    assert "· warm" in later or "· formal" in later
    assert "dwell" in later


def test_facts_and_wordings_are_chosen_for_a_try(client: FlaskClient) -> None:
    known = {"known": "1", "facts.0.fact": "cart.count", "facts.0.value": "3"}
    page = client.post("/try/welcome", data=known, headers=HTMX).text
    seen = {"event": "Product Viewed", "product": "iPhone15 Pro"}
    page = client.post("/try/welcome", data={**seen, **state(page)}, headers=HTMX).text
    later = client.post("/try/welcome", data={"skip": "2m", **state(page)}, headers=HTMX).text
    assert "· warm" not in later, "the cart is not empty"
    assert "· formal" not in later
    for variant in ("warm", "formal"):
        chosen = {"known": "1", "variant.offer": f"offer/{variant}"}
        page = client.post("/try/welcome", data=chosen, headers=HTMX).text
        page = client.post("/try/welcome", data={**seen, **state(page)}, headers=HTMX).text
        later = client.post("/try/welcome", data={"skip": "2m", **state(page)}, headers=HTMX).text
        assert f"· {variant}" in later


def test_a_shared_link_needs_no_account_and_cannot_be_forged(
    app: Flask, client: FlaskClient
) -> None:
    page = client.post("/try/welcome/share", headers=HTMX).text
    found = re.search(r'value="http://localhost(/share/[^"]+)"', page)
    assert found
    stranger = app.test_client()
    assert stranger.get(found[1]).status_code == 200
    assert "need ·" not in stranger.post(found[1]).text
    assert "请问" in stranger.post(found[1]).text or "needs" in stranger.post(found[1]).text
    assert stranger.get(found[1][:-3] + "xyz").status_code == 404
    assert stranger.get("/flows/").status_code == 302


@pytest.fixture
def second(app: Flask, portal: Portal) -> FlaskClient:
    accounts.add(portal.services.engine, "publisher@x.test", PASSWORD, ["publisher"])
    return sign_in(app, "publisher")


def test_four_eyes_hold_on_the_server(
    client: FlaskClient, second: FlaskClient, portal: Portal
) -> None:
    engine = portal.services.engine
    four = "start: welcome\npublishing: {four_eyes: true}"
    change(portal, "workspace.yaml", "start: welcome", four)
    assert client.post("/releases/", headers=HTMX).status_code == 200
    change(portal, "workspace.yaml", "four_eyes: true", "four_eyes: false")
    assert client.post("/releases/", headers=HTMX).status_code == 422, "no draft switches it off"
    asked = client.post("/releases/planned/", data={"message": "新版"}, headers=HTMX)
    assert asked.status_code == 200
    edit(client, rev(client), op="move", places={"hi": [7, 7]})
    number = publications.waiting(engine)[0].id
    page = second.get("/releases/").text.split("Waiting</h2>")[1].split("</ol>")[0]
    assert "settings" in page.lower(), "what was asked for is listed"
    assert "card moved" not in page, "what the drafts are by now is not"
    assert "The drafts were changed since" in page
    assert client.post(f"/releases/planned/{number}/approve", headers=HTMX).status_code == 422
    assert live_files(engine)[0] == 1
    assert second.post(f"/releases/planned/{number}/approve", headers=HTMX).status_code == 200
    assert live_files(engine)[0] == 2
    assert "[7, 7]" not in live_files(engine)[1]["flows/welcome.yaml"], "what was asked for"
    assert second.post(f"/releases/planned/{number}/approve", headers=HTMX).status_code == 422


def test_a_planned_release_goes_out_once_at_its_time(client: FlaskClient, portal: Portal) -> None:
    engine = portal.services.engine
    late = {"message": "凌晨", "due": "2020-01-01T00:00"}
    assert client.post("/releases/planned/", data=late, headers=HTMX).status_code == 422
    soon = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    assert (
        client.post("/releases/planned/", data=late | {"due": soon}, headers=HTMX).status_code
        == 200
    )
    assert publications.publish_due(portal) == 0
    with transaction(engine) as database:
        row = database.get_one(Publication, publications.waiting(engine)[0].id)
        row.due_at = datetime.now(UTC) - timedelta(seconds=1)
    assert publications.publish_due(portal) == 1
    assert publications.publish_due(portal) == 0
    assert live_files(engine)[0] == 1
    client.post("/releases/planned/", data=late | {"due": soon}, headers=HTMX)
    number = publications.waiting(engine)[0].id
    assert client.post(f"/releases/planned/{number}/withdraw", headers=HTMX).status_code == 200
    assert publications.waiting(engine) == []


def test_an_admin_makes_accounts_and_somebody_stays_admin(
    app: Flask, client: FlaskClient, portal: Portal
) -> None:
    form = {"email": "neu@x.test", "roles": ["viewer"]}
    page = client.post("/people", data=form, headers=HTMX)
    password = re.search(r"neu@x.test.*?[:：] ?([\w-]{12})<", page.text)
    assert password
    newcomer = app.test_client()
    said = {"email": "neu@x.test", "password": password[1]}
    assert newcomer.post("/login", data=said).status_code == 302
    assert newcomer.get("/flows/welcome/").status_code == 200
    for url in ("/flows/", "/people", "/releases/"):
        assert newcomer.post(url, data={"title": "x"}).status_code == 403
    assert newcomer.get("/audit").status_code == 403
    me = next(u for u in accounts.everyone(portal.services.engine) if u.email == "admin@x.test")
    demoted = {"roles": ["operator"], "active": "1"}
    assert client.post(f"/people/{me.id}", data=demoted, headers=HTMX).status_code == 422


def test_every_change_stands_in_the_audit_list(client: FlaskClient) -> None:
    edit(client, rev(client), op="move", places={"hi": [1, 1]})
    client.post("/releases/", data={"message": "审计"}, headers=HTMX)
    page = client.get("/audit").text
    for part in ("Flow · welcome", "Release 1 · 审计", "admin@x.test"):
        assert part in page
    assert "审计" not in client.get("/audit?who=nobody").text


def test_releases_and_named_versions_come_back_into_the_drafts(
    client: FlaskClient, portal: Portal
) -> None:
    engine = portal.services.engine
    client.post("/releases/", headers=HTMX)
    first = drafts.files(engine)
    client.post(
        "/flows/welcome/edits",
        data={"rev": rev(client), "edit": '{"op": "delete", "keys": ["price"]}'},
    )
    changed, named = drafts.files(engine), rev(client)
    client.post(f"/flows/welcome/history/{named}/name", data={"name": "没有价格"})
    assert client.post("/releases/1/drafts", headers=HTMX).status_code == 200
    assert drafts.files(engine) == first
    assert client.post("/releases/undo", headers=HTMX).status_code == 200
    assert drafts.files(engine) == changed
    client.post("/releases/1/drafts", headers=HTMX)
    assert "没有价格" in client.get("/releases/").text
    assert client.post(f"/releases/versions/{named}/restore", headers=HTMX).status_code == 200
    assert drafts.files(engine) == changed
    assert client.post("/releases/9/drafts", headers=HTMX).status_code == 404


def test_a_flow_of_five_thousand_steps_opens_and_takes_edits(
    client: FlaskClient, portal: Portal
) -> None:
    engine = portal.services.engine
    steps = "".join(f"  s{n}: {{say: hi, next: s{n + 1}}}\n" for n in range(5_000))
    text = f"flow: huge\nstart: s0\nsteps:\n{steps}  s5000: {{end: true}}\n"
    path = "flows/huge.yaml"
    drafts.save(engine, drafts.Author("t", path, "t"), {path: text}, {})
    page = client.get("/flows/huge/")
    assert page.text.count('<article class="card') == 5_001
    form = {"rev": rev(client), "edit": '{"op": "link", "from": "s7", "port": "next", "to": "s9"}'}
    answer = client.post("/flows/huge/edits", data=form, headers=HTMX)
    assert answer.status_code == 200
    assert "outerHTML:#card-s7" in answer.text
    assert "  s7: {say: hi, next: s9}\n" in drafts.files(engine)[path]
