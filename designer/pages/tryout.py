"""Try-chat: talk to a draft through the same engine, keep a talk as a test, share it by a link."""

import json

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer

from designer import drafts
from designer.access import author, needs
from designer.cards import language
from designer.publishing import note
from designer.rule_forms import EVENTS
from designer.trying import Move, draft, move, read_chat, write_chat
from designer.wording import sentence_of
from designer.workspace import Workspace, engine, open_workspace
from flows.model import Flow, Line
from flows.talk_edits import add_test, delete_test
from rules.facts import FACTS
from runtime.preview import run_talks

bp = Blueprint("tryout", __name__)
SHARED_FOR = 72 * 3600
"""Seconds a shared link lives."""


@bp.post("/try/<flow>")
def talk(flow: str) -> Response:
    """Make one move of the try-chat; one without a text begins anew."""
    workspace = open_workspace()
    workspace.flow(flow)
    if not request.form.get("state"):
        note(engine(), author(), "try", flow)
    return _answer(workspace, flow, language())


@bp.get("/try/<flow>/known")
def known(flow: str) -> str:
    """Show what may be set before or while trying: facts, and the wordings to be seen."""
    workspace = open_workspace()
    scripts = {getattr(step, "script", "") for step in workspace.flow(flow).steps.values()}
    book = workspace.compiled.book
    several = [book.scripts[key] for key in sorted(scripts) if key in book.scripts]
    chat = read_chat(request.args.get("state", ""))
    return render_template(
        "canvas/_try_known.html",
        flow=workspace.flow(flow),
        facts=sorted(FACTS),
        known=chat.facts,
        variants=chat.variants,
        scripts=[script for script in several if len(script.variants) > 1],
        events=EVENTS,
    )


@bp.post("/try/<flow>/keep")
@needs("edit")
def keep(flow: str) -> Response:
    """Keep the talk as a test of the flow."""
    chat = read_chat(request.form.get("state", ""))
    if not chat.lines:
        return Response(_("There is nothing to keep yet: talk first."), 422)
    name = request.form.get("name", "").strip()[:80] or _("Talk")
    path = f"flows/{flow}.yaml"
    workspace = open_workspace()
    workspace.flow(flow)
    lines = [Line(do, value) for do, value in chat.lines]
    who = drafts.Author(author(), path, _("test “%(name)s” kept", name=name))
    try:
        text = add_test(workspace.files[path], name, language(), dict(chat.facts), lines)
        drafts.save(engine(), who, {path: text}, {path: workspace.rev})
    except ValueError as error:
        return Response(sentence_of(str(error), reason=""), 422)
    return Response(_("Kept as a test of this flow. It runs before every publish."))


@bp.get("/flows/<flow>/tests")
def tests(flow: str) -> str:
    """Run every recorded talk of a flow, and show how each went."""
    return _tests(open_workspace(), flow)


@bp.post("/flows/<flow>/tests/<int:number>/delete")
@needs("edit")
def forget(flow: str, number: int) -> str:
    """Take a recorded talk away."""
    path = f"flows/{flow}.yaml"
    who = drafts.Author(author(), path, _("test deleted"))
    workspace = open_workspace()
    workspace.flow(flow)
    texts = {path: delete_test(workspace.files[path], number)}
    drafts.save(engine(), who, texts, {path: workspace.rev})
    return _tests(open_workspace(), flow)


@bp.post("/try/<flow>/share")
@needs("edit")
def share(flow: str) -> Response:
    """Make a link that lets anybody try the draft for three days, without an account."""
    open_workspace().flow(flow)
    token = _links().dumps({"flow": flow, "lang": language()})
    note(engine(), author(), "share", flow)
    address = url_for("tryout.shared", token=token, _external=True)
    return Response(render_template("canvas/_shared_link.html", address=address))


@bp.get("/share/<token>")
def shared(token: str) -> str:
    """Show a draft to somebody who was sent a link."""
    found = _read_link(token)
    flow = open_workspace().flow(found["flow"])
    return render_template("tryout/shared.html", flow=flow, token=token)


@bp.post("/share/<token>")
def shared_talk(token: str) -> Response:
    """Make one move for somebody who was sent a link."""
    found = _read_link(token)
    return _answer(open_workspace(), found["flow"], found["lang"], token)


def _answer(workspace: Workspace, flow: str, lang: str, token: str = "") -> Response:
    moved: Move = move(
        draft(workspace), flow, read_chat(request.form.get("state", "")), request.form, lang
    )
    entered = [wish for tried in moved.tried for wish in tried.entered]
    values = {
        "flow": Flow(flow),
        "move": moved,
        "state": write_chat(moved.chat),
        "url": url_for("tryout.shared_talk", token=token)
        if token
        else url_for("tryout.talk", flow=flow),
        "plain": bool(token),
    }
    response = Response(render_template("canvas/_tried.html", **values))
    steps = [wish.step for wish in entered if wish.flow == flow]
    response.headers["HX-Trigger-After-Settle"] = json.dumps({"dialoom:lit": {"steps": steps}})
    return response


def _tests(workspace: Workspace, flow: str) -> str:
    found = workspace.flow(flow)
    verdicts = run_talks(draft(workspace), found) if found.tests else []
    values = {"flow": found, "verdicts": verdicts}
    return render_template("tryout/tests.html", **values)


def _read_link(token: str) -> dict[str, str]:
    try:
        found: dict[str, str] = _links().loads(token, max_age=SHARED_FOR)
    except BadSignature:  # Forged, or older than three days.
        abort(make_response(render_template("tryout/gone.html"), 404))
    return found


def _links() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="shared draft")
