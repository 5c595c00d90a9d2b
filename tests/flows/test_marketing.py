"""The limits of all marketing, read from the workspace file."""

import pytest

from flows.reading_scripts import read_workspace
from flows.workspace import Marketing
from flows.yaml_text import read


def _read(marketing: str) -> tuple[Marketing, list[str]]:
    document = read(f"workspace: shop\nmarketing: {marketing}\n", "workspace.yaml")
    found = read_workspace(document)
    return found.marketing, [problem.code for problem in document.problems]


def test_everything_is_read() -> None:
    text = (
        "{per_visitor: {max: 3, in: 1d}, quiet_hours: {from: '22:00', to: '8:05'}, hold_out: 0.1}"
    )
    assert _read(text) == (Marketing(3, 86400.0, 1320, 485, 0.1), [])


def test_a_time_without_quotes_is_a_time_all_the_same() -> None:
    assert _read("{quiet_hours: {from: 22:00, to: 08:00}}") == (Marketing(None, 0, 1320, 480), [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{quiet_hours: {from: '25:00', to: '08:00'}}", "bad_clock"),
        ("{quiet_hours: {from: '22:00'}}", "missing_key"),
        ("{quiet_hours: {from: soon, to: '08:00'}}", "bad_clock"),
        ("{per_visitor: {max: 0, in: 1d}}", "out_of_range"),
        ("{per_visitor: {max: 51, in: 1d}}", "out_of_range"),
        ("{per_visitor: {max: 5, in: 300d}}", "bad_duration"),
        ("{per_visitor: {in: 3d}}", "missing_key"),
        ("{hold_out: 5}", "out_of_range"),
        ("{hold_out: 1.01}", "out_of_range"),
        ("{holdout: 0.1}", "unknown_key"),
        ("[]", "wrong_type"),
    ],
)
def test_what_is_malformed_is_said_and_limits_nothing_silly(text: str, code: str) -> None:
    found, codes = _read(text)
    assert code in codes
    assert 0 <= found.hold_out <= 1
