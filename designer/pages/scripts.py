"""The scripts (话术): every wording, its weight, and what it has earned."""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from designer import drafts
from designer.access import author, needs
from designer.canvas_files import new_script
from designer.cards import language
from designer.conflicts import conflict_answer
from designer.form_texts import name_of
from designer.form_values import nested_values, number_of
from designer.fragments import show
from designer.keys import free_key
from designer.script_examples import examples, seen_by_visitor
from designer.script_forms import edited
from designer.standing_words import rows_of
from designer.turning import turned
from designer.wording import sentence_of
from designer.workspace import Workspace, engine, open_workspace, portal
from flows import script_edits
from flows.edits import EditRefused
from flows.reading_scripts import read_script
from flows.yaml_text import read as read_yaml
from runtime.experiments.runs import OPEN, runs
from runtime.insight.arms import arms
from runtime.insight.days import days_of
from runtime.insight.standing import standings

bp = Blueprint("scripts", __name__, url_prefix="/scripts")


@bp.get("/")
def page() -> Response:
    """List every script, where it is used and how its wordings do."""
    workspace = open_workspace()
    scripts = workspace.compiled.book.scripts
    counts, _weights = portal().call(arms, scripts)
    wanted = request.args.get("q", "").strip().lower()
    rows = []
    for key, script in sorted(scripts.items()):
        said = (t for v in script.variants.values() for t in v.text.values())
        words = " ".join((*script.title.values(), *said))
        if wanted and wanted not in f"{key} {words}".lower():
            continue
        arm = counts[key].values()
        total = {
            "exposures": sum(count.exposures for count in arm),
            "clicks": sum(count.clicks for count in arm),
            "orders": sum(count.orders for count in arm),
        }
        rows.append({"script": script, "used": _used(workspace, key), **total})
    return show("scripts", "list", rows=rows, q=request.args.get("q", ""))


@bp.post("/")
@needs("edit")
def create() -> AnyResponse:
    """Make a script with one empty wording."""
    workspace = open_workspace()
    title = name_of(request.form.get("title"))
    key = free_key(title, "script", set(workspace.compiled.book.scripts))
    path = f"scripts/{key}.yaml"
    who = drafts.Author(author(), path, _("new script"))
    text = new_script(key, workspace.languages, {language(): title})
    drafts.save(engine(), who, {path: text}, {})
    return redirect(url_for("scripts.one", script=key))


@bp.get("/<script>")
def one(script: str) -> Response:
    """Show every wording of one script."""
    return _show(script)


@bp.put("/<script>")
@needs("edit")
def save(script: str) -> Response:
    """Save the wordings, their weights and the goal."""
    form = nested_values({name: request.form[name] for name in request.form})
    try:
        rev = int(number_of(form.get("rev"), 0) or 0)
        _edit(script, rev, _("wording edited"), lambda text: edited(text, form))
    except drafts.StaleEdit as stale:
        return conflict_answer(stale, url_for("scripts.one", script=script))
    except (EditRefused, ValueError) as refused:
        return _show(
            script,
            sentence_of(getattr(refused, "code", "bad_edit"), **getattr(refused, "values", {})),
            422,
        )
    return _show(script, _("Saved."))


@bp.post("/<script>/variants")
@needs("edit")
def add_variant(script: str) -> Response:
    """Add an empty wording; what stands in the form is saved with it."""
    known = open_workspace().compiled.book.scripts.get(script)
    key = free_key(request.form.get("key", ""), "b", set(known.variants) if known else set())
    return _try(
        script, _("wording added"), lambda text: script_edits.add_variant(_with_form(text), key)
    )


@bp.post("/<script>/variants/<variant>/delete")
@needs("edit")
def delete_variant(script: str, variant: str) -> Response:
    """Take a wording away."""
    return _try(
        script,
        _("wording deleted"),
        lambda text: script_edits.delete_variant(_with_form(text), variant),
    )


def _with_form(text: str) -> str:
    """Bring in what was typed and not saved yet, where it was sent along."""
    form = nested_values({name: request.form[name] for name in request.form})
    return edited(text, form) if "say" in form else text


