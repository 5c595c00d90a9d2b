"""The canvas: cards drawn by the server, edits taken one by one, and what others do meanwhile."""

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from designer import drafts
from designer.access import agent_name, author, needs
from designer.canvas_edits import apply, read_edit
from designer.canvas_view import canvas_values, changed
from designer.presence import Somebody, announce, leave
from designer.titles import titles
from designer.wording import conflict_words, sentence_of
from designer.workspace import engine, open_workspace
from flows.edits import EditRefused
from flows.model import KIND_NAMES, NOTE_COLORS

bp = Blueprint("canvas", __name__, url_prefix="/flows/<flow>")


@bp.get("/")
def page(flow: str) -> str:
    """Show the whole canvas of a flow."""
    values = canvas_values(open_workspace(), flow)
    return render_template("canvas/page.html", **values, kinds=KIND_NAMES, colors=NOTE_COLORS)


@bp.post("/edits")
@needs("edit")
def edit(flow: str) -> Response:
    """Take one edit of the canvas; what differs from what the tab saw comes back."""
    since = request.form.get("rev", 0, int)
    try:
        wanted = read_edit(request.form.get("edit", ""))
        said = apply(engine(), author(), open_workspace(), flow, since, wanted)
    except drafts.StaleEdit as stale:
        what = conflict_words(stale.conflicts, stale.path)
        notice = _("Someone else changed %(what)s meanwhile; your edit was not made.", what=what)
        return changed(flow, since, notice, 409)
    except EditRefused as refused:
        return changed(flow, since, sentence_of(refused.code, **refused.values), 422)
    answer = changed(flow, since, said.notice)
    if said.keys:
        answer.headers["X-Dialoom-Keys"] = " ".join(said.keys)
    return answer


@bp.post("/undo")
@needs("edit")
def undo(flow: str) -> Response:
    """Take one's own newest edit back."""
    return _turn(flow, drafts.undo)


@bp.post("/redo")
@needs("edit")
def redo(flow: str) -> Response:
    """Do again what one undid."""
    return _turn(flow, drafts.redo)


@bp.post("/presence")
def presence(flow: str) -> Response:
    """Note that a tab is here; answer with who else is, and with what changed since it looked."""
    since, tab = request.form.get("rev", 0, int), request.form.get("tab", "")
    if request.form.get("leaving"):
        leave(engine(), tab)
        return Response("", 204)
    me = Somebody(author(), agent_name(), request.form.get("step", ""))
    others = announce(engine(), tab, f"flows/{flow}.yaml", me)
    here = render_template("canvas/_presence.html", others=others, me=me)
    if not since or drafts.newest(engine()) == since:
        return Response(here)
    answer = changed(flow, since)
    answer.set_data(answer.get_data(as_text=True) + here)
    return answer


def _turn(flow: str, turn: Any) -> Response:
    since = request.form.get("since", 0, int) or drafts.newest(engine())
    try:
        label = turn(engine(), f"flows/{flow}.yaml", author())
    except drafts.NothingToUndo:
        return changed(flow, since, _("There is nothing to undo here."), 422)
    except drafts.StaleEdit as stale:
        what = conflict_words(stale.conflicts, stale.path) or titles().file(stale.path)
        notice = _("%(what)s was changed since by someone else, so this stays.", what=what)
        return changed(flow, since, notice, 409)
    word = _("Undone: %(label)s") if turn is drafts.undo else _("Done again: %(label)s")
    return changed(flow, since, word % {"label": label})
