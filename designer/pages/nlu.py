"""Understanding: the intents with their sentences, what is odd about them, and a place to try."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from designer import drafts, history, sentence_imports, training_data
from designer.access import author, needs
from designer.cards import language
from designer.form_texts import name_of, names_of
from designer.form_values import nested_values
from designer.fragments import show
from designer.keys import free_key
from designer.titles import by_title, titles
from designer.trying import draft
from designer.turning import turned
from designer.wording import sentence
from designer.workspace import Workspace, engine, open_workspace, portal
from flows.model import Ask
from runtime import releases
from runtime.nlu.advice import advise
from runtime.nlu.entities import read_entities
from runtime.nlu.local import normalise
from runtime.nlu.misheard import Misheard, misheard
from runtime.nlu.sentences import LONGEST
from runtime.nlu.telling import telling
from runtime.nlu.training import read_rasa
from runtime.nlu.understand import understand
from runtime.nlu.understanding import Understanding
from runtime.nlu.usual_entities import resolved
from runtime.services import Services

bp = Blueprint("nlu", __name__, url_prefix="/nlu")
PLACE = "nlu"
LIKELIEST = 5
"""Intents offered for a text that was not understood, each by the key of its place."""


@bp.get("/")
def page(notice: str = "", status: int = 200) -> Response:
    """List every intent with its sentences, what is odd, and what was not understood."""
    workspace = open_workspace()
    wanted = request.args.get("q", "").strip().lower()
    advice = advise(workspace.compiled.examples)
    rows = []
    for intent, files in training_data.by_intent(workspace.files).items():
        said = [sentence for sentences in files.values() for sentence in sentences]
        name = titles().intent(intent)
        if wanted and wanted not in f"{intent} {name} {' '.join(said)}".lower():
            continue
        mine = [one for one in advice if intent in (one.intent, one.other)]
        used = _used(workspace, intent)
        rows.append({"intent": intent, "name": name, "said": said, "advice": mine, "used": used})
    rows.sort(key=lambda row: str(row["name"]))
    values = {"rows": rows, "advice": advice, "inbox": len(_misheard(workspace))}
    return show("nlu", "list", status, **values, q=request.args.get("q", ""), notice=notice)


@bp.post("/")
@needs("edit")
def create() -> AnyResponse:
    """Make an intent; it has no sentences yet, only a name."""
    name = name_of(request.form.get("name")) or _("New intent")
    workspace = open_workspace()
    taken = set(training_data.by_intent(workspace.files)) | set(
        workspace.compiled.book.workspace.intents
    )
    key = free_key(name, "intent", taken)
    text = training_data.named(workspace.files["workspace.yaml"], key, {language(): name})
    _save({"workspace.yaml": text}, _("new intent"))
    return redirect(url_for("nlu.one", intent=key))


@bp.get("/intents/<path:intent>")
def one(intent: str) -> Response:
    """Show the sentences of one intent, a file beside the other."""
    return _show(intent)


@bp.put("/intents/<path:intent>")
@needs("edit")
def save(intent: str) -> Response:
    """Save the sentences and the name of an intent as one change."""
    workspace = open_workspace()
    form = nested_values({name: request.form[name] for name in request.form})
    given = {
        path: request.form[f"said:{path}"]
        for path in training_data.shown_files(workspace.files, intent, workspace.languages)
        if f"said:{path}" in request.form
    }
    for path, typed in given.items():
        known = training_data.by_intent(workspace.files).get(intent, {}).get(path, ())
        if line := sentence_imports.first_long(known, typed):
            said = _("Line %(n)s is longer than %(most)s characters.", n=line, most=LONGEST)
            return _show(intent, said, 422, given)
    rev = request.form.get("rev", 0, int)
    try:
        base = history.files_at(engine(), rev) if rev else workspace.files
        texts = training_data.saved(workspace.files, base, intent, given)
        title = form.get("title")
        if isinstance(title, dict):
            whole = workspace.files["workspace.yaml"]
            named = training_data.named(whole, intent, names_of(title))
            texts |= {"workspace.yaml": named} if named != whole else {}
        _save(texts, _("sentences of “%(name)s” edited", name=titles().intent(intent)))
    except ValueError as error:
        return _show(intent, _why(error), 422, given)
    return _show(intent, _("Saved. The model is trained anew when you try or publish."))


@bp.post("/intents/<path:intent>/delete")
@needs("edit")
def delete(intent: str) -> Response:
    """Delete an intent with its sentences; steps that listen for it are named as problems."""
    workspace, name = open_workspace(), titles().intent(intent)
    gone = dict.fromkeys(training_data.by_intent(workspace.files).get(intent, {}), "")
    texts = training_data.saved(workspace.files, workspace.files, intent, gone)
    _save(texts, _("intent deleted"))
    return page(_("“%(name)s” was deleted.", name=name))


@bp.post("/undo")
@needs("edit")
def undo() -> Response:
    """Take one's own newest edit of the sentences back."""
    return turned(PLACE, True, page)


