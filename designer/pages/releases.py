"""Releases: what is live, what would change, publish, roll back, import and export."""

import io
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request, send_file
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from designer import drafts, history, publications, publishing
from designer.access import author, needs
from designer.fragments import show
from designer.turning import turned
from designer.unpublished import parts_of
from designer.wording import sentence, sentence_of
from designer.workspace import engine, open_workspace, portal, workspace_of
from flows.bundle import imported, packed, unpacked
from flows.problems import Problem, blocking
from runtime.errors import CannotPublish, ReleaseUnknown
from runtime.releases import files_of, list_releases, live_files

bp = Blueprint("releases", __name__, url_prefix="/releases")


@bp.get("/")
def page() -> Response:
    """Show what is live and what publishing would change."""
    return _show()


@bp.post("/")
@needs("publish")
def publish() -> Response:
    """Publish what was chosen as one release; the rest stays as it is live."""
    message = request.form.get("message", "").strip()
    left_out = left_out_by(request.form)
    try:
        number = publishing.publish(portal(), author(), message, left_out)
    except CannotPublish as error:
        return _show(sentence_of(error.reason, rule=error.detail), 422, left_out)
    return _show(_("Release %(n)s is live.", n=number))


def left_out_by(form: MultiDict[str, str]) -> list[str]:
    """Name the files that stay as they are live: all that is not chosen, or not finished."""
    _number, live = live_files(engine())
    parts = parts_of(open_workspace(), live)
    chosen = set(form.getlist("part"))
    kept = [p for p in parts if (p.key not in chosen if "choose" in form else not p.is_finished)]
    return [path for part in kept for path in part.paths]


@bp.post("/<int:number>/rollback")
@needs("publish")
def roll_back(number: int) -> Response:
    """Make an older release live again."""
    try:
        publishing.roll_back(portal(), author(), number)
    except ReleaseUnknown:
        return _show(_("There is no release %(n)s.", n=number), 404)
    return _show(_("Release %(n)s is live again.", n=number))


@bp.post("/<int:number>/drafts")
@needs("edit")
def into_drafts(number: int) -> Response:
    """Take a release back into the drafts as one change; what is live stays."""
    try:
        files = files_of(engine(), number)
    except ReleaseUnknown:
        return _show(_("There is no release %(n)s.", n=number), 404)
    gone = dict.fromkeys(set(drafts.files(engine())) - set(files))
    who = drafts.Author(author(), "import", _("release %(n)s taken into the drafts", n=number))
    drafts.save(engine(), who, {**files, **gone}, {})
    return _show(_("The drafts are what release %(n)s was.", n=number))


@bp.post("/versions/<int:rev>/restore")
@needs("edit")
def restore(rev: int) -> Response:
    """Bring every draft back as it was at a named version, as one change."""
    who = drafts.Author(author(), "import", _("version %(rev)s restored", rev=rev))
    history.restore(engine(), who, rev, ())
    return _show(_("The drafts are as they were then."))


@bp.post("/undo")
@needs("edit")
def undo() -> Response:
    """Take back one's own newest import or restore of all drafts."""
    return turned("import", True, _show)


@bp.get("/export.zip")
def export() -> Response:
    """Give the drafts, or a release, as a zip of YAML files."""
    number = request.args.get("release", 0, int)
    files = files_of(engine(), number) if number else drafts.files(engine())
    name = f"dialoom-{number or 'draft'}.zip"
    return send_file(io.BytesIO(packed(files)), "application/zip", True, name)


@bp.post("/import")
@needs("edit")
def take_in() -> Response:
    """Replace the drafts by the files of a zip; undoing is importing the export made before."""
    upload = request.files.get("archive")
    contents, problems = unpacked(upload.read() if upload else b"")
    files, more = imported(contents)
    problems += more
    if not problems and "workspace.yaml" not in files:
        problems.append(Problem("missing_workspace"))
    if problems:
        said = "; ".join(f"{p.file} {sentence(p)}".strip() for p in problems[:5])
        return _show(_("Nothing was imported. %(why)s", why=said), 422)
    gone = dict.fromkeys(set(drafts.files(engine())) - set(files))
    who = drafts.Author(author(), "import", _("import"))
    drafts.save(engine(), who, {**files, **gone}, {})
    publishing.note(engine(), author(), "import", f"{len(files)} files")
    return _show(_("%(n)s files were imported into the drafts.", n=len(files)))


def _show(notice: str = "", status: int = 200, left_out: Sequence[str] | None = None) -> Response:
    return show("releases", "all", status, **release_values(notice, status >= 400, left_out))


def release_values(
    notice: str = "", failed: bool = False, left_out: Sequence[str] | None = None
) -> dict[str, Any]:
    """Give what the release page needs: what is live, what would change, and what waits."""
    workspace = open_workspace()
    number, live = live_files(engine())
    parts = parts_of(workspace, live)
    if left_out is None:
        left_out = [path for part in parts if not part.is_finished for path in part.paths]
    chosen = workspace
    if left_out:
        files = publishing.without(workspace.files, live, left_out)
        chosen = workspace_of(files, workspace.rev)
    left = blocking(chosen.compiled.problems)
    tests = publishing.verdicts(engine(), chosen.files, chosen.compiled) if not left else {}
    asked = publications.waiting(engine())
    return {
        "live": number,
        "releases": list_releases(engine()),
        "parts": parts,
        "left_out": left_out,
        "blocking": left,
        "tests": sum(len(of_flow) for of_flow in tests.values()),
        "failing": publishing.failed(tests),
        "tests_block": chosen.compiled.book.workspace.tests == "block",
        "four_eyes": publishing.needs_second(engine()),
        "waiting": [(one, publications.changes(engine(), one)) for one in asked],
        "rev": workspace.rev,
        "decided": publications.recent(engine()),
        "me": author(),
        "named": history.named(engine()),
        "can_undo": drafts.can_undo(engine(), "import", author())[0],
        "notice": notice,
        "failed": failed,
    }
