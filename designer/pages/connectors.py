"""The connectors: which other systems flows may ask, and a question put to one right now."""

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from designer import drafts
from designer.access import author, may, needs
from designer.cards import language
from designer.conflicts import conflict_answer
from designer.form_numbers import asked_number
from designer.form_texts import kept_name, name_of
from designer.form_values import nested_values, number_of, plain_value, rows, typed_like
from designer.fragments import show
from designer.keys import free_key
from designer.marking import N_
from designer.meaning import set_changed
from designer.turning import turned
from designer.wording import sentence_of
from designer.workspace import Workspace, engine, open_workspace, portal
from flows.connectors import LANGUAGES, MOST_SECONDS, read_connector
from flows.edits import EditRefused
from flows.model import Request
from flows.yaml_text import values_of, write
from runtime.desk.undelivered import try_again, undelivered
from runtime.errors import ConnectorFailed
from runtime.perform import CONNECTORS
from runtime.settings import signing_secret

bp = Blueprint("connectors", __name__, url_prefix="/connectors")


@bp.get("/")
def page(notice: str = "") -> Response:
    """List every connector, and the flows that ask it."""
    workspace = open_workspace()
    found = workspace.compiled.book.connectors
    rows = [
        {
            "connector": one,
            "flows": _flows_of(workspace, one.key),
            "rules": _telling(workspace, one.key),
        }
        for one in found.values()
    ]
    return show("connectors", "list", rows=rows, notice=notice)


@bp.post("/")
@needs("edit")
def create() -> AnyResponse:
    """Make a connector without an address yet."""
    name = name_of(request.form.get("name")) or _("New connector")
    key = free_key(name, "connector", set(open_workspace().compiled.book.connectors))
    path = f"connectors/{key}.yaml"
    text = write({"connector": key, "title": {language(): name}, "url": ""})
    who = drafts.Author(author(), path, _("new connector"))
    drafts.save(engine(), who, {path: text}, {path: drafts.revision(engine(), path)})
    return redirect(url_for("connectors.one", connector=key))


@bp.get("/<connector>")
def one(connector: str) -> Response:
    """Show the form of one connector."""
    return _show(connector)


@bp.put("/<connector>")
@needs("edit")
def save(connector: str) -> Response:
    """Save the form."""
    path = f"connectors/{connector}.yaml"
    form = nested_values({name: request.form[name] for name in request.form})
    values: dict[str, Any] = {
        "url": str(form.get("url", "")).strip(),
        "speaks": None if form.get("speaks") == "json" else form.get("speaks"),
        "fill": _pairs(form, "fill", str) or None,
    }
    who = drafts.Author(author(), path, _("connector edited"))
    try:
        rev = int(number_of(form.get("rev"), 0) or 0)
        waits = N_("Waits at most, in seconds")
        values["seconds"] = asked_number(form.get("seconds"), waits, (0.1, MOST_SECONDS), 5)

        def change(text: str) -> str:
            title = kept_name(values_of(text).get("title"), form.get("title"))
            known = values_of(text).get("example")
            known = known if isinstance(known, dict) else {}
            typed = _pairs(form, "example", str)
            example = {name: typed_like(known.get(name), value) for name, value in typed.items()}
            wanted = {"title": title, **values, "example": example or None}
            return set_changed(path, text, wanted, read_connector)

        drafts.edit(engine(), who, path, rev, change)
    except drafts.StaleEdit as stale:
        return conflict_answer(stale, url_for("connectors.one", connector=connector))
    except EditRefused as refused:
        return _show(connector, sentence_of(refused.code, **refused.values), 422)
    except ValueError:
        return _show(
            connector, _("The YAML of this file cannot be read; mend it there first."), 422
        )
    return _show(connector, _("Saved."))


