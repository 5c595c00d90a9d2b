"""What rules tell agents and other systems, on screen."""

from typing import Any

import orjson
from flask import Flask
from flask.testing import FlaskClient

from designer import drafts
from runtime.compiling import compile_files
from runtime.services import Portal, Services
from runtime.store import keys
from tests.designer.conftest import sign_in
from tests.workspaces import SMALL

NOTICE = {"visitor": "v1", "rule": "big", "text": "大客户，请留意", "at": 1_800_000_000.0}
ENTRY: dict[str, Any] = {
    "connector": "crm",
    "key": "k",
    "visitor": "v1",
    "body": {"data": {"rule": "big"}},
    "since": 1,
    "why": "%(host)s answered %(status)s",
    "values": {"host": "crm.example", "status": "503"},
}
CRM = "connector: crm\nurl: https://crm.example/\n"
BIG = "rule: big\ntrigger: {event: a}\nthen: [{do: webhook, connector: crm}]\n"


async def _fill(services: Services) -> None:
    await services.redis.zadd(keys.NOTICES, {orjson.dumps(NOTICE): 1})
    await services.redis.zadd(keys.HOOKS_FAILED, {orjson.dumps(ENTRY): 1})


async def _waiting(services: Services) -> int:
    return int(await services.redis.xlen(keys.HOOKS))


def _prepare(portal: Portal) -> None:
    portal.call(_fill)
    files: dict[str, str | None] = {"connectors/crm.yaml": CRM, "rules/big.yaml": BIG}
    drafts.save(portal.services.engine, drafts.Author("test", "t", "t"), files, {})


def test_a_notice_stands_in_the_inbox_until_it_is_done(client: FlaskClient, portal: Portal) -> None:
    _prepare(portal)
    page = client.get("/inbox/").get_data(True)
    assert "大客户，请留意" in page
    assert "/inbox/?visitor=v1" in page
    stored = orjson.dumps(NOTICE).decode()
    left = client.post("/inbox/notices", data={"stored": stored}, headers={"HX-Request": "1"})
    assert left.status_code == 200
    assert "大客户" not in left.get_data(True)
    assert "大客户" not in client.get("/inbox/").get_data(True)


def test_what_was_not_taken_is_told_again_by_who_may_publish(
    app: Flask, client: FlaskClient, portal: Portal
) -> None:
    _prepare(portal)
    page = client.get("/connectors/crm").get_data(True)
    assert "crm.example answered 503" in page
    assert "whsec_" in page
    operator = sign_in(app, "agent")
    assert "whsec_" not in operator.get("/connectors/crm").get_data(True)
    assert operator.post("/connectors/crm/again").status_code == 403
    assert client.post("/connectors/crm/again").status_code == 200
    assert portal.call(_waiting) == 1
    assert "answered 503" not in client.get("/connectors/crm").get_data(True)


def test_a_rule_tells_only_systems_that_are_there_and_have_an_address() -> None:
    files = {**SMALL, "rules/big.yaml": BIG}
    assert [one.code for one in compile_files(files).problems] == ["unknown_connector"]
    files["connectors/crm.yaml"] = "connector: crm\n"
    assert [one.code for one in compile_files(files).problems] == ["connector_without_address"]
    files["connectors/crm.yaml"] = CRM
    assert compile_files(files).problems == []