@bp.post("/redo")
@needs("edit")
def redo() -> Response:
    """Do again what one undid here."""
    return turned(PLACE, False, page)


@bp.route("/try", methods=["GET", "POST"])
def try_() -> str:
    """Let the drafts' model understand one sentence, and show which words told it."""
    typed = request.values.get("text", "").strip()
    workspace, text = open_workspace(), typed[:LONGEST]
    model = draft(workspace).model
    found = understand(model, text, read_entities(workspace.files))
    pieces = telling(model, text, found.intent) if model and found.intent else []
    sure = workspace.compiled.book.workspace.confidence
    theirs = portal().call(_by_rasa, text) if text else None
    said = normalise(text)
    taught = any(normalise(one.text) == said for one in workspace.compiled.examples)
    found, theirs = _with_days(found), _with_days(theirs) if theirs else None
    values = {"text": text, "found": found, "pieces": pieces, "sure": sure, "theirs": theirs}
    return render_template("nlu/_tried.html", **values, taught=taught, cut=len(typed) > LONGEST)


def _with_days(found: Understanding) -> Understanding:
    """Give the days that a sentence names as those of the calendar, not as counted from today."""
    today = portal().services.local_time().date()
    return replace(found, entities=tuple((k, resolved(v, today)) for k, v in found.entities))


@bp.get("/inbox")
def inbox(notice: str = "", status: int = 200) -> Response:
    """Show what visitors wrote that was not understood, to be given to an intent."""
    workspace = open_workspace()
    intents = by_title(workspace.compiled.book.intents, titles().intent)
    rows = _misheard(workspace)
    likely = _likeliest(workspace, rows)
    values = {"rows": rows, "intents": intents, "likely": likely, "notice": notice}
    return show("nlu", "inbox", status, **values)


@bp.post("/inbox")
@needs("edit")
def assign() -> Response:
    """Make a text that was not understood a sentence of an intent."""
    workspace = open_workspace()
    text, intent = request.form.get("text", "").strip()[:300], request.form.get("intent", "")
    if not text or intent not in workspace.compiled.book.intents:
        return inbox(_("Choose what the visitor wanted."), 422)
    try:
        _save(training_data.added(workspace.files, [(text, intent)]), _("sentence taught"))
    except ValueError as error:
        return inbox(_why(error), 422)
    return inbox(_("“%(text)s” now teaches “%(name)s”.", text=text, name=titles().intent(intent)))


