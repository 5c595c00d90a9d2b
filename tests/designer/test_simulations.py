"""A simulation of rules: asked for in the browser, worked on by a task, of the past or a file."""

import io
import time

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import drafts, evaluations, tasks
from designer.evaluations import RULES
from runtime.db import transaction
from runtime.releases import publish
from runtime.services import Portal, Services
from runtime.tables import EventRow
from tests.designer.conftest import sign_in
from tests.workspaces import SMALL, script

GREET = """\
rule: greet
trigger: {event: page}
when: {fact: cart.count, op: gte, value: %s}
then: [{do: send_script, script: hello}]
limits: {cooldown: 1h}
"""


async def _publish(services: Services) -> int:
    files = {**SMALL, "rules/greet.yaml": GREET % 1, "scripts/hello.yaml": script("hello", "好")}
    return await publish(services.redis, services.engine, files, "first", "test")


@pytest.fixture
def prepared_drafts(portal: Portal, worker: None) -> Portal:
    portal.call(_publish)
    files: dict[str, str | None] = {"rules/greet.yaml": GREET % 0}
    files["scripts/hello.yaml"] = script("hello", "好")
    drafts.save(portal.services.engine, drafts.Author("test", "t", "t"), files, {})
    return portal


def _record(portal: Portal, visitors: int) -> None:
    now = time.time()
    with transaction(portal.services.engine) as database:
        for number in range(visitors):
            for n, name in enumerate(("page", "Product Added", "entered", "page")):
                data = {"properties": {"product_id": "a"}}
                row = EventRow(id=f"{number}-{n}", name=name, visitor=f"v{number}", data=data)
                row.at = now - 3 * 86_400 + n * 4000
                database.add(row)


def test_the_last_days_against_live_and_draft(client: FlaskClient, prepared_drafts: Portal) -> None:
    _record(prepared_drafts, 3)
    assert "progress" in client.post("/simulations/", headers={"HX-Request": "1"}).get_data(True)
    tasks.simulate()
    page = client.get("/simulations/").get_data(True)
    found = evaluations.latest(prepared_drafts.services.engine, RULES)[0].outcome
    assert (found["visitors"], found["events"], found["release"]) == (3, 9, 1)
    assert found["sides"]["live"]["fired"] == 3  # Only the second page has a cart.
    assert found["sides"]["draft"]["fired"] == 6
    assert "+3" in page
    assert "/visitors/v0/decisions" in page
    assert client.get("/simulations/", headers={"Accept-Language": "zh"}).status_code == 200


def test_a_recording_of_ones_own(client: FlaskClient, prepared_drafts: Portal) -> None:
    lines = [{"type": "page", "anonymousId": f"v{n}", "at": 10 * n} for n in range(5)]
    content = b"\n".join(orjson.dumps(line) for line in lines)
    data = {"recording": (io.BytesIO(content), "mine.jsonl")}
    client.post("/simulations/", data=data, content_type="multipart/form-data")
    tasks.simulate()
    found = evaluations.latest(prepared_drafts.services.engine, RULES)[0].outcome
    assert (found["name"], found["visitors"]) == ("mine.jsonl", 5)
    assert found["sides"]["draft"]["fired"] == 5


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe", b"{", b"[]", b'{"type": "page"}', b'{"at": "x", "anonymousId": "v"}'],
)
def test_a_recording_that_cannot_be_read(client: FlaskClient, content: bytes) -> None:
    data = {"recording": (io.BytesIO(content), "mine.jsonl")}
    answer = client.post("/simulations/", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "cannot be read" in answer.get_data(True)


def test_it_is_cancelled_and_only_asked_for_by_who_may_edit(
    app: Flask, client: FlaskClient, prepared_drafts: Portal
) -> None:
    engine = prepared_drafts.services.engine
    assert sign_in(app, "agent").post("/simulations/").status_code == 403
    client.post("/simulations/")
    (asked,) = evaluations.latest(engine, RULES)
    client.post(f"/simulations/{asked.id}/cancel")
    tasks.simulate()
    cancelled = evaluations.find(engine, asked.id)
    assert cancelled is not None
    assert cancelled.state == "cancelled"
