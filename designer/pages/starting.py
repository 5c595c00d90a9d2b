"""Begin a flow: from blank, from a template, or from a foreign bot (see `imports`)."""

import secrets

from flask import Blueprint, Response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from designer import drafts, imports
from designer.access import author, needs
from designer.library import templates
from designer.workspace import engine
from flows.adopting import adopted

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
    files = adopted(template.files, drafts.files(engine()))
    # The nth file of a template stays the nth when it is adopted, whatever it is called then.
    position = list(template.files).index(f"flows/{template.flow.key}.yaml")
    flow = list(files)[position][6:-5]
    who = drafts.Author(author(), f"flows/{flow}.yaml", _("begun from a template"))
    drafts.save(engine(), who, dict(files), {})
    return redirect(url_for("canvas.page", flow=flow))


def _show(notice: str = "") -> str:
    return render_template(
        "starting/page.html",
        templates=templates().values(),
        notice=notice,
        latest=imports.latest(engine(), author()),
        names=imports.NAMES,
        token=secrets.token_hex(8),
    )
