"""The settings of the shop: what holds for every flow, the chat window, coupons, publishing."""

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from designer import drafts
from designer.access import author, needs
from designer.conflicts import conflict_answer
from designer.form_values import nested_values, number_of
from designer.fragments import show
from designer.publishing import needs_second
from designer.settings_form import widget_text, workspace_text
from designer.titles import by_title, titles_of
from designer.turning import turned
from designer.wording import sentence_of
from designer.workspace import engine, open_workspace, portal
from flows.durations import words
from flows.edits import EditRefused
from flows.reading_marketing import clock

bp = Blueprint("settings", __name__, url_prefix="/settings")
FILES = ("workspace.yaml", "widget.yaml")


@bp.get("/")
def page() -> Response:
    """Show the settings."""
    return _show()


@bp.put("/")
@needs("publish")
def save() -> Response:
    """Save the settings as one change of the drafts; they hold once they are published."""
    workspace = open_workspace()
    try:
        form = nested_values({name: request.form[name] for name in request.form})
        revs = {path: int(number_of(form.get(path[:-5] + "_rev"), 0) or 0) for path in FILES}
        texts: dict[str, str | None] = {
            "workspace.yaml": workspace_text(workspace.files.get("workspace.yaml", ""), form),
            "widget.yaml": widget_text(workspace.files.get("widget.yaml", ""), form),
        }
        changed = {p: text for p, text in texts.items() if text != workspace.files.get(p, "")}
        who = drafts.Author(author(), "workspace.yaml", _("settings changed"))
        if changed:
            drafts.save(engine(), who, changed, {path: revs[path] for path in changed})
    except drafts.StaleEdit as stale:
        return conflict_answer(stale, url_for("settings.page"))
    except (EditRefused, ValueError) as refused:
        return _show(
            sentence_of(getattr(refused, "code", "bad_edit"), **getattr(refused, "values", {})), 422
        )
    return _show(_("Saved. Visitors get it with the next release."))


@bp.post("/undo")
@needs("publish")
def undo() -> Response:
    """Take one's own newest change of the settings back."""
    return turned("workspace.yaml", True, _show)


@bp.post("/redo")
@needs("publish")
def redo() -> Response:
    """Do again what one undid here."""
    return turned("workspace.yaml", False, _show)


def _show(notice: str = "", status: int = 200) -> Response:
    workspace = open_workspace()
    book, names = workspace.compiled.book, titles_of(workspace)
    values = {
        "whole": book.workspace,
        "flows": by_title(book.flows, names.flow),
        "scripts": by_title(book.scripts, names.script),
        "intents": by_title(book.intents, names.intent),
        "revs": {path[:-5]: drafts.revision(engine(), path) for path in FILES},
        "four_eyes_now": needs_second(engine()),
        "words": words,
        "clock": clock,
        "zone": portal().services.settings.time_zone,
        "problems": [p for path in FILES for p in workspace.problems_in(path)],
        "notice": notice,
        "failed": status >= 400,
    }
    return show("settings", "all", status, **values)
