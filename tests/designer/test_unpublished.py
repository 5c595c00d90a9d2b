"""What differs from what is live is published part by part; what is unfinished keeps nothing back."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from designer import drafts, publications
from runtime.releases import live_files
from runtime.services import Portal

HTMX = {"HX-Request": "true"}
UNFINISHED = "flow: later\ntitle: {zh-CN: 以后, en: Later}\nstart: a\nsteps:\n  a: {say: later_a, next: gone}\n"
WORDLESS = "script: later_a\nvariants: {a: {text: {zh-CN: ''}}}\n"


def write(portal: Portal, **files: str | None) -> None:
    paths = {path.replace("__", "/") + ".yaml": text for path, text in files.items()}
    who = drafts.Author("admin@x.test", "elsewhere", "changed")
    drafts.save(portal.services.engine, who, paths, {})


def live(portal: Portal) -> dict[str, str]:
    return dict(live_files(portal.services.engine)[1])


@pytest.fixture
def published(client: FlaskClient) -> FlaskClient:
    assert client.post("/releases/", headers=HTMX).status_code == 200
    return client


def reworded(portal: Portal, script: str, words: str) -> str:
    text = drafts.files(portal.services.engine)[f"scripts/{script}.yaml"]
    return text.replace("您好", words)


def test_an_unfinished_flow_stays_behind(published: FlaskClient, portal: Portal) -> None:
    write(portal, flows__later=UNFINISHED, scripts__later_a=WORDLESS)
    write(portal, scripts__hi=reworded(portal, "hi", "欢迎光临"))
    page = published.get("/releases/", headers=HTMX).text
    assert "Flow · Later" in page
    assert "not finished: stays behind" in page
    assert published.post("/releases/", headers=HTMX).status_code == 200
    assert "欢迎光临" in live(portal)["scripts/hi.yaml"]
    assert "flows/later.yaml" not in live(portal)
    assert "scripts/later_a.yaml" not in live(portal), "only the unfinished flow says it"
    assert "flows/later.yaml" in drafts.files(portal.services.engine)


def test_an_unfinished_change_leaves_the_live_flow_as_it_is(
    published: FlaskClient, portal: Portal
) -> None:
    before = live(portal)["flows/welcome.yaml"]
    write(portal, flows__welcome=before.replace("next: need", "next: nowhere"))
    assert published.post("/releases/", headers=HTMX).status_code == 200
    assert live(portal)["flows/welcome.yaml"] == before


def test_only_what_was_chosen_goes_out(published: FlaskClient, portal: Portal) -> None:
    write(portal, scripts__hi=reworded(portal, "hi", "欢迎光临"))
    rule = drafts.files(portal.services.engine)["rules/dwell.yaml"]
    write(portal, rules__dwell=rule.replace("priority: 70", "priority: 71") + "\n")
    form = {"choose": "1", "part": "rules/dwell.yaml"}
    assert published.post("/releases/", data=form, headers=HTMX).status_code == 200
    assert "欢迎光临" not in live(portal)["scripts/hi.yaml"]
    assert live(portal)["rules/dwell.yaml"] != rule


def test_what_needs_something_left_out_is_refused_by_name(
    published: FlaskClient, portal: Portal
) -> None:
    ended = "flow: later\ntitle: {zh-CN: 以后, en: Later}\nstart: a\nsteps:\n  a: {end: true}\n"
    welcome = drafts.files(portal.services.engine)["flows/welcome.yaml"]
    calling = welcome.replace("steps:\n", "steps:\n  on: {call: later, next: need}\n", 1)
    write(portal, flows__later=ended, flows__welcome=calling)
    form = {"choose": "1", "part": "flows/welcome.yaml"}
    refused = published.post("/releases/", data=form, headers=HTMX)
    assert refused.status_code == 422
    assert "There is no flow called" in refused.text
    both = {"choose": "1", "part": ["flows/welcome.yaml", "flows/later.yaml"]}
    assert published.post("/releases/", data=both, headers=HTMX).status_code == 200


def test_a_planned_release_leaves_out_what_was_left_out(
    published: FlaskClient, portal: Portal
) -> None:
    write(portal, flows__later=UNFINISHED, scripts__later_a=WORDLESS)
    write(portal, scripts__hi=reworded(portal, "hi", "欢迎光临"))
    due = datetime.now(UTC) + timedelta(hours=1)
    form = {"due": due.isoformat(timespec="minutes")}
    assert published.post("/releases/planned/", data=form, headers=HTMX).status_code == 200
    (asked,) = publications.waiting(portal.services.engine)
    assert set(asked.left_out) == {"flows/later.yaml", "scripts/later_a.yaml"}
    publications._close(portal.services.engine, asked.id, "scheduled", "")
    assert publications._go(portal, asked) == 2
    assert "欢迎光临" in live(portal)["scripts/hi.yaml"]
    assert "flows/later.yaml" not in live(portal)


def test_a_deleted_flow_takes_along_what_only_it_says(client: FlaskClient, portal: Portal) -> None:
    own = WORDLESS.replace("''", "好")
    flow = (
        UNFINISHED.replace("next: gone", "next: b") + "  b: {say: hi, next: c}\n  c: {end: true}\n"
    )
    write(portal, flows__later=flow, scripts__later_a=own)
    page = client.post("/flows/later/delete", headers=HTMX).text
    assert "“Later” was deleted" in page
    left = drafts.files(portal.services.engine)
    assert "scripts/later_a.yaml" not in left
    assert "scripts/hi.yaml" in left, "another flow says it too"
    assert client.post("/flows/later/restore", headers=HTMX).status_code == 200
    back = drafts.files(portal.services.engine)
    assert back["scripts/later_a.yaml"] == own
    assert back["flows/later.yaml"] == flow
