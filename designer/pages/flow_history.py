"""The history of a flow: who changed what and when, seen on the canvas; and the way back."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from designer import drafts, history
from designer.access import author, needs
from designer.cards import Card, cards_of
from designer.workspace import Workspace, engine, open_workspace, workspace_of
from flows.diff import differences, lines
from runtime.releases import live_files

bp = Blueprint("history", __name__, url_prefix="/flows/<flow>/history")
MOST_SCRIPTS = 200


@bp.get("/")
def page(flow: str) -> str:
    """Show every change of a flow, and one of them on the canvas."""
    return _show(flow)


@bp.post("/<int:rev>/name")
@needs("edit")
def name(flow: str, rev: int) -> AnyResponse:
    """Give a version a name, so that it is found again."""
    history.name_version(engine(), rev, request.form.get("name", ""))
    return redirect(url_for("history.page", flow=flow, rev=rev))


@bp.post("/<int:rev>/restore")
@needs("edit")
def restore(flow: str, rev: int) -> AnyResponse:
    """Bring the flow with its scripts back as it was, or one step of it; undo takes that back."""
    path, step = f"flows/{flow}.yaml", request.form.get("step", "")
    who = drafts.Author(author(), path, _("version %(rev)s restored", rev=rev))
    then = workspace_of(history.files_at(engine(), rev), rev)
    if path not in then.files:
        return Response(_show(flow, _("The flow did not exist then.")), 422)
    if not step:
        history.restore(engine(), who, rev, _paths(then, flow))
        return redirect(url_for("canvas.page", flow=flow))
    now = drafts.files(engine())
    text = history.with_step_of(now.get(path, ""), then.files[path], step)
    if text is None:
        return Response(_show(flow, _("This step cannot be taken out by itself.")), 422)
    script = getattr(then.flow(flow).steps.get(step), "script", "")
    texts: dict[str, str | None] = {path: text}
    if f"scripts/{script}.yaml" in then.files:
        texts[f"scripts/{script}.yaml"] = then.files[f"scripts/{script}.yaml"]
    drafts.save(engine(), who, texts, {})
    return redirect(url_for("canvas.page", flow=flow))


def _show(flow: str, notice: str = "") -> str:
    now = open_workspace()
    entries = history.changes_of(engine(), _paths(now, flow), request.args.get("before", 0, int))
    number, live = live_files(engine())
    against_live = request.args.get("against") == "live"
    chosen = request.args.get("rev", entries[0].id if entries else 0, int)
    if against_live:
        old, new = workspace_of(live, 0), now
    else:
        old = workspace_of(history.files_at(engine(), chosen - 1), chosen - 1)
        new = workspace_of(history.files_at(engine(), chosen), chosen)
    return render_template(
        "history/page.html",
        **_difference(old, new, flow),
        title=now.flow(flow).title or {"": flow},
        entries=[(entry, _of_entry(entry)) for entry in entries],
        chosen=chosen,
        chosen_entry=next((entry for entry in entries if entry.id == chosen), None),
        against_live=against_live,
        live=number,
        notice=notice,
    )


def _of_entry(entry: history.Entry) -> list[Any]:
    old = {path: before for path, before, _ in entry.texts if before is not None}
    new = {path: after for path, _, after in entry.texts if after is not None}
    return differences(old, new)


def _paths(workspace: Workspace, flow: str) -> tuple[str, ...]:
    """Name the files a flow is made of: itself and the scripts it says."""
    found = workspace.flow(flow)
    said = {
        getattr(step, name, "") for step in found.steps.values() for name in ("script", "retry")
    }
    scripts = sorted(f"scripts/{script}.yaml" for script in said if script)
    return (f"flows/{flow}.yaml", *scripts[:MOST_SCRIPTS])


def _difference(old: Workspace, new: Workspace, flow: str) -> dict[str, Any]:
    """Give both versions on one canvas: every card once, and how it differs."""
    path = f"flows/{flow}.yaml"
    before = cards_of(old, old.flow(flow)) if path in old.files else {}
    after = cards_of(new, new.flow(flow)) if path in new.files else {}
    marks: dict[str, str] = {}
    cards: dict[str, Card] = {}
    for key in {**before, **after}:
        cards[key] = after.get(key) or before[key]
        if key not in before:
            marks[key] = "added"
        elif key not in after:
            marks[key] = "removed"
        elif replace(before[key], at=after[key].at, problems=()) != replace(
            after[key], problems=()
        ):
            marks[key] = "changed"
    mine = (
        {*_paths(old, flow), *_paths(new, flow)}
        if path in old.files and path in new.files
        else {path}
    )
    olds = {p: t for p, t in old.files.items() if p in mine}
    news = {p: t for p, t in new.files.items() if p in mine}
    texts = {
        p: lines(olds.get(p, ""), news.get(p, ""), (_("before"), _("after")))
        for p in sorted(mine)
        if olds.get(p) != news.get(p)
    }
    shown = new.flow(flow) if path in new.files else old.flow(flow)
    return {
        "flow": shown,
        "cards": cards,
        "marks": marks,
        "words": differences(olds, news),
        "texts": texts,
        "notes": list(shown.notes.values()),
    }
