"""Every wording at once: a table to edit, and CSV out and in."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_babel import ngettext

from designer import drafts, history
from designer.access import author, needs
from designer.form_values import nested_values
from designer.fragments import show
from designer.script_table import Row, TakenIn, apart, read_csv, rows_of, taken_in, to_csv
from designer.titles import titles
from designer.wording import sentence_of
from designer.workspace import Workspace, engine, open_workspace, workspace_of
from flows.edits import EditRefused

bp = Blueprint("script_bulk", __name__, url_prefix="/scripts-table")
MOST_BYTES = 8 * 1024 * 1024
MOST_SHOWN = 400
Clashing = dict[tuple[str, str, str], str]
"""Words of one's own that wait for a decision, by script, variant and language."""


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
    workspace, rev = open_workspace(), request.form.get("rev", 0, int)
    base = workspace_of(history.files_at(engine(), rev), rev) if rev else workspace
    fine, clashing = apart(workspace, base, rows)
    return _take(workspace, fine, clashing)


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
    return _take(workspace, rows, {})


def _take(workspace: Workspace, rows: list[Row], clashing: Clashing) -> Response:
    found = taken_in(workspace, rows)
    if found.texts:
        who = drafts.Author(author(), "scripts", _("wordings edited in the table"))
        try:
            drafts.save(engine(), who, dict(found.texts), _revisions(workspace, found))
        except drafts.StaleEdit as stale:  # In the very moment of saving.
            mine = {(r.script, r.variant, lang): w for r in rows for lang, w in r.texts.items()}
            what = titles().file(stale.path)
            said = _("%(what)s was changed this very moment; nothing was saved yet.", what=what)
            return _show(said, 409, mine | clashing)
    if not clashing:
        return _show(_sentence(found))
    both = ngettext(
        "%(num)s wording was changed by someone else meanwhile: see both texts below.",
        "%(num)s wordings were changed by someone else meanwhile: see both texts below.",
        len(clashing),
    )
    return _show(f"{_sentence(found)} {both}", 409, clashing)


def _revisions(workspace: Workspace, found: TakenIn) -> dict[str, int]:
    """Say on which revision each text was made; a script that is new has none."""
    known = {path for path in found.texts if path in workspace.files}
    return {path: workspace.rev if path in known else 0 for path in found.texts}


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


def _show(notice: str = "", status: int = 200, mine: Clashing | None = None) -> Response:
    workspace: Workspace = open_workspace()
    wanted = request.args.get("q", "").strip()
    rows = rows_of(workspace, wanted)
    # What waits for a decision stands first, whatever was searched for.
    left = {(script, variant) for script, variant, _language in mine or {}}
    rows.sort(key=lambda row: (row.script, row.variant) not in left)
    values = {
        "rows": rows[:MOST_SHOWN],
        "mine": mine or {},
        "hidden": max(0, len(rows) - MOST_SHOWN),
        "languages": workspace.languages,
        "rev": workspace.rev,
        "q": wanted,
        "notice": notice,
        "failed": status >= 400,
    }
    return show("scripts", "table", status, **values)
