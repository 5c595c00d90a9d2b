"""Counting in the builder of rules: offered, said in words, kept as YAML."""

import json
import re

import pytest
from flask.testing import FlaskClient

from designer import drafts
from designer.rule_forms import happens
from flows.yaml_text import values_of
from runtime.services import Portal
from tests.designer.test_pages import HTMX

UPSET = {"event": "message", "in_last": "3 messages", "where": {"sentiment": "negative"}}
NAME = f"count:{json.dumps(UPSET)}"
LATE = NAME.replace("3 messages", "99 messages")


def _form(client: FlaskClient, fact: str, value: str = "2") -> dict[str, str]:
    found = re.search(r'name="rev" value="(\d+)"', client.get("/rules/dwell").text)
    assert found
    part = {"fact": fact, "op": "gte", "value": value}
    return {
        "rev": found[1],
        "priority": "50",
        "enabled": "1",
        "event": "message",
        "when": json.dumps({"kind": "all", "parts": [part]}),
        "then.0.do": "send_script",
        "then.0.send_script": "offer",
    }


def test_a_count_is_offered_chosen_kept_and_said_in_both_languages(
    client: FlaskClient, portal: Portal
) -> None:
    offered = client.get("/rules/dwell").text
    assert "negative” among the last 3 messages" in offered
    assert client.put("/rules/dwell", data=_form(client, NAME), headers=HTMX).status_code == 200
    kept = values_of(drafts.files(portal.services.engine)["rules/dwell.yaml"])["when"]
    assert kept == {"all": [{"count": UPSET, "op": "gte", "value": 2}]}
    shown = client.get("/rules/dwell").text
    assert "“negative” among the last 3 messages is at least 2" in shown
    assert "最近 3 条消息中“负面”的条数 至少为 2" in shown


@pytest.mark.parametrize("fact", ["count:", "count:{", "count:[1]", "count:" + "[" * 5000, LATE])
def test_a_count_that_is_none_is_refused_and_changes_nothing(
    client: FlaskClient, portal: Portal, fact: str
) -> None:
    before = drafts.files(portal.services.engine)["rules/dwell.yaml"]
    answer = client.put("/rules/dwell", data=_form(client, fact), headers=HTMX)
    assert answer.status_code == 422
    assert drafts.files(portal.services.engine)["rules/dwell.yaml"] == before


def test_messages_of_a_test_have_a_mood(client: FlaskClient, portal: Portal) -> None:
    form = _form(client, NAME) | {"tests_shown": "1", "tests.0.expect": "fires"}
    for number in range(2):
        given = f"tests.0.given.{number}"
        form |= {f"{given}.at.n": str(number), f"{given}.at.unit": "s", f"{given}.what": ""}
        form |= {f"{given}.event": "message", f"{given}.mood": "negative", f"{given}.more": "{}"}
    answer = client.put("/rules/dwell", data=form, headers=HTMX)
    assert "test_fails" not in answer.text
    rule = values_of(drafts.files(portal.services.engine)["rules/dwell.yaml"])
    first = {"at": "0s", "event": "message", "sentiment": "negative"}
    assert rule["tests"] == [{"given": [first, first | {"at": "1s"}], "expect": "fires"}]
    assert "✓" in answer.text


def test_what_was_felt_more_exactly_stays_until_the_mood_is_another() -> None:
    row = {"event": "message", "more": '{"sentiment": "negative", "anger": 0.8}'}
    kept = {"at": "0s", "event": "message", "sentiment": "negative", "anger": 0.8}
    assert happens(row | {"mood": "negative"}) == kept
    assert happens(row | {"mood": "positive"}) == {
        "at": "0s",
        "event": "message",
        "sentiment": "positive",
    }
    only = {"event": "message", "mood": "", "more": '{"anger": 0.8}'}
    assert happens(only) == {"at": "0s", "event": "message", "anger": 0.8}
