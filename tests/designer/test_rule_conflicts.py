"""The form of a rule keeps what it says of groups, and of what is done otherwise."""

from typing import Any

import pytest

from designer.rule_forms import rule_values


def _values(**form: Any) -> dict[str, Any]:
    return rule_values({"event": "Product Viewed", **form})


@pytest.mark.parametrize(
    ("form", "conflict"),
    [
        ({}, None),
        ({"exclusive_group": "offers"}, {"exclusive_group": "offers"}),
        (
            {"suppress_groups": "marketing， offers,marketing、"},
            {"suppress_groups": ["marketing", "offers"]},
        ),
        (
            {"exclusive_group": "a", "suppress_groups": "b"},
            {"exclusive_group": "a", "suppress_groups": ["b"]},
        ),
    ],
)
def test_groups(form: dict[str, str], conflict: object) -> None:
    assert _values(**form)["conflict"] == conflict


def test_what_is_done_otherwise() -> None:
    row = {"do": "send_script", "send_script": "hello"}
    found = _values(**{"else_shown": "1", "else": [row]})
    assert found["else"] == [{"do": "send_script", "script": "hello"}]
    assert _values(else_shown="1")["else"] is None
    assert "else" not in _values(), "a form that does not show it leaves it"
