import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import designer
from designer.pages.design import ENOUGH, Pair, contrast, pairs, tokens
from flows.model import KIND_NAMES
from tests.designer.conftest import sign_in

CSS = (Path(designer.__file__).parent / "static" / "app.css").read_text("utf-8")
NAMES = sorted(set(re.findall(r"(?<![\w-])--([\w-]+):", CSS)))


def test_an_admin_sees_every_part(client: FlaskClient) -> None:
    text = client.get("/design").text
    for kind in KIND_NAMES:
        assert f'id="card-a-{kind}"' in text
    for part in ("conflict", "timeline", "tile", "problem-list", "empty", "notice failed"):
        assert f'class="{part}' in text


@pytest.mark.parametrize("role", ["operator", "agent"])
def test_nobody_but_an_admin_sees_the_design(app: Flask, role: str) -> None:
    assert sign_in(app, role).get("/design").status_code == 403


def test_every_token_of_the_stylesheet_is_shown_by_day_and_by_night(client: FlaskClient) -> None:
    text = unescape(client.get("/design").text)
    assert len(NAMES) > 15
    for name in NAMES:
        token = tokens(CSS)[name]
        assert f"<code>--{name}</code>" in text
        assert f"<code>{token.light}</code>" in text
        assert f"<code>{token.dark}</code>" in text


def test_both_ways_into_the_dark_give_the_same_tokens() -> None:
    chosen = re.search(r'^:root\[data-theme="dark"\] \{([^}]*)\}', CSS, re.MULTILINE)
    asked = re.search(r':root\[data-theme="auto"\] \{([^}]*)\}', CSS)
    assert chosen
    assert asked
    assert chosen[1].split() == asked[1].split()


@pytest.mark.parametrize(
    "pair", pairs(tokens(CSS)), ids=lambda pair: f"{pair.text.name} on {pair.surface.name}"
)
def test_words_can_be_read_on_what_they_stand_on(pair: Pair) -> None:
    assert pair.light >= ENOUGH
    assert pair.dark >= ENOUGH


def test_contrast_is_what_wcag_says_it_is() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
