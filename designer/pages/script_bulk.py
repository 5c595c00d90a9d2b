"""Every wording at once: a table to edit, and CSV out and in."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from designer import drafts
from designer.access import author, needs
from designer.form_values import nested_values
from designer.fragments import show
from designer.script_table import Row, TakenIn, read_csv, rows_of, taken_in, to_csv
from designer.wording import sentence_of
from designer.workspace import Workspace, engine, open_workspace
from flows.edits import EditRefused

bp = Blueprint("script_bulk", __name__, url_prefix="/scripts-table")
MOST_BYTES = 8 * 1024 * 1024
MOST_SHOWN = 400


@bp.get("/")
def page() -> Response:
    """Show every wording in a table."""
    return _show()


@bp.put("/")
@needs("edit")
def save() -> Response:
    """Save the wordings that were changed in the table, as one change."""
    form = nested_values({name: request.form[name] for name in request.form})
    said = form.get("say", {})
    rows = [
        Row(
            script,
            variant,
            {lang: words for lang, words in texts.items() if isinstance(words, str)},
        )
        for script, variants in said.items()
        for variant, texts in variants.items()
    ]
    return _take(rows, request.form.get("rev", 0, int))


@bp.get("/scripts.csv")
def export() -> Response:
    """Give every wording as CSV."""
    workspace = open_workspace()
    text = to_csv(rows_of(workspace), workspace.languages)
    headers = {"Content-Disposition": "attachment; filename=scripts.csv"}
    return Response(text, mimetype="text/csv", headers=headers)


@bp.post("/scripts.csv")
@needs("edit")
def take_in() -> Response:
    """Take wordings in from CSV; what is not in the file stays as it is."""
    upload = request.files.get("table")
    workspace = open_workspace()
    try:
        rows = read_csv(upload.read(MOST_BYTES) if upload else b"", workspace.languages)
    except EditRefused as refused:
        return _show(sentence_of(refused.code, **refused.values), 422)
    return _take(rows, workspace.rev)


def _take(rows: list[Row], rev: int) -> Response:
    workspace = open_workspace()
    found = taken_in(workspace, rows)
    if found.texts:
        who = drafts.Author(author(), "scripts", _("wordings edited in the table"))
        try:
            drafts.save(engine(), who, dict(found.texts), _revisions(workspace, found, rev))
        except drafts.StaleEdit as stale:
            return _show(
                _(
                    "%(path)s was changed meanwhile by someone else; nothing was saved.",
                    path=stale.path,
                ),
                409,
            )
    return _show(_sentence(found))


def _revisions(workspace: Workspace, found: TakenIn, rev: int) -> dict[str, int]:
    """Say on which revision each text was made; a script that is new has none."""
    known = {path for path in found.texts if path in workspace.files}
    return {path: (rev or workspace.rev) if path in known else 0 for path in found.texts}


def _sentence(found: TakenIn) -> str:
    said: str = _(
        "%(changed)s wordings changed, %(added)s added.", changed=found.changed, added=found.added
    )
    if found.refused:
        names = ", ".join(found.refused[:5])
        said += " " + _(
            "%(n)s rows made no sense and were passed over: %(names)s.",
            n=len(found.refused),
            names=names,
        )
    return said


def _show(notice: str = "", status: int = 200) -> Response:
    workspace: Workspace = open_workspace()
    wanted = request.args.get("q", "").strip()
    rows = rows_of(workspace, wanted)
    values = {
        "rows": rows[:MOST_SHOWN],
        "hidden": max(0, len(rows) - MOST_SHOWN),
        "languages": workspace.languages,
        "rev": workspace.rev,
        "q": wanted,
        "notice": notice,
        "failed": status >= 400,
    }
    return show("scripts", "table", status, **values)
