"""The inbox: who waits for a person; reply live; hand back to the flow."""

from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from markupsafe import escape

from designer import mood_labels
from designer.access import agent_name, author, needs
from designer.fragments import show
from designer.workspace import engine, portal
from runtime.desk import inbox as desk
from runtime.desk import notices as told
from runtime.messages import MOST_TEXT

bp = Blueprint("inbox", __name__, url_prefix="/inbox")


@bp.get("/")
@needs("answer")
def page() -> Response:
    """Show who waits, and the conversation that is open."""
    return _show(request.args.get("visitor", ""))


@bp.get("/waiting")
@needs("answer")
def waiting() -> Response:
    """Show just the list, which asks for itself again and again."""
    rows = portal().call(desk.at_desk)
    return show("inbox", "waiting", rows=rows, visitor=request.args.get("visitor", ""))


@bp.get("/notices")
@needs("answer")
def notices() -> Response:
    """Show what rules want agents to know; it asks for itself again and again."""
    return _notices()


@bp.post("/notices")
@needs("answer")
def dismiss() -> Response:
    """Take a notice away: somebody saw to it."""
    portal().call(told.dismiss, request.form.get("stored", ""))
    return _notices()


@bp.post("/moods")
@needs("answer")
def label() -> Response:
    """Keep what an agent says of a message: angry or not. The thresholds are chosen by that."""
    text = request.form.get("text", "").strip()
    if text:
        mood_labels.label(engine(), author(), text, request.form.get("angry") == "1")
    return Response(f"<small class='muted'>{escape(_('Thank you.'))}</small>")


@bp.get("/<visitor>")
@needs("answer")
def conversation(visitor: str) -> Response:
    """Show the lines of one conversation, which ask for themselves again and again."""
    lines, state, agent = portal().call(desk.conversation, visitor)
    values: dict[str, Any] = {"lines": lines, "state": state, "agent": agent}
    values["visitor"] = visitor
    return show("inbox", "lines", rows=portal().call(desk.at_desk), **values)


@bp.post("/<visitor>")
@needs("answer")
def reply(visitor: str) -> Response:
    """Say something to the visitor."""
    text = request.form.get("text", "").strip()
    notice = ""
    if text and len(text) <= MOST_TEXT:
        said = (text, request.form.get("id", "")[:100])
        portal().call(desk.reply, visitor, agent_name(), said)
    elif text:
        notice = _("The reply is too long; nothing was sent.")
    return _show(visitor, notice)


@bp.post("/<visitor>/take")
@needs("answer")
def take(visitor: str) -> Response:
    """Take the visitor over."""
    portal().call(desk.take, visitor, agent_name())
    return _show(visitor)


@bp.post("/<visitor>/back")
@needs("answer")
def hand_back(visitor: str) -> Response:
    """Hand the conversation back to the flow."""
    portal().call(desk.hand_back, visitor, agent_name())
    return _show(visitor, _("Handed back to the flow."))


def _notices() -> Response:
    rows, many = portal().call(told.notices)
    return show("inbox", "notices", notices=rows, many=many)


def _show(visitor: str, notice: str = "") -> Response:
    rows = portal().call(desk.at_desk)
    values: dict[str, Any] = {"rows": rows, "visitor": visitor, "notice": notice}
    values["notices"], values["many"] = portal().call(told.notices)
    if visitor:
        lines, state, agent = portal().call(desk.conversation, visitor)
        values |= {"lines": lines, "state": state, "agent": agent}
    return show("inbox", "all", **values)
