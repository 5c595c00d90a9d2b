"""The YAML of a flow, its difference to what is live, and its problems by line."""

from flask import Blueprint, Response, abort, g, render_template, request, url_for
from flask_babel import gettext as _

from designer import drafts
from designer.access import author, may, needs
from designer.conflicts import IN_ITS_FORM, conflict_answer
from designer.fragments import show
from designer.turning import turned
from designer.workspace import Workspace, engine, open_workspace
from flows.diff import lines
from runtime.compiling import check_files
from runtime.releases import live_files

bp = Blueprint("yaml_view", __name__, url_prefix="/yaml")


@bp.get("/<path:path>")
def page(path: str) -> Response:
    """Show a file."""
    return _show(path)


@bp.put("/<path:path>")
@needs("edit")
def save(path: str) -> Response:
    """Save the text as it is; a draft may be broken, only publishing asks for more."""
    if not _may_write(path):
        abort(403)
    text = _typed()
    rev = request.form.get("rev", 0, int)
    who = drafts.Author(author(), path, _("YAML edited"))
    try:
        drafts.edit(engine(), who, path, rev, lambda _old: text)
    except drafts.StaleEdit as stale:
        return conflict_answer(stale, url_for("yaml_view.page", path=path), IN_ITS_FORM)
    return _show(path, _("Saved."))


@bp.post("/<path:path>/check")
@needs("edit")
def check(path: str) -> str:
    """Name the problems a text would have; nothing is saved."""
    drafted = open_workspace()
    if path not in drafted.files:
        abort(404)
    files = drafted.files | {path: _typed()}
    # What the sentences name is called as the text calls it.
    typed = g.workspace = Workspace(files, check_files(files), drafted.rev)
    return render_template("yaml/_problems.html", problems=typed.problems_in(path))


@bp.post("/<path:path>/undo")
@needs("edit")
def undo(path: str) -> Response:
    """Take one's own newest edit here back."""
    return turned(path, True, lambda said, status: _show(path, said, status))


@bp.post("/<path:path>/redo")
@needs("edit")
def redo(path: str) -> Response:
    """Do again what one undid here."""
    return turned(path, False, lambda said, status: _show(path, said, status))


def _show(path: str, notice: str = "", status: int = 200) -> Response:
    workspace = open_workspace()
    if path not in workspace.files:
        abort(404)
    number, live = live_files(engine())
    text = workspace.files[path]
    names = (_("live, release %(n)s", n=number), _("draft"))
    values = {
        "path": path,
        "text": text,
        "rev": drafts.revision(engine(), path),
        "difference": lines(live.get(path, ""), text, names),
        "problems": workspace.problems_in(path),
        "may_write": _may_write(path),
        "notice": notice,
    }
    return show("yaml", "file", status, **values)


def _may_write(path: str) -> bool:
    return may("publish" if path == "workspace.yaml" else "edit")


def _typed() -> str:
    return request.form.get("text", "").replace("\r\n", "\n")
