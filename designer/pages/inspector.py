"""The inspector of a step: its form, and what somebody else changed in it meanwhile."""

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _

from designer import drafts
from designer.access import author, needs
from designer.canvas_view import changed, step_values
from designer.conflicts import IN_ITS_FORM, conflict_answer
from designer.step_forms import save_step
from designer.wording import sentence_of
from designer.workspace import engine, open_workspace
from flows.edits import EditRefused

bp = Blueprint("inspector", __name__, url_prefix="/flows/<flow>/steps")


@bp.get("/<step>")
def form(flow: str, step: str) -> str:
    """Show the inspector of a step."""
    return render_template("canvas/_inspector.html", **step_values(open_workspace(), flow, step))


@bp.put("/<step>")
@needs("edit")
def save(flow: str, step: str) -> Response:
    """Save what the inspector holds."""
    since = request.form.get("since", 0, int)
    try:
        save_step(engine(), author(), open_workspace(), flow, step, request.form)
    except drafts.StaleEdit as stale:
        return conflict_answer(stale, url_for("inspector.form", flow=flow, step=step), IN_ITS_FORM)
    except EditRefused as refused:
        return changed(flow, since, sentence_of(refused.code, **refused.values), 422)
    return changed(flow, since, _("Saved."), inspected=step)
