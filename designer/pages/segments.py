"""The segments (人群): visitors alike in some facts, named once and asked for everywhere."""

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from designer import drafts
from designer.access import author, needs
from designer.cards import language
from designer.condition_trees import facts_to_choose
from designer.conflicts import conflict_answer
from designer.form_texts import kept_name, name_of
from designer.form_values import condition_of, nested_values, number_of
from designer.fragments import show
from designer.keys import free_key
from designer.meaning import set_changed
from designer.pages.rules import value_lists
from designer.titles import titles
from designer.turning import turned
from designer.wording import sentence_of
from designer.workspace import Workspace, engine, open_workspace
from flows.conditions import Condition, tests_in
from flows.edits import EditRefused
from flows.model import Branch
from flows.yaml_text import values_of, write
from rules.segments import PREFIX, read_segment
from runtime.insight.replay import reach

bp = Blueprint("segments", __name__, url_prefix="/segments")


@bp.get("/")
def page(notice: str = "") -> Response:
    """List every segment, who asks for it, and how many visitors are in it."""
    workspace = open_workspace()
    rows = [
        {"segment": one, "used": _used(workspace, one.key), "reach": reach(engine(), one)}
        for one in workspace.compiled.segments
    ]
    return show("segments", "list", rows=rows, notice=notice)


@bp.post("/")
@needs("edit")
def create() -> AnyResponse:
    """Make a segment of those who have ordered, to be changed at will."""
    name = name_of(request.form.get("name")) or _("New segment")
    key = free_key(name, "segment", {one.key for one in open_workspace().compiled.segments})
    path = f"segments/{key}.yaml"
    when = {"all": [{"fact": "order.count", "op": "gte", "value": 1}]}
    text = write({"segment": key, "title": {language(): name}, "when": when})
    who = drafts.Author(author(), path, _("new segment"))
    drafts.save(engine(), who, {path: text}, {path: drafts.revision(engine(), path)})
    return redirect(url_for("segments.one", segment=key))


@bp.get("/<segment>")
def one(segment: str) -> Response:
    """Show the form of one segment."""
    return _show(segment)


@bp.put("/<segment>")
@needs("edit")
def save(segment: str) -> Response:
    """Save the form."""
    path = f"segments/{segment}.yaml"
    form = nested_values({name: request.form[name] for name in request.form})
    who = drafts.Author(author(), path, _("segment edited"))
    try:
        when = condition_of(str(form.get("when", "")))
        rev = int(number_of(form.get("rev"), 0) or 0)

        def change(text: str) -> str:
            title = kept_name(values_of(text).get("title"), form.get("title"))
            return set_changed(path, text, {"title": title, "when": when}, read_segment)

        drafts.edit(engine(), who, path, rev, change)
    except drafts.StaleEdit as stale:
        return conflict_answer(stale, url_for("segments.one", segment=segment))
    except (EditRefused, ValueError) as refused:
        return _show(
            segment,
            sentence_of(getattr(refused, "code", "bad_edit"), **getattr(refused, "values", {})),
            422,
        )
    return _show(segment, _("Saved."))


@bp.post("/<segment>/delete")
@needs("edit")
def delete(segment: str) -> Response:
    """Delete a segment that nothing asks for."""
    workspace = open_workspace()
    if _used(workspace, segment):
        return _show(segment, _("It is still asked for; take it out there first."), 422)
    path, name = f"segments/{segment}.yaml", titles().segment(segment)
    drafts.save(engine(), drafts.Author(author(), path, _("segment deleted")), {path: None}, {})
    return page(_("“%(name)s” was deleted.", name=name))


@bp.post("/<segment>/undo")
@needs("edit")
def undo(segment: str) -> Response:
    """Take one's own newest edit here back."""
    return turned(f"segments/{segment}.yaml", True, lambda said, code: _show(segment, said, code))


@bp.post("/<segment>/redo")
@needs("edit")
def redo(segment: str) -> Response:
    """Do again what one undid here."""
    return turned(f"segments/{segment}.yaml", False, lambda said, code: _show(segment, said, code))


def _used(workspace: Workspace, key: str) -> list[str]:
    """Name the rules and the flows whose conditions ask for a segment."""
    names, fact = titles(), f"{PREFIX}{key}"
    found = [names.rule(r.key) for r in workspace.compiled.rules if _asks(r.when, fact)]
    for flow in workspace.compiled.book.flows.values():
        branches = (step for step in flow.steps.values() if isinstance(step, Branch))
        if any(_asks(case.when, fact) for step in branches for case in step.cases):
            found.append(names.flow(flow.key))
    return found


def _asks(condition: Condition, fact: str) -> bool:
    return any(test.fact == fact for test in tests_in(condition))


def _show(key: str, notice: str = "", status: int = 200) -> Response:
    workspace = open_workspace()
    found = [segment for segment in workspace.compiled.segments if segment.key == key]
    if not found:
        abort(404)
    values = {
        "segment": found[0],
        "rev": drafts.revision(engine(), f"segments/{key}.yaml"),
        "facts": facts_to_choose([], value_lists(workspace)),
        "used": _used(workspace, key),
        "reach": reach(engine(), found[0]),
        "problems": workspace.problems_in(f"segments/{key}.yaml"),
        "notice": notice,
    }
    return show("segments", "one", status, **values)