@bp.get("/export.csv")
def export() -> Response:
    """Give every sentence as a table of text and intent."""
    files, table = open_workspace().files, io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["text", "intent"])
    for path in training_data.training_files(files):
        try:
            rows.writerows((one.text, one.intent) for one in read_rasa(files[path]))
        except ValueError:
            said = _("“%(path)s” cannot be read; mend its YAML first.", path=path)
            return page(said, 422)
    answer = Response("\ufeff" + table.getvalue(), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=sentences.csv"
    return answer


@bp.post("/import")
@needs("edit")
def take_in() -> Response:
    """Add the sentences of a CSV table or of a Rasa file to the intents."""
    upload = request.files.get("table")
    is_table = upload is not None and str(upload.filename).lower().endswith(".csv")
    content = upload.read() if upload else b""
    try:
        taken = sentence_imports.taken_in(open_workspace().files, content, is_table)
    except sentence_imports.NotTaken as why:
        return page(str(why), 422)
    _save(taken.changed, _("sentences taken in"))
    said = sentence_imports.notice(taken)
    problems = open_workspace().compiled.problems
    much = next((sentence(one) for one in problems if one.code == "too_much_to_teach"), "")
    return page(f"{said} {much}".strip())


async def _by_rasa(services: Services, text: str) -> Understanding | None:
    """Ask Rasa too where one of its models is loaded, whatever that was trained on."""
    rasa = services.rasa
    return await rasa.parse(text) if rasa and await rasa.model() else None


def _why(error: ValueError) -> str:
    code = "too_big" if str(error) == "too_big" else "unreadable"
    said: str = _(sentence_imports.REFUSALS[code])
    return said


def _save(texts: training_data.Changed, label: str) -> None:
    if texts:
        drafts.save(engine(), drafts.Author(author(), PLACE, label), texts, {})


def _misheard(workspace: Workspace) -> list[Misheard]:
    known = {normalise(example.text) for example in workspace.compiled.examples}
    sure = max(workspace.compiled.book.workspace.confidence, 0.6)
    return misheard(engine(), sure, known)


def _likeliest(workspace: Workspace, rows: list[Misheard]) -> dict[str, list[tuple[str, float]]]:
    """Give each text's likeliest intents by the model that is live: it is trained already."""
    _number, live = releases.live_files(engine())
    model = releases.trained_model(engine(), live or workspace.files) if rows else None
    known = workspace.compiled.book.intents
    found = {}
    for row in rows:
        ranking = [one for one in understand(model, row.text).ranking if one[0] in known]
        heard = [(row.intent, row.confidence)] if row.intent in known else []
        found[row.text] = (ranking or heard)[:LIKELIEST]
    return found


def _used(workspace: Workspace, intent: str) -> list[str]:
    """Name the flows that listen for an intent and the rules it wakes."""
    names = titles()
    flows = workspace.compiled.book.flows.values()
    found = [
        names.flow(flow.key)
        for flow in flows
        if any(isinstance(step, Ask) and intent in step.intents for step in flow.steps.values())
    ]
    rules = workspace.compiled.rules
    return found + [names.rule(r.key) for r in rules if r.trigger.where.get("intent") == intent]


def _show(
    intent: str, notice: str = "", status: int = 200, typed: Mapping[str, str] | None = None
) -> Response:
    """Show an intent as it stands there, or with what was typed and could not be saved."""
    workspace = open_workspace()
    titled = workspace.compiled.book.workspace.intents
    if intent not in workspace.compiled.book.intents and intent not in titled:
        abort(404)
    advice = advise(workspace.compiled.examples)
    shown = training_data.shown_files(workspace.files, intent, workspace.languages)
    if typed is not None:
        shown |= {path: lines.replace("\r", "").split("\n") for path, lines in typed.items()}
    values = {
        "intent": intent,
        "rev": workspace.rev if typed is None else request.form.get("rev", workspace.rev, int),
        "title": titled.get(intent, {}),
        "languages": workspace.languages,
        "files": shown,
        "language_of": training_data.language_of,
        "advice": [one for one in advice if intent in (one.intent, one.other)],
        "used": _used(workspace, intent),
        "notice": notice,
    }
    return show("nlu", "one", status, **values)