@bp.post("/<connector>/ask")
@needs("publish")
def ask(connector: str) -> str:
    """Ask the system now, with values of our choice, and show what it would fill."""
    workspace = open_workspace()
    found = _found(workspace, connector)
    form = nested_values({name: request.form[name] for name in request.form})
    arguments = {
        "url": found.url,
        "seconds": found.seconds,
        "send": _pairs(form, "send", plain_value),
        "fill": dict(found.fill),
        "slots": {},
        "visitor": "designer",
        "step": "designer.try",
        "text": "",
    }
    given, failed = {}, ""
    try:
        plugin = portal().services.connectors[CONNECTORS[found.speaks]]
        given = dict(plugin.call(arguments, f"designer:{author()}:{workspace.rev}"))
    except ConnectorFailed as error:
        failed = _(error.reason, **error.values)
    return render_template("connectors/_asked.html", given=given, failed=failed)


@bp.post("/<connector>/again")
@needs("publish")
def again(connector: str) -> Response:
    """Tell the system anew what it did not take."""
    _found(open_workspace(), connector)
    many = portal().call(try_again, connector)
    said = ngettext("%(num)s message is told again.", "%(num)s messages are told again.", many)
    return _show(connector, said)


@bp.post("/<connector>/delete")
@needs("edit")
def delete(connector: str) -> Response:
    """Delete a connector; steps that ask it are named as problems."""
    path = f"connectors/{connector}.yaml"
    drafts.save(engine(), drafts.Author(author(), path, _("connector deleted")), {path: None}, {})
    return page(_("%(name)s was deleted.", name=connector))


@bp.post("/<connector>/undo")
@needs("edit")
def undo(connector: str) -> Response:
    """Take one's own newest edit here back."""
    path = f"connectors/{connector}.yaml"
    return turned(path, True, lambda said, status: _show(connector, said, status))


@bp.post("/<connector>/redo")
@needs("edit")
def redo(connector: str) -> Response:
    """Do again what one undid here."""
    path = f"connectors/{connector}.yaml"
    return turned(path, False, lambda said, status: _show(connector, said, status))


def _show(key: str, notice: str = "", status: int = 200) -> Response:
    workspace = open_workspace()
    path = f"connectors/{key}.yaml"
    values = {
        "connector": _found(workspace, key),
        "rev": drafts.revision(engine(), path),
        "problems": workspace.problems_in(path),
        "flows": _flows_of(workspace, key),
        "rules": _telling(workspace, key),
        "left": portal().call(undelivered, key),
        "secret": signing_secret(portal().services.settings) if may("publish") else "",
        "sends": _sent_by(workspace, key),
        "languages": LANGUAGES,
        "notice": notice,
    }
    return show("connectors", "one", status, **values)


def _found(workspace: Workspace, key: str) -> Any:
    found = workspace.compiled.book.connectors.get(key)
    if found is None:
        abort(404)
    return found


def _asking(workspace: Workspace, key: str) -> list[tuple[str, Request]]:
    return [
        (flow.key, step)
        for flow in workspace.compiled.book.flows.values()
        for step in flow.steps.values()
        if isinstance(step, Request) and step.connector == key
    ]


def _telling(workspace: Workspace, key: str) -> list[str]:
    """Name the rules that tell a system what they saw."""
    return [
        rule.key
        for rule in workspace.compiled.rules
        if any(d.do == "webhook" and d.target == key for d in (*rule.then, *rule.otherwise))
    ]


def _flows_of(workspace: Workspace, key: str) -> list[str]:
    return sorted({flow for flow, _step in _asking(workspace, key)})


def _sent_by(workspace: Workspace, key: str) -> list[str]:
    """Name what steps send along, so that the form for trying has a row for each."""
    return sorted({name for _flow, step in _asking(workspace, key) for name in step.send})


def _pairs(form: dict[str, Any], name: str, kind: Any) -> dict[str, Any]:
    """Read rows of a name and a value."""
    pairs = ((str(row.get("name", "")).strip(), row.get("value", "")) for row in rows(form, name))
    return {name: kind(str(value).strip()) for name, value in pairs if name}
