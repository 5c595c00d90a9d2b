"""The canvas: cards drawn by the server, edits taken one by one, the inspector of a step."""

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from designer import drafts
from designer.access import author, needs
from designer.canvas_edits import apply, read_edit
from designer.cards import cards_of, seen_as
from designer.step_forms import save_step
from designer.wording import sentence_of
from designer.workspace import Workspace, engine, open_workspace
from flows.check import slots_of
from flows.edits import EditRefused
from flows.model import KIND_NAMES
from rules.facts import FACTS
from runtime.releases import live_files

bp = Blueprint("canvas", __name__, url_prefix="/flows/<flow>")


@bp.get("/")
def page(flow: str) -> str:
    """Show the whole canvas of a flow."""
    workspace = open_workspace()
    return render_template("canvas/page.html", **_values(workspace, flow), kinds=KIND_NAMES)


@bp.post("/edits")
@needs("edit")
def edit(flow: str) -> Response:
    """Take one edit of the canvas; the cards it changed come back."""
    before = open_workspace()
    try:
        wanted = read_edit(request.form.get("edit", ""))
        revision = request.form.get("rev", 0, int)
        apply(engine(), author(), before, flow, revision, wanted)
    except drafts.StaleEdit:
        return _changed(before, flow, _("Someone else saved meanwhile. Please look again."), 409)
    except EditRefused as refused:
        return _changed(before, flow, sentence_of(refused.code, **refused.values), 422)
    return _changed(before, flow)


@bp.post("/undo")
@needs("edit")
def undo(flow: str) -> Response:
    """Take the newest edit back."""
    return _turn(flow, drafts.undo)


@bp.post("/redo")
@needs("edit")
def redo(flow: str) -> Response:
    """Do again what was undone."""
    return _turn(flow, drafts.redo)


@bp.get("/steps/<step>")
def inspector(flow: str, step: str) -> str:
    """Show the inspector of a step."""
    workspace = open_workspace()
    return render_template("canvas/_inspector.html", **_step_values(workspace, flow, step))


@bp.put("/steps/<step>")
@needs("edit")
def save(flow: str, step: str) -> Response:
    """Save what the inspector holds."""
    before = open_workspace()
    try:
        save_step(engine(), author(), before, flow, step, request.form)
    except drafts.StaleEdit:
        notice = _("Someone else saved meanwhile. Your text is still in the form: save again.")
        return _changed(before, flow, notice, 409)
    except EditRefused as refused:
        return _changed(before, flow, sentence_of(refused.code, **refused.values), 422)
    return _changed(before, flow, _("Saved."), inspected=step)


def _turn(flow: str, turn: Any) -> Response:
    before = open_workspace()
    try:
        label = turn(engine(), f"flows/{flow}.yaml")
    except drafts.NothingToUndo:
        return _changed(before, flow, _("There is nothing to undo here."), 422)
    except drafts.StaleEdit as stale:
        notice = _("%(path)s was changed elsewhere since; undo it there.", path=stale.path)
        return _changed(before, flow, notice, 409)
    word = _("Undone: %(label)s") if turn is drafts.undo else _("Done again: %(label)s")
    return _changed(before, flow, word % {"label": label})


def _values(workspace: Workspace, flow: str) -> dict[str, Any]:
    path = f"flows/{flow}.yaml"
    found = workspace.flow(flow)
    can_undo, can_redo = drafts.can_undo(engine(), path)
    number, live = live_files(engine())
    problems = _problems(workspace, flow)
    return {
        "flow": found,
        "cards": cards_of(workspace, found),
        "rev": drafts.revision(engine(), path),
        "can_undo": can_undo,
        "can_redo": can_redo,
        "problems": problems,
        "live": number,
        "is_live": live.get(path) == workspace.files.get(path),
    }


def _problems(workspace: Workspace, flow: str) -> list[Any]:
    scripts = {getattr(step, "script", "") for step in workspace.flow(flow).steps.values()}
    mine = {f"flows/{flow}.yaml"} | {f"scripts/{script}.yaml" for script in scripts if script}
    return [problem for problem in workspace.compiled.problems if problem.file in mine]


def _step_values(workspace: Workspace, flow: str, step: str) -> dict[str, Any]:
    found = workspace.flow(flow)
    book = workspace.compiled.book
    body = found.steps.get(step)
    script = book.scripts.get(getattr(body, "script", ""))
    return {
        "flow": found,
        "step": body,
        "script": script,
        "scripts": sorted(book.scripts),
        "flows": sorted(book.flows),
        "intents": sorted(book.intents),
        "facts": sorted(FACTS) + sorted(f"slot.{slot}" for slot in slots_of(book)),
        "languages": workspace.languages,
        "rev": drafts.revision(engine(), f"flows/{flow}.yaml"),
        "seen": seen_as(workspace, flow, step),
        "card": cards_of(workspace, found).get(step),
    }


def _changed(
    before: Workspace, flow: str, notice: str = "", status: int = 200, inspected: str = ""
) -> Response:
    """Give only the cards that differ from before, and the state around them."""
    after = open_workspace()
    old, values = cards_of(before, before.flow(flow)), _values(after, flow)
    new = values["cards"]
    parts = {
        "added": [card for key, card in new.items() if key not in old],
        "changed": [card for key, card in new.items() if key in old and old[key] != card],
        "removed": [key for key in old if key not in new],
    }
    inspect = _step_values(after, flow, inspected) if inspected in new else None
    said = {**values, **parts, "notice": notice, "inspect": inspect, "failed": status >= 400}
    return Response(render_template("canvas/_changed.html", **said), status)
