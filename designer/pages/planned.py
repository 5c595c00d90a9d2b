"""Releases that wait: ask for one, look at somebody else's, let it go out or take it back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from designer import publications
from designer.access import author, needs
from designer.fragments import show
from designer.pages.releases import left_out_by, release_values
from designer.wording import sentence_of
from designer.workspace import engine, portal
from flows.edits import EditRefused
from runtime.errors import CannotPublish

bp = Blueprint("planned", __name__, url_prefix="/releases/planned")


@bp.post("/")
@needs("publish")
def ask() -> Response:
    """Ask for a release of the drafts: at a time, or as soon as a second person approves."""
    given = request.form.get("due", "").strip()
    due = _time(given)
    if given and (due is None or due <= datetime.now(UTC)):
        return _show(sentence_of("bad_time"), 422)
    left_out = left_out_by(request.form)
    message = request.form.get("message", "").strip()
    asked = publications.ask(engine(), author(), message, due, left_out)
    if asked.state == "waiting":
        return _show(_("Asked for. Another publisher has to approve it here."))
    return _show(_("Planned. It goes out by itself; until then it can be taken back."))


@bp.post("/<int:number>/approve")
@needs("publish")
def approve(number: int) -> Response:
    """Let what somebody else asked for go out."""
    try:
        release = publications.approve(portal(), number, author())
    except EditRefused as refused:
        return _show(sentence_of(refused.code), 422)
    except CannotPublish as error:
        return _show(sentence_of(error.reason, rule=error.detail), 422)
    if release is None:
        return _show(_("Approved. It goes out at its time."))
    return _show(_("Release %(n)s is live.", n=release))


@bp.post("/<int:number>/withdraw")
@needs("publish")
def withdraw(number: int) -> Response:
    """Take back what was asked for."""
    try:
        publications.withdraw(engine(), number, author())
    except EditRefused as refused:
        return _show(sentence_of(refused.code), 422)
    return _show(_("Taken back; the drafts are as they were."))


def _time(text: str) -> datetime | None:
    """Read a time as the browser's field gives it, in the shop's zone."""
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        return None
    zone = ZoneInfo(portal().services.settings.time_zone)
    return (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)


def _show(notice: str, status: int = 200) -> Response:
    return show("releases", "all", status, **release_values(notice, status >= 400))
