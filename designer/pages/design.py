"""The living design page: every token, every part of the screens, the classes to use."""

import re
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, current_app, render_template
from flask_babel import gettext as _

from designer.access import needs
from designer.cards import Card, Port
from designer.conflicts import Choice
from designer.sentences import PORTS
from designer.wording import kind_name
from flows.model import KIND_NAMES
from flows.problems import Problem

bp = Blueprint("design", __name__)
SIDES = ("left", "center", "right", "top", "middle", "bottom", "across", "down")
SURFACES = {
    "text": ("bg", "surface", "surface-2"),
    "muted": ("bg", "surface", "surface-2"),
    "accent-text": ("bg", "surface", "surface-2", "accent-soft"),
    "on-accent": ("accent",),
    "danger": ("bg", "surface", "danger-soft"),
    "warn": ("surface", "warn-soft"),
    "ok": ("surface", "ok-soft"),
}
"""What each colour of words is written on."""
ENOUGH = 4.5
"""The least contrast of words and what they stand on: WCAG 2.2, success criterion 1.4.3."""


@dataclass(frozen=True)
class Token:
    """One custom property of the stylesheet, by day and by night."""

    name: str
    light: str
    dark: str

    @property
    def is_color(self) -> bool:
        """Say whether it can be shown as a swatch."""
        return self.light.startswith("#")


@dataclass(frozen=True)
class Pair:
    """Words on a surface, and how well they can be read by day and by night."""

    text: Token
    surface: Token

    @property
    def light(self) -> float:
        """Give the contrast by day."""
        return contrast(self.text.light, self.surface.light)

    @property
    def dark(self) -> float:
        """Give the contrast by night."""
        return contrast(self.text.dark, self.surface.dark)


@bp.get("/design")
@needs("administer")
def page() -> str:
    """Show the page; the stylesheet is read for every look, so it cannot say what is not so."""
    css = (Path(current_app.static_folder or "") / "app.css").read_text("utf-8")
    known = tokens(css)
    return render_template(
        "design/page.html",
        tokens=list(known.values()),
        pairs=pairs(known),
        enough=ENOUGH,
        cards=[_card(kind) for kind in KIND_NAMES],
        kinds=KIND_NAMES,
        sides=SIDES,
        choices=[Choice(_("Title"), _("Welcome"), _("Hello"), _("Good day"))],
    )


def tokens(css: str) -> dict[str, Token]:
    """Read the tokens of a stylesheet; one that the dark theme does not name stays as it is."""
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    for theme, body in re.findall(r'^:root(\[data-theme="dark"\])? \{([^}]*)\}', css, re.MULTILINE):
        (dark if theme else light).update(re.findall(r"--([\w-]+):\s*([^;]+);", body))
    return {
        name: Token(name, light.get(name, ""), dark.get(name, light.get(name, "")))
        for name in light | dark
    }


def pairs(known: dict[str, Token]) -> list[Pair]:
    """Give each colour of words with every surface it is written on."""
    return [Pair(known[text], known[on]) for text, surfaces in SURFACES.items() for on in surfaces]


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours as WCAG 2.2 defines it, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    digits = color.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _card(kind: str) -> Card:
    body = (_("What this step says or does, in a line or two"),)
    ways = {"end": (), "ask": ("choices.0", "otherwise"), "branch": ("branch.0", "otherwise")}
    ways["request"] = ("next", "otherwise")
    ports = tuple(
        Port(way, _("Way out") if "." in way else _(PORTS[way]), "")
        for way in ways.get(kind, ("next",))
    )
    problems = (Problem("dead_end", step=kind, values={"port": "next"}),) if kind == "set" else ()
    return Card(
        f"a-{kind}",
        kind,
        kind_name(kind),
        kind_name(kind),
        body,
        ports,
        (0, 0),
        kind == "say",
        problems,
    )
