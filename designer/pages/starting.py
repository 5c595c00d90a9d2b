"""Begin a flow: from blank, from a template, from a Typebot export, from a Rasa project."""

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from designer import drafts
from designer.access import author, needs
from designer.library import templates
from designer.publishing import note
from designer.wording import left_out_words, sentence_of
from designer.workspace import engine, open_workspace
from flows.adopting import adopted
from flows.bundle import unpacked
from flows.importing.imported import NOTED, Imported, NotReadable
from flows.importing.rasa import from_rasa
from flows.importing.typebot import from_typebot

bp = Blueprint("starting", __name__, url_prefix="/flows/new")
MOST_BYTES = 8 * 1024 * 1024


@bp.get("/")
@needs("edit")
def page() -> str:
    """Show every way to begin."""
    return _show()


@bp.post("/template/<key>")
@needs("edit")
def from_template(key: str) -> AnyResponse:
    """Take a template into the workspace and open its canvas."""
    template = templates().get(key)
    if template is None:
        return Response(_show(_("There is no such template.")), 404)
    files = adopted(template.files, drafts.files(engine()))
    # The nth file of a template stays the nth when it is adopted, whatever it is called then.
    position = list(template.files).index(f"flows/{template.flow.key}.yaml")
    flow = list(files)[position][6:-5]
    who = drafts.Author(author(), f"flows/{flow}.yaml", _("begun from a template"))
    drafts.save(engine(), who, dict(files), {})
    return redirect(url_for("canvas.page", flow=flow))


@bp.post("/typebot")
@needs("edit")
def from_typebot_export() -> Response:
    """Take in Typebot's JSON export."""
    upload = request.files.get("export")
    content = upload.read(MOST_BYTES + 1) if upload else b""
    workspace = open_workspace()
    try:
        found = from_typebot(content, list(workspace.files), workspace.languages)
    except NotReadable as refused:
        return Response(_show(sentence_of(refused.code, **refused.values)), 422)
    return _take_in(found, "Typebot")


@bp.post("/rasa")
@needs("edit")
def from_rasa_project() -> Response:
    """Take in a Rasa project: a zip, or its files one by one."""
    contents: dict[str, bytes] = {}
    for upload in request.files.getlist("project"):
        content = upload.read(MOST_BYTES + 1)
        if (upload.filename or "").endswith(".zip"):
            inside, problems = unpacked(content)
            if problems:
                why = sentence_of(problems[0].code, **problems[0].values)
                return Response(_show(why), 422)
            contents |= inside
        elif upload.filename:
            contents[upload.filename] = content
    workspace = open_workspace()
    try:
        found = from_rasa(contents, list(workspace.files), workspace.languages)
    except NotReadable as refused:
        return Response(_show(sentence_of(refused.code, **refused.values)), 422)
    return _take_in(found, "Rasa")


def _take_in(found: Imported, name: str) -> Response:
    """Write what was imported into the drafts, and list what could not come along."""
    flows = [path[6:-5] for path in found.files if path.startswith("flows/")]
    if not flows:
        return Response(_show(_("There is no dialogue in this file.")), 422)
    place = f"flows/{flows[0]}.yaml"
    who = drafts.Author(author(), place, _("imported from %(name)s", name=name))
    drafts.save(engine(), who, dict(found.files), {})
    note(engine(), author(), "import", f"{name}: {found.carried}/{found.total}")
    lost = [(left, left_out_words(left.code)) for left in found.left_out if left.code not in NOTED]
    differs = [(left, left_out_words(left.code)) for left in found.left_out if left.code in NOTED]
    values: Mapping[str, object] = {"found": found, "flows": flows, "lost": lost}
    return Response(render_template("starting/imported.html", **values, differs=differs, name=name))


def _show(notice: str = "") -> str:
    return render_template("starting/page.html", templates=templates().values(), notice=notice)
