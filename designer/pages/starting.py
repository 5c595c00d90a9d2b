"""Begin a flow: from blank, from a template, or from a foreign bot (see `imports`)."""

import secrets
from collections.abc import Mapping

from flask import Blueprint, Response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from designer import drafts, imports
from designer.access import author, needs
from designer.library import templates
from designer.workspace import engine
from flows import trees
from flows.adopting import adopted
from flows.model import Text
from flows.yaml_text import values_of

bp = Blueprint("starting", __name__, url_prefix="/flows/new")


@bp.get("/")
@needs("edit")
def page() -> str:
    """Show every way to begin."""
    return _show()


@bp.post("/template/<key>")
@needs("edit")
def from_template(key: str) -> AnyResponse:
    """Take a template into the workspace and open its canvas."""
    template = templates().get(key)
    if template is None:
        return Response(_show(_("There is no such template.")), 404)
    there = drafts.files(engine())
    files = adopted(template.files, there)
    # The nth file of a template stays the nth when it is adopted, whatever it is called then.
    position = list(template.files).index(f"flows/{template.flow.key}.yaml")
    flow = list(files)[position][6:-5]
    who = drafts.Author(author(), f"flows/{flow}.yaml", _("begun from a template"))
    drafts.save(engine(), who, {**files, **_with_intents(there, template.intents)}, {})
    return redirect(url_for("canvas.page", flow=flow))


def _with_intents(there: Mapping[str, str], named: Mapping[str, Text]) -> dict[str, str]:
    """Name the intents that a template brings along, where nobody named them yet."""
    text = there.get("workspace.yaml", "")
    known = values_of(text).get("intents") or {}
    if not text or not set(named) - set(known):
        return {}
    return {"workspace.yaml": trees.set_values(text, {"intents": {**named, **known}})}


def _show(notice: str = "") -> str:
    return render_template(
        "starting/page.html",
        templates=templates().values(),
        notice=notice,
        latest=imports.latest(engine(), author()),
        names=imports.NAMES,
        token=secrets.token_hex(8),
    )
