"""Foreign bots taken in: a Typebot export or a Rasa project, how far it is, what came of it."""

import secrets
import time
from collections.abc import Mapping
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from designer import imports
from designer.access import author, may, needs
from designer.import_work import is_small, work_here
from designer.tables import Import
from designer.tasks import IMPORTS, call_for
from designer.wording import left_out_words, sentence_of
from designer.workspace import engine
from flows.importing.imported import MOST_BYTES, NOTED

bp = Blueprint("imports", __name__, url_prefix="/flows/new")
STAGES = ("reading", "drawing", "checking", "saving")
BEGINS = {"": 0.0, "reading": 0.0, "drawing": 8.0, "checking": 70.0, "saving": 88.0, "end": 100.0}
"""How many percent are done when a stage begins."""
BYTES_A_SECOND = 150_000


@bp.post("/typebot")
@needs("edit")
def from_typebot_export() -> AnyResponse:
    """Take in Typebot's JSON export."""
    return _begin("typebot", [found for found in [request.files.get("export")] if found])


@bp.post("/rasa")
@needs("edit")
def from_rasa_project() -> AnyResponse:
    """Take in a Rasa project: a zip, or its files one by one."""
    return _begin("rasa", [found for found in request.files.getlist("project") if found.filename])


@bp.get("/import/<key>")
@needs("edit")
def page(key: str) -> str:
    """Show how far an import is; what came of it, once it has ended."""
    found = _own(key)
    values: dict[str, Any] = {"name": imports.NAMES[found.kind], "found": found}
    outcome: Mapping[str, Any] = imports.outcome_of(found)
    if found.state == "done":
        left = [
            (place, what, left_out_words(code), code) for place, what, code in outcome["left_out"]
        ]
        values["lost"] = [row for row in left if row[3] not in NOTED]
        values["differs"] = [row for row in left if row[3] in NOTED]
        return render_template("imports/done.html", **values, outcome=outcome)
    if found.state in imports.OPEN:
        return render_template("imports/page.html", **values, **_progress(found))
    why = _why(outcome["code"], outcome.get("values", {})) if outcome else ""
    return render_template("imports/ended.html", **values, why=why)


@bp.get("/import/<key>/progress")
@needs("edit")
def progress(key: str) -> Response:
    """Say how far an import is; the page is loaded anew once it has ended."""
    found = _own(key)
    if found.state not in imports.OPEN:
        return Response("", headers={"HX-Refresh": "true"})
    values = _progress(found)
    changed = request.args.get("at") != values["at"]
    return Response(render_template("imports/_bar.html", found=found, changed=changed, **values))


@bp.post("/import/<key>/cancel")
@needs("edit")
def cancel(key: str) -> AnyResponse:
    """Stop an import; what has ended meanwhile stays as it is."""
    imports.cancel(engine(), _own(key).key)
    return redirect(url_for("imports.page", key=key), 303)


def _begin(kind: str, given: list[FileStorage]) -> AnyResponse:
    files = {file.filename or "": file.read(MOST_BYTES + 1) for file in given}
    label = _("imported from %(name)s", name=imports.NAMES[kind])
    token = request.form.get("token", "")[:64] or secrets.token_hex(8)
    asked = imports.Asked(author(), kind, label, token, files)
    small = is_small(files)
    found, is_new = imports.begin(engine(), asked, claimed=small)
    if is_new and small:
        work_here(engine(), found)
    elif is_new:
        call_for(current_app.extensions.get("celery"), IMPORTS)
    return redirect(url_for("imports.page", key=found.key), 303)


def _own(key: str) -> Import:
    """Give an import to whoever began it and to admins; to others there is none."""
    imports.settle(engine())
    found = imports.find(engine(), key)
    if found is None or not (found.author == author() or may("administer")):
        abort(404)
    return found


def _progress(found: Import) -> dict[str, Any]:
    """Say what is being done, and reckon how much of it is behind us."""
    at = found.stage
    begins, ends = (BEGINS[name] for name in (at, _after(at)))
    since = max(0.0, time.time() - found.stage_at)
    # Nobody knows how long a stage takes; the bar slows down and never claims to be through.
    share = since / (since + 1 + found.size / BYTES_A_SECOND) if at else 0.0
    part = STAGES.index(at) + 1 if at else 0
    percent = round(begins + (ends - begins) * share)
    return {
        "at": at,
        "percent": percent,
        "part": part,
        "parts": len(STAGES),
        "doing": _doing(found),
    }


def _after(stage: str) -> str:
    return dict(zip(STAGES, [*STAGES[1:], "end"], strict=True)).get(stage, "")


def _doing(found: Import) -> str:
    if found.stage == "drawing" and found.kind == "typebot":
        num = found.blocks
        return str(ngettext("Drawing %(num)s block", "Drawing %(num)s blocks", num))
    return {
        "reading": _("Reading the file"),
        "drawing": _("Reading the stories and drawing them"),
        "checking": _("Looking for problems in what was drawn"),
        "saving": _("Saving"),
    }.get(found.stage) or str(_("Waiting for its turn"))


def _why(code: str, values: Mapping[str, str]) -> str:
    own = {
        "no_dialogue": _("There is no dialogue in this file."),
        "stopped": _("The server was stopped while it worked on this, twice."),
        "no_worker": _(
            "The worker in the background does not run. Whoever runs the server can help."
        ),
        "took_too_long": _("It took longer than ten minutes and was given up."),
        "names_taken": _("Others kept making files of the same names meanwhile."),
        "broke": _("Something went wrong while it was read; the worker's log says what."),
    }
    return own.get(code) or sentence_of(code, **values)
