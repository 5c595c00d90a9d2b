"""The flow as a list: the equal alternative to its drawing, for keyboard and screen reader."""

from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from designer import drafts
from designer.access import author, needs
from designer.canvas_edits import Said, apply
from designer.canvas_view import canvas_values
from designer.fragments import show
from designer.turning import turned
from designer.wording import conflict_words, sentence_of
from designer.workspace import engine, open_workspace
from flows.edits import EditRefused
from flows.model import KIND_NAMES, Flow, Place

bp = Blueprint("flow_list", __name__, url_prefix="/flows/<flow>/list")
CARD: Place = (320.0, 240.0)
"""Room a card takes up on the canvas, with the space around it."""


@bp.get("/")
def page(flow: str) -> Response:
    """Show every step with its texts and where it leads."""
    return _show(flow, opened=request.args.get("open", ""))


@bp.post("/steps")
@needs("edit")
def add(flow: str) -> Response:
    """Add a step: at the end, or where a way out of another step leads nowhere yet."""
    near, port = request.form.get("from", ""), request.form.get("port", "")
    found = open_workspace().flow(flow)
    at = free_place(found, near)
    edit: dict[str, Any] = {"op": "add", "kind": request.form.get("kind", ""), "at": list(at)}
    if near:
        edit |= {"from": near, "port": port or "next"}
    return _edit(flow, edit)


@bp.post("/steps/<step>/<op>")
@needs("edit")
def change(flow: str, step: str, op: str) -> Response:
    """Delete a step, or let the flow begin with it."""
    if op == "delete":
        return _edit(flow, {"op": "delete", "keys": [step]})
    return _edit(flow, {"op": "start", "key": step}, step)


@bp.post("/undo")
@needs("edit")
def undo(flow: str) -> Response:
    """Take one's own newest edit of this flow back."""
    return turned(f"flows/{flow}.yaml", True, lambda said, status: _show(flow, said, status))


@bp.post("/redo")
@needs("edit")
def redo(flow: str) -> Response:
    """Do again what one undid."""
    return turned(f"flows/{flow}.yaml", False, lambda said, status: _show(flow, said, status))


def free_place(flow: Flow, near: str = "") -> Place:
    """Find a place on the canvas where no card stands: right of a step, or right of all."""
    taken = list(flow.layout.values())
    if near in flow.layout:
        x, y = flow.layout[near][0] + CARD[0], flow.layout[near][1]
    else:
        x = max((place[0] for place in taken), default=80 - CARD[0]) + CARD[0]
        y = min((place[1] for place in taken), default=80.0)
    while any(abs(x - a) < CARD[0] and abs(y - b) < CARD[1] for a, b in taken):
        y += CARD[1]
    return x, y


def _edit(flow: str, edit: dict[str, Any], opened: str = "") -> Response:
    since = request.form.get("rev", 0, int)
    try:
        said: Said = apply(engine(), author(), open_workspace(), flow, since, edit)
    except drafts.StaleEdit as stale:
        what = conflict_words(stale.conflicts, stale.path)
        notice = _("Someone else changed %(what)s meanwhile; your edit was not made.", what=what)
        return _show(flow, notice, 409)
    except EditRefused as refused:
        return _show(flow, sentence_of(refused.code, **refused.values), 422)
    return _show(flow, opened=said.keys[0] if said.keys else opened)


def _show(flow: str, notice: str = "", status: int = 200, opened: str = "") -> Response:
    values = canvas_values(open_workspace(), flow)
    return show("list", "all", status, **values, kinds=KIND_NAMES, notice=notice, opened=opened)
