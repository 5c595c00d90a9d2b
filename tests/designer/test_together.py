"""Two people on one workspace: different parts merge, the same part asks, nothing is lost."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import drafts
from runtime.services import Portal
from tests.designer.conftest import sign_in
from tests.designer.test_pages import HTMX, edit, inspect, rev

FLOW = "flows/welcome.yaml"


@pytest.fixture
def other(app: Flask) -> FlaskClient:
    return sign_in(app, "operator")


def text(portal: Portal, path: str = FLOW) -> str:
    return drafts.files(portal.services.engine)[path]


def test_edits_of_different_steps_merge(
    client: FlaskClient, other: FlaskClient, portal: Portal
) -> None:
    seen = rev(client)
    assert edit(client, seen, op="move", places={"hi": [1, 2]})[0] == 200
    status, answer = edit(
        other, seen, **{"op": "link", "from": "price", "port": "next", "to": "hi"}
    )
    assert status == 200
    assert "{&#34;hi&#34;: [1.0, 2.0]}" in answer, "what the other person did comes along"
    assert 'id="card-hi"' not in answer, "a card that only went elsewhere is not drawn anew"
    assert "hi: [1, 2]" in text(portal)
    assert "price: {say: price, next: hi}" in text(portal)


def test_moving_the_same_card_keeps_the_later_place(client: FlaskClient, portal: Portal) -> None:
    seen = rev(client)
    edit(client, seen, op="move", places={"hi": [1, 2]})
    assert edit(client, seen, op="move", places={"hi": [30, 40]})[0] == 200
    assert "hi: [30, 40]" in text(portal)


def test_linking_to_a_step_that_was_deleted_is_refused_by_name(
    client: FlaskClient, other: FlaskClient, portal: Portal
) -> None:
    seen = rev(client)
    assert edit(client, seen, op="delete", keys=["unsure"])[0] == 200
    link = {"op": "link", "from": "price", "port": "next", "to": "unsure"}
    status, answer = edit(other, seen, **link)
    assert status == 422
    assert "unsure" in answer


def test_deleting_a_step_that_was_edited_meanwhile_is_refused(
    client: FlaskClient, other: FlaskClient, portal: Portal
) -> None:
    seen = rev(client)
    edit(other, seen, **{"op": "link", "from": "price", "port": "next", "to": "hi"})
    status, answer = edit(client, seen, op="delete", keys=["price"])
    assert status == 409
    assert "price" in answer
    assert "price: {say: price, next: hi}" in text(portal)
    assert edit(client, rev(client), op="delete", keys=["price"])[0] == 200


def test_linking_the_same_port_at_once_is_refused_for_the_later_one(
    client: FlaskClient, other: FlaskClient
) -> None:
    seen = rev(client)
    edit(client, seen, **{"op": "link", "from": "price", "port": "next", "to": "hi"})
    late = {"op": "link", "from": "price", "port": "next", "to": "need"}
    assert edit(other, seen, **late)[0] == 409


def test_two_forms_of_different_steps_merge(
    client: FlaskClient, other: FlaskClient, portal: Portal
) -> None:
    mine = inspect(client, "hi", script="hi", next="need", **{"say.a.zh-CN": "甲"})
    theirs = inspect(other, "price", script="price", next="done", **{"say.a.zh-CN": "乙"})
    assert client.put("/flows/welcome/steps/hi", data=mine, headers=HTMX).status_code == 200
    assert other.put("/flows/welcome/steps/price", data=theirs, headers=HTMX).status_code == 200
    assert "甲" in text(portal, "scripts/hi.yaml")
    assert "乙" in text(portal, "scripts/price.yaml")


def test_wordings_in_different_languages_merge(
    client: FlaskClient, other: FlaskClient, portal: Portal
) -> None:
    form = {"rev": str(rev(client)), "weighting": "bandit", "goal": "Order Completed"}
    for who, field, words in (
        (client, "say.warm.zh-CN", "亲，有券～"),
        (other, "say.formal.en", "A coupon"),
    ):
        answer = who.put("/scripts/offer", data=form | {field: words}, headers=HTMX)
        assert answer.status_code == 200
    assert "亲，有券～" in text(portal, "scripts/offer.yaml")
    assert 'en: "A coupon"' in text(portal, "scripts/offer.yaml")


def test_undo_takes_back_ones_own_edit_only(
    client: FlaskClient, other: FlaskClient, portal: Portal
) -> None:
    edit(client, rev(client), op="move", places={"hi": [1, 2]})
    edit(other, rev(other), op="move", places={"need": [3, 4]})
    assert client.post("/flows/welcome/undo", headers=HTMX).status_code == 200
    assert "hi: [1, 2]" not in text(portal)
    assert "need: [3, 4]" in text(portal)
    assert other.post("/flows/welcome/undo", headers=HTMX).status_code == 200
    assert "need: [3, 4]" not in text(portal)
    assert client.post("/flows/welcome/redo", headers=HTMX).status_code == 200
    assert "hi: [1, 2]" in text(portal)
    assert "need: [3, 4]" not in text(portal)


def test_undo_of_what_somebody_else_changed_since_is_refused(
    client: FlaskClient, other: FlaskClient, portal: Portal
) -> None:
    link = {"op": "link", "from": "price", "port": "next"}
    edit(client, rev(client), **link, to="hi")
    edit(other, rev(other), **link, to="need")
    assert client.post("/flows/welcome/undo", headers=HTMX).status_code == 409
    assert "price: {say: price, next: need}" in text(portal)


def test_a_tab_hears_who_is_here_and_what_changed(client: FlaskClient, other: FlaskClient) -> None:
    seen = rev(client)
    client.post("/flows/welcome/presence", data={"tab": "a", "rev": seen, "step": "hi"})
    edit(client, seen, op="move", places={"hi": [9, 9]})
    heard = other.post("/flows/welcome/presence", data={"tab": "b", "rev": seen})
    assert 'title="admin@x.test · hi"' in heard.text
    assert '<div hx-swap-oob="innerHTML:#moved">{&#34;hi&#34;: [9.0, 9.0]}</div>' in heard.text
    client.post("/flows/welcome/presence", data={"tab": "a", "leaving": "1"})
    again = other.post("/flows/welcome/presence", data={"tab": "b", "rev": rev(other)})
    assert "admin@x.test" not in again.text
    assert "card-hi" not in again.text
    assert "#moved" not in again.text


def test_the_yaml_view_merges_too(client: FlaskClient, other: FlaskClient, portal: Portal) -> None:
    old, seen = text(portal), rev(client)
    edit(other, seen, op="move", places={"hi": [5, 5]})
    mine = old.replace("start: hi", "start: need")
    body = {"rev": str(seen), "text": mine}
    assert client.put(f"/yaml/{FLOW}", data=body, headers=HTMX).status_code == 200
    assert "start: need" in text(portal)
    assert "hi: [5, 5]" in text(portal)
    body = {"rev": str(seen), "text": old.replace("start: hi", "start: price")}
    late = client.put(f"/yaml/{FLOW}", data=body, headers=HTMX)
    assert late.status_code == 409
    assert "start: price" in late.text


def test_a_broken_draft_shows_its_last_good_drawing(client: FlaskClient, portal: Portal) -> None:
    body = {"rev": str(rev(client)), "text": "flow: welcome\nsteps: ["}
    client.put(f"/yaml/{FLOW}", data=body, headers=HTMX)
    page = client.get("/flows/welcome/").text
    assert 'id="card-need"' in page
    assert text(portal) == body["text"]


def test_history_names_changes_and_brings_them_back(client: FlaskClient, portal: Portal) -> None:
    before = text(portal)
    edit(client, rev(client), op="delete", keys=["unsure"])
    removed = rev(client)
    edit(client, removed, op="add", kind="say", at=[10, 20])
    page = client.get("/flows/welcome/history/").text
    assert 'class="card card-say diff-added"' in page
    page = client.get(f"/flows/welcome/history/?rev={removed}").text
    assert "diff-removed" in page
    client.post(f"/flows/welcome/history/{removed}/name", data={"name": "大促前"})
    assert "大促前" in client.get("/flows/welcome/history/").text
    step = {"step": "unsure"}
    assert (
        client.post(f"/flows/welcome/history/{removed - 1}/restore", data=step).status_code == 302
    )
    assert "unsure: {say: lost, next: need}" in text(portal)
    assert "welcome_say" in text(portal)
    assert client.post(f"/flows/welcome/history/{removed - 1}/restore").status_code == 302
    assert text(portal) == before


def test_words_are_found_in_every_flow(client: FlaskClient) -> None:
    found = client.get("/find?q=订单号").text
    assert 'data-step="number"' in found
    assert client.get("/find?q=ask_price").text.count("data-step") == 1
    assert client.get("/find?q=").text.strip() == ""


def test_steps_are_copied_within_and_across_flows(client: FlaskClient, portal: Portal) -> None:
    clipping = client.get("/flows/welcome/clipping?keys=hi,need").text
    assert clipping.startswith("dialoom: clipping")
    status, _ = edit(client, rev(client), op="paste", clipping=clipping, at=[500, 600])
    assert status == 200
    flow = text(portal)
    assert "hi_2" in flow
    assert "need_2" in flow
    assert "scripts/hi_2.yaml" in drafts.files(portal.services.engine)
    form = {"rev": rev(client), "edit": json.dumps({"op": "paste", "clipping": clipping})}
    assert client.post("/flows/orders/edits", data=form, headers=HTMX).status_code == 200
    orders = text(portal, "flows/orders.yaml")
    assert re.search(r"hi:\n    say: hi_3\n    next: need", orders)
    for rubbish in ("x", "steps: [", "dialoom: clipping\nsteps: {a: {b: c}}", "[" * 99, 7):
        assert edit(client, rev(client), op="paste", clipping=rubbish)[0] == 422


def test_a_selection_becomes_a_sub_flow(client: FlaskClient, portal: Portal) -> None:
    made = edit(client, rev(client), op="extract", keys=["price", "done"], title="Prices")
    assert made[0] == 422, "price and done are both led to from elsewhere"
    assert edit(client, rev(client), op="extract", keys=["unsure"], title="Unsure")[0] == 200
    files = drafts.files(portal.services.engine)
    assert "call: unsure" in files[FLOW]
    assert "otherwise: unsure_call" in files[FLOW]
    assert "say: lost" in files["flows/unsure.yaml"]
    assert client.post("/flows/welcome/undo", headers=HTMX).status_code == 200
    assert "flows/unsure.yaml" not in drafts.files(portal.services.engine)


def test_notes_and_labels_are_kept_in_the_yaml(client: FlaskClient, portal: Portal) -> None:
    edit(client, rev(client), op="note", text="双十一后删掉", at=[5, 6], color="pink")
    assert "notes:" in text(portal)
    assert "双十一后删掉" in client.get("/flows/welcome/").text
    edit(client, rev(client), op="move", places={}, notes={"note_1": [50, 60]})
    assert "at: [50, 60]" in text(portal)
    label = {"op": "label", "from": "hi", "port": "next", "words": {"zh-CN": "先问好"}}
    edit(client, rev(client), **label)
    assert json.dumps("先问好")[1:-1] in client.get("/flows/welcome/").text
    edit(client, rev(client), **(label | {"words": {"zh-CN": ""}}))
    assert "labels" not in text(portal)
    edit(client, rev(client), op="unnote", keys=["note_1"])
    assert "notes" not in text(portal)
