"""The dictionary of facts: all that rules may ask about, what it is, and how long it is known."""

from itertools import groupby

from flask import Blueprint, Response

from designer.fragments import show
from designer.workspace import open_workspace
from rules.facts import FACTS

bp = Blueprint("facts", __name__, url_prefix="/facts")


@bp.get("/")
def page() -> Response:
    """Show every fact, by what it is about."""
    segments = open_workspace().compiled.segments
    known = sorted(FACTS.values(), key=lambda fact: fact.name.partition(".")[0])
    groups = [
        (about, list(facts)) for about, facts in groupby(known, lambda f: f.name.partition(".")[0])
    ]
    return show("facts", "all", groups=groups, segments=segments)
