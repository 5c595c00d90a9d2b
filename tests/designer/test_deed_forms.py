"""Rows of the form become deeds and are shown as what they were."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from designer import drafts
from designer.deed_forms import choice_of, deeds_of
from flows.fields import Fields
from flows.yaml_text import read
from rules.deeds import read_deeds
from runtime.services import Portal
from tests.designer.test_counting import _form
from tests.designer.test_pages import HTMX


@pytest.mark.parametrize(
    ("row", "deed"),
    [
        ({"do": "handover", "queue": "vip"}, {"do": "handover", "queue": "vip"}),
        ({"do": "escalate", "queue": "vip"}, {"do": "escalate", "queue": "vip"}),
        ({"do": "tag", "tag": "big"}, {"do": "set", "tag": "big"}),
        ({"do": "tag", "tag": "big", "off": "1"}, {"do": "set", "tag": "big", "value": False}),
        ({"do": "slot", "slot": "b", "value": "60"}, {"do": "set", "slot": "b", "value": 60}),
        ({"do": "slot", "slot": "b", "value": "0.5"}, {"do": "set", "slot": "b", "value": 0.5}),
        ({"do": "slot", "slot": "b", "value": "x"}, {"do": "set", "slot": "b", "value": "x"}),
        ({"do": "emit", "emit": "seen"}, {"do": "emit", "event": "seen"}),
        (
            {"do": "grant_gift", "grant_gift": "G", "expires": {"n": "7", "unit": "d"}},
            {"do": "grant_gift", "gift": "G", "expires": "7d"},
        ),
    ],
)
def test_a_row_and_back(row: dict[str, Any], deed: dict[str, Any]) -> None:
    assert deeds_of({"then": [row]}, "then") == [deed]
    document = read(f"then: [{deed}]", "rules/r.yaml")
    (found,) = read_deeds(Fields(document, {"then": [deed]}, ()), "then")
    assert choice_of(found) == row["do"]


@pytest.mark.parametrize(
    "row", [{"do": "tag", "tag": ""}, {"do": "explode", "explode": "x"}, {"do": "emit"}, {}]
)
def test_a_row_without_a_target_says_nothing(row: dict[str, str]) -> None:
    assert deeds_of({"then": [row]}, "then") == []


def test_the_form_keeps_every_kind_of_deed(client: FlaskClient, portal: Portal) -> None:
    form = _form(client, "cart.count")
    form |= {
        "then.1.do": "escalate",
        "then.1.queue": "senior",
        "then.2.do": "tag",
        "then.2.tag": "angry",
        "else_shown": "1",
        "else.0.do": "emit",
        "else.0.emit": "calm",
    }
    shown = client.put("/rules/dwell", data=form, headers=HTMX)
    assert shown.status_code == 200, shown.text
    text = drafts.files(portal.services.engine)["rules/dwell.yaml"]
    assert "escalate" in text
    page = client.get("/rules/dwell").text
    for value in ("senior", "angry", "calm"):
        assert f'value="{value}"' in page
    assert "hand over at once (queue senior)" in page
    assert "report “calm”" in page
