"""The list of flows: see them, make a new one, delete one."""

from flask import Blueprint, Response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from designer import drafts
from designer.access import author, needs
from designer.cards import language
from designer.form_texts import name_of
from designer.fragments import show
from designer.keys import free_key
from designer.onboarding import first_steps
from designer.titles import titles, titles_of
from designer.unpublished import said_only_by
from designer.workspace import engine, open_workspace
from flows.yaml_text import write
from runtime.releases import live_files

bp = Blueprint("flows", __name__, url_prefix="/flows")


@bp.get("/")
def page(notice: str = "", status: int = 200, deleted: str = "") -> Response:
    """Show every flow, how many problems it has, and whether it differs from what is live."""
    workspace = open_workspace()
    number, live = live_files(engine())
    rows = []
    for key, flow in sorted(workspace.compiled.book.flows.items()):
        path = f"flows/{key}.yaml"
        state = "live" if live.get(path) == workspace.files.get(path) else "changed"
        problems = [p for p in workspace.problems_in(path) if not p.is_warning]
        state = "new" if path not in live else state
        rows.append({"flow": flow, "problems": len(problems), "state": state})
    start = workspace.compiled.book.workspace.start
    said = {"live": number, "start": start, "notice": notice, "deleted": deleted}
    hidden = request.cookies.get("first-steps") == "hidden"
    said["first"] = None if hidden else first_steps(engine(), author())
    return show("flows", "list", status, rows=rows, **said)


@bp.post("/")
@needs("edit")
def create() -> AnyResponse:
    """Make an empty flow and open its canvas."""
    title = name_of(request.form.get("title"))
    workspace = open_workspace()
    key = free_key(request.form.get("key") or title, "flow", set(workspace.compiled.book.flows))
    path = f"flows/{key}.yaml"
    text = write({"flow": key, "title": {language(): title or key}, "start": "", "steps": {}})
    who = drafts.Author(author(), path, _("new flow"))
    drafts.save(engine(), who, {path: text}, {path: drafts.revision(engine(), path)})
    return redirect(url_for("canvas.page", flow=key))


@bp.post("/<flow>/delete")
@needs("edit")
def delete(flow: str) -> Response:
    """Delete a flow with the scripts only it says; undo brings all of it back."""
    path, workspace = f"flows/{flow}.yaml", open_workspace()
    name, who = titles().flow(flow), drafts.Author(author(), path, _("flow deleted"))
    gone = [path, *said_only_by(workspace, flow)]
    drafts.save(engine(), who, dict.fromkeys(gone), {})
    return page(_("“%(flow)s” was deleted, with what only it said.", flow=name), deleted=flow)


@bp.post("/<flow>/restore")
@needs("edit")
def restore(flow: str) -> Response:
    """Bring a flow back that was deleted just now."""
    try:
        drafts.undo(engine(), f"flows/{flow}.yaml", author())
    except (drafts.NothingToUndo, drafts.StaleEdit):
        return page(_("There is nothing to undo here."), 422)
    return page(_("“%(flow)s” is back.", flow=titles_of(open_workspace()).flow(flow)))