@bp.post("/<script>/delete")
@needs("edit")
def delete(script: str) -> Response:
    """Delete a script that nothing says; its page is left."""
    workspace = open_workspace()
    if not _may_go(workspace, script):
        return _show(script, _("It is still said somewhere; take it out there first."), 422)
    path = f"scripts/{script}.yaml"
    drafts.save(engine(), drafts.Author(author(), path, _("script deleted")), {path: None}, {})
    return Response(headers={"HX-Redirect": url_for("scripts.page")})


@bp.post("/<script>/preview")
def preview(script: str) -> str:
    """Show every wording of the form as a visitor would see it, filled with examples."""
    workspace = open_workspace()
    path = f"scripts/{script}.yaml"
    form = nested_values({name: request.form[name] for name in request.form})
    lang = request.form.get("preview_lang") or workspace.languages[0]
    try:
        text = edited(workspace.files.get(path, ""), form)
    except (EditRefused, ValueError) as refused:
        return sentence_of(getattr(refused, "code", "bad_edit"), **getattr(refused, "values", {}))
    read = read_script(read_yaml(text, path))
    shown = [seen_by_visitor(read, key, lang, examples(workspace)) for key in read.variants]
    return render_template("scripts/_preview.html", shown=shown, lang=lang)


def _try(script: str, label: str, change: drafts.Edit) -> Response:
    try:
        _edit(script, request.form.get("rev", 0, int), label, change)
    except drafts.StaleEdit as stale:
        return conflict_answer(stale, url_for("scripts.one", script=script))
    except EditRefused as refused:
        return _show(script, sentence_of(refused.code, **refused.values), 422)
    return _show(script)


def _edit(script: str, rev: int, label: str, change: drafts.Edit) -> None:
    path = f"scripts/{script}.yaml"
    drafts.edit(engine(), drafts.Author(author(), path, label), path, rev, change)


def _used(workspace: Workspace, key: str) -> dict[str, list[str]]:
    """Name the flows and the rules that say a script."""
    flows = workspace.compiled.book.flows.values()
    rules = workspace.compiled.rules
    return {
        "flows": [f.key for f in flows if any(_says(step, key) for step in f.steps.values())],
        "rules": [rule.key for rule in rules if any(d.target == key for d in rule.then)],
    }


def _may_go(workspace: Workspace, key: str) -> bool:
    """Say whether no flow, no rule and nothing of the workspace says a script."""
    whole = workspace.compiled.book.workspace
    said = (whole.fallback, whole.human.script, whole.human.closed)
    return key not in said and not any(_used(workspace, key).values())


def _says(step: object, key: str) -> bool:
    return key in (getattr(step, "script", ""), getattr(step, "retry", ""))


@bp.post("/<script>/undo")
@needs("edit")
def undo(script: str) -> Response:
    """Take one's own newest edit here back."""
    return turned(f"scripts/{script}.yaml", True, lambda said, status: _show(script, said, status))


@bp.post("/<script>/redo")
@needs("edit")
def redo(script: str) -> Response:
    """Do again what one undid here."""
    return turned(f"scripts/{script}.yaml", False, lambda said, status: _show(script, said, status))


def _show(key: str, notice: str = "", status: int = 200) -> Response:
    workspace = open_workspace()
    path = f"scripts/{key}.yaml"
    script = workspace.compiled.book.scripts.get(key)
    if script is None:
        abort(404)
    counts, weights = portal().call(arms, [key])
    services = portal().services
    values = {
        "script": script,
        "rev": drafts.revision(engine(), path),
        "counts": counts[key],
        "weights": weights.get(key, {}),
        "languages": workspace.languages,
        "examples": sorted(examples(workspace).items()),
        "used": _used(workspace, key),
        "may_go": _may_go(workspace, key),
        "standing": rows_of(key, portal().call(standings, key, list(script.spoken))),
        "days": days_of(engine(), key, services.clock(), services.settings.time_zone),
        "problems": workspace.problems_in(path),
        "tests": [row for row in runs(engine(), script=key) if row.state in OPEN],
        "notice": notice,
    }
    return show("scripts", "one", status, **values)
