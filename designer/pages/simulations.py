"""Simulations of rules: asked for, followed, cancelled, and what live and draft would have done."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask_babel import gettext as _

from designer import evaluations
from designer.access import author, needs
from designer.evaluations import RULES
from designer.fragments import show
from designer.simulations import MOST_LINES, said_of
from designer.tables import Evaluation
from designer.tasks import SIMULATIONS, call_for
from designer.workspace import engine, open_workspace
from rules.comparing import explained_from
from runtime.events import BadEvent
from runtime.recordings import read_recording

bp = Blueprint("simulations", __name__, url_prefix="/simulations")
MOST_BYTES = 20 * 1024 * 1024


@bp.get("/")
def page(notice: str = "", status: int = 200) -> Response:
    """Show the newest simulation, and how far one is that is running."""
    open_workspace()
    found = evaluations.latest(engine(), RULES)
    done = next((one for one in found if one.state == "done"), None)
    values: dict[str, Any] = {
        "running": next((one for one in found if one.state in evaluations.OPEN), None),
        "failed": bool(found) and found[0].state == "failed",
        "done": done,
        "found": _readable(done) if done else None,
        "notice": notice,
    }
    return show("simulations", "all", status, **values)


@bp.post("/")
@needs("edit")
def ask() -> Response:
    """Ask for a simulation of the drafts: of the last days, or of a recording that comes along."""
    said: dict[str, Any] = {}
    file = request.files.get("recording")
    if file and file.filename:
        content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            return page(_("The recording is larger than 20 MB; send a part of it."), 413)
        try:
            recording = read_recording(content.decode("utf-8").splitlines(), MOST_LINES)
        except (UnicodeDecodeError, BadEvent) as error:
            return page(_("The recording cannot be read: %(why)s", why=str(error)[:300]), 422)
        said = said_of(recording, file.filename)
    evaluations.ask(engine(), author(), RULES, said)
    call_for(current_app.extensions.get("celery"), SIMULATIONS)
    return page()


@bp.get("/<int:number>/progress")
def progress(number: int) -> Response | str:
    """Show how far a simulation is; when it has ended, the whole page is shown again."""
    found = evaluations.find(engine(), number)
    if found is None or found.kind != RULES:
        abort(404)
    if found.state in evaluations.OPEN:
        return render_template("simulations/_progress.html", running=found)
    answer = page()
    answer.headers["HX-Retarget"] = "#simulation"
    answer.headers["HX-Reswap"] = "outerHTML"
    return answer


@bp.post("/<int:number>/cancel")
@needs("edit")
def cancel(number: int) -> Response:
    """Stop a simulation."""
    evaluations.cancel(engine(), number)
    return page(_("Cancelled."))


def _readable(done: Evaluation) -> dict[str, Any]:
    """Give the outcome with judged conditions read back, the rules that differ most first."""
    found = dict(done.outcome)
    found["dates"] = [date.fromisoformat(day) for day in found["dates"]]
    for row in found["rules"]:
        sides = [row[side] for side in ("live", "draft") if side in row]
        row["busy"] = any(one["fired"] or one["silent"] for one in sides)
    found["rules"] = sorted(found["rules"], key=lambda row: (-abs(_change(row)), row["rule"]))
    for sample in found["samples"]:
        for side in ("live", "draft"):
            if sample.get(side):
                sample[side]["why"] = explained_from(sample[side]["why"])
    return found


def _change(row: dict[str, Any]) -> int:
    live, draft = (row.get(side, {}).get("fired", 0) for side in ("live", "draft"))
    return int(draft - live)
