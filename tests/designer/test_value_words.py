"""Values as people say them: no keys, no quotes in quotes, no days counted from today."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import drafts
from designer.fact_words import unit_name
from designer.rule_words import trigger_words
from designer.why_words import why_words
from flows.conditions import FactTest
from rules.counts import count_of
from rules.model import Rule, Trigger
from rules.oracle import explain
from runtime.insight.decisions import Considered
from runtime.services import Portal


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"category": "washing_machine"}, "views something of the category washing machine"),
        ({"brand": "acme"}, "views something whose brand is acme"),
        ({"product": ["A", "B"]}, "views A or B"),
        ({"product": "iPhone15 Pro"}, "views iPhone15 Pro"),
    ],
)
def test_what_an_event_must_be_like(app: Flask, where: dict[str, object], said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert trigger_words(Trigger("Product Viewed", where)) == f"When a visitor {said}"


def test_quotes_within_quotes_are_single_and_units_are_no_kinds(app: Flask) -> None:
    negative = {"event": "message", "where": {"sentiment": "negative"}, "in_last": "3 messages"}
    count = count_of(negative)
    assert count
    rule = Rule("r", Trigger("message"), FactTest(count.name, "gte", 2), counts=(count,))
    why = explain(rule.when, {count.name: 0})
    with app.test_request_context(headers={"Accept-Language": "en"}):
        said = why_words(Considered("r", "v", 0.0, "message", "condition", rule=rule, why=why))
        assert "“‘negative’ among the last 3 messages is at least 2” did not hold" in said
        assert "number" not in unit_name("orders")


def test_a_day_that_a_sentence_names_is_one_of_the_calendar(
    client: FlaskClient, portal: Portal
) -> None:
    taught = "version: '3.1'\nnlu:\n- intent: ask\n  examples: |\n    - 明天送到吗\n    - 今天送到吗\n- intent: other\n  examples: |\n    - 你好\n    - 您好\n"
    files: dict[str, str | None] = {"nlu/zh.yml": taught}
    drafts.save(portal.services.engine, drafts.Author("a", "x", "x"), files, {})
    said = client.get("/nlu/try", query_string={"text": "明天送到吗"}).text
    assert "+1d" not in said
    assert re.search(r"date: 20\d\d-\d\d-\d\d", said)
