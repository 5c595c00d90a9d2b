"""The scripts (话术): every wording, its weight, and what it has earned."""

from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from designer import drafts
from designer.access import author, needs
from designer.canvas_files import new_script
from designer.conflicts import conflict_answer
from designer.form_values import nested_values, number_of
from designer.fragments import show
from designer.pages.flows import free_key
from designer.wording import sentence_of
from designer.workspace import Workspace, engine, open_workspace, portal
from flows import script_edits, trees
from flows.edits import EditRefused
from runtime.insight.arms import arms

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
        words = " ".join(t for v in script.variants.values() for t in v.text.values())
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
    taken = set(workspace.compiled.book.scripts)
    key = free_key(request.form.get("key", ""), "script", taken)
    path = f"scripts/{key}.yaml"
    who = drafts.Author(author(), path, _("new script"))
    drafts.save(engine(), who, {path: new_script(key, workspace.languages)}, {})
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
        _edit(script, rev, _("wording edited"), lambda text: _reworded(text, form))
    except drafts.StaleEdit as stale:
        return conflict_answer(stale, url_for("scripts.one", script=script))
    except (EditRefused, ValueError) as refused:
        return _show(script, sentence_of(getattr(refused, "code", "bad_edit")), 422)
    return _show(script, _("Saved."))


@bp.post("/<script>/variants")
@needs("edit")
def add_variant(script: str) -> Response:
    """Add an empty wording."""
    known = open_workspace().compiled.book.scripts.get(script)
    key = free_key(request.form.get("key", ""), "b", set(known.variants) if known else set())
    return _try(script, _("wording added"), lambda text: script_edits.add_variant(text, key))


@bp.post("/<script>/variants/<variant>/delete")
@needs("edit")
def delete_variant(script: str, variant: str) -> Response:
    """Take a wording away."""
    return _try(
        script, _("wording deleted"), lambda text: script_edits.delete_variant(text, variant)
    )


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


def _reworded(text: str, form: dict[str, Any]) -> str:
    for variant, languages in form.get("say", {}).items():
        for language, words in languages.items():
            text = script_edits.reword(text, variant, language, words.strip())
    weights = form.get("weight", {})
    weighting: Any = form.get("weighting", "even")
    if weighting == "fixed":
        weighting = {"fixed": {key: number_of(value, 0) for key, value in weights.items()}}
    goal = str(form.get("goal", "")).strip()
    chosen = None if weighting == "even" else weighting
    return trees.set_values(text, {"weighting": chosen, "goal": goal or None})


def _used(workspace: Workspace, key: str) -> list[str]:
    flows = workspace.compiled.book.flows.values()
    used = [f.key for f in flows if any(_says(step, key) for step in f.steps.values())]
    return used + [
        rule.key for rule in workspace.compiled.rules if any(d.target == key for d in rule.then)
    ]


def _says(step: object, key: str) -> bool:
    return key in (getattr(step, "script", ""), getattr(step, "retry", ""))


def _show(key: str, notice: str = "", status: int = 200) -> Response:
    workspace = open_workspace()
    path = f"scripts/{key}.yaml"
    script = workspace.compiled.book.scripts.get(key)
    if script is None:
        abort(404)
    counts, weights = portal().call(arms, [key])
    values = {
        "script": script,
        "rev": drafts.revision(engine(), path),
        "counts": counts[key],
        "weights": weights.get(key, {}),
        "languages": workspace.languages,
        "used": _used(workspace, key),
        "problems": workspace.problems_in(path),
        "notice": notice,
    }
    return show("scripts", "one", status, **values)
