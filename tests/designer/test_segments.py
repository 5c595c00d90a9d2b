"""Segments on their pages: made, worded, asked for, and kept while something asks for them."""

import json

from flask.testing import FlaskClient

from designer import drafts
from flows.yaml_text import values_of
from runtime.db import transaction
from runtime.services import Portal
from runtime.tables import EventRow

HTMX = {"HX-Request": "true"}


def made(client: FlaskClient) -> str:
    where = client.post("/segments/", data={"name": "老客户"}).headers["Location"]
    assert client.get(where).status_code == 200
    return str(where)


def test_a_segment_is_made_changed_and_asked_for(client: FlaskClient, portal: Portal) -> None:
    where, engine = made(client), portal.services.engine
    path = f"{where.strip('/')}.yaml"
    when = {"kind": "all", "parts": [{"fact": "visitor.vip", "op": "eq", "value": "true"}]}
    form = {"rev": drafts.revision(engine, path), "title.zh-CN": "会员", "when": json.dumps(when)}
    assert client.put(where, data=form, headers=HTMX).status_code == 200
    assert values_of(drafts.files(engine)[path])["when"] == {
        "all": [{"fact": "visitor.vip", "op": "eq", "value": True}]
    }
    key = where.rpartition("/")[2]
    page = client.get("/rules/dwell").text
    assert f"segment.{key}" in page, "the picker of a rule offers it"
    rule = drafts.files(engine)["rules/dwell.yaml"]
    asking = rule.replace("when: {", f"when: {{fact: segment.{key}, op: eq, value: true}} #", 1)
    assert asking != rule
    drafts.save(engine, drafts.Author("a", "x", "x"), {"rules/dwell.yaml": asking}, {})
    refused = client.post(f"{where}/delete", headers=HTMX)
    assert refused.status_code == 422
    assert path in drafts.files(engine)
    drafts.save(engine, drafts.Author("a", "x", "x"), {"rules/dwell.yaml": rule}, {})
    assert client.post(f"{where}/delete", headers=HTMX).status_code == 200
    assert path not in drafts.files(engine)


def test_its_reach_is_counted_from_recorded_visitors(client: FlaskClient, portal: Portal) -> None:
    now = portal.services.clock()
    with transaction(portal.services.engine) as database:
        for n, (visitor, name) in enumerate(
            [("a", "Order Completed"), ("b", "page"), ("c", "page"), ("a", "page")]
        ):
            said = {"properties": {"order_id": "7", "total": 9}}
            database.add(
                EventRow(
                    id=f"e{n}",
                    visitor=visitor,
                    name=name,
                    at=now - 60 + n,
                    data=said,
                )
            )
    assert "1 of 3 visitors" in client.get(made(client)).text
