"""What `dialoom doctor` and the health page say of the parts."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from designer.cli import main
from rules.judge import DIFFERED
from runtime.db import transaction
from runtime.services import Portal, Services
from runtime.settings import Settings
from runtime.store import keys
from runtime.tables import ReleaseRow
from tests.workspaces import publish_files


def doctor(**environment: str) -> str:
    done = CliRunner().invoke(
        main, ["doctor"], env={f"DIALOOM_{k}": v for k, v in environment.items()}
    )
    assert done.exit_code == 0, done.output
    return done.output


def test_what_answers_is_said(portal: Portal, settings: Settings) -> None:
    portal.call(publish_files)
    said = doctor(DATA=str(settings.data), REDIS_URL=settings.redis)
    assert "Redis          answers\n" in said
    assert "dialoom.db: answers\n" in said
    assert "durable-rules" in said
    assert "Encoder " in said
    assert "Rasa " in said


def test_why_the_live_rules_are_not_matched_is_said(portal: Portal, settings: Settings) -> None:
    number = portal.call(publish_files)
    with transaction(portal.services.engine) as database:
        row = database.get(ReleaseRow, number)
        assert row
        row.unmatched = "took_too_long"
    said = doctor(DATA=str(settings.data), REDIS_URL=settings.redis)
    assert "oracle (durable-rules did not come to an end with these rules)" in said


def test_what_does_not_answer_is_said_with_what_to_do(tmp_path: Path) -> None:
    said = doctor(DATA=str(tmp_path / "var"))
    assert "Redis          not running  → `dialoom up` starts" in said
    assert "not made yet" in said
    assert not (tmp_path / "var").exists(), "looking makes nothing"
    nowhere = "postgresql://nobody@127.0.0.1:9/none"
    said = doctor(DATA=str(tmp_path), REDIS_URL="redis://127.0.0.1:9/0", DATABASE_URL=nowhere)
    assert "does not answer (ConnectionError)  → start it, or mend DIALOOM_REDIS_URL" in said
    assert "does not answer (OperationalError)" in said
    assert "nobody" not in said


@pytest.mark.parametrize("retired", [False, True])
def test_the_health_page_names_what_judges_the_rules(
    client: FlaskClient, portal: Portal, retired: bool
) -> None:
    number = portal.call(publish_files)

    async def retire(services: Services) -> None:
        judge = (await services.releases.get(number)).judge
        judge.matcher, judge.why_not = None, DIFFERED

    if retired:
        portal.call(retire)
    page = client.get("/health/", headers={"Accept-Language": "en"}).text
    name, why = "durable-rules</code>", "the oracle checks one decision of a hundred"
    if retired:
        name, why = "oracle</code>", "durable-rules and the oracle disagreed about a visitor"
    assert name in page
    assert why in page


def test_what_did_not_reach_a_visitor_is_given_again_or_taken_off(
    client: FlaskClient, portal: Portal
) -> None:
    entry = {
        "connector": "coupons",
        "key": "v:dwell:IP15-100:1",
        "visitor": "v",
        "arguments": {"visitor": "v", "coupon": "IP15-100"},
        "card": {},
        "since": 1_800_000_000_000,
        "why": "%(name)s did not answer",
        "values": {"name": "coupons"},
        "unknown": True,
    }

    async def lay(services: Services) -> None:
        for key in ("one", "two"):
            stored = orjson.dumps(entry | {"key": key})
            await services.redis.zadd(keys.OUTBOX_ASIDE, {stored: 1})

    portal.call(lay)
    page = client.get("/health/", headers={"Accept-Language": "en"}).text
    assert "coupons did not answer" in page
    assert "may have arrived" in page
    htmx = {"HX-Request": "true", "Accept-Language": "en"}
    assert "delivered again" in client.post("/health/again", data={"key": "one"}, headers=htmx).text
    assert "meanwhile" in client.post("/health/again", data={"key": "one"}, headers=htmx).text
    assert client.post("/health/drop", data={"key": "two"}, headers=htmx).status_code == 200
    assert "may have arrived" not in client.get("/health/", headers=htmx).text

    async def waiting(services: Services) -> int:
        return int(await services.redis.xlen(keys.OUTBOX))

    assert portal.call(waiting) == 1
