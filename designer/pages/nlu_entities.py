"""Names and things: the lookup tables, synonyms and regexes of the training files."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from designer import drafts, entity_lists, history
from designer.access import author, needs
from designer.entity_checks import LONGEST_NAME, Refusal, refusals
from designer.entity_words import kind_words, refusal_sentence
from designer.fragments import show, wants_partial
from designer.training_data import Changed, Files
from designer.turning import turned
from designer.workspace import engine, open_workspace, portal
from runtime.nlu.sentences import INVISIBLE, LISTS, Of

bp = Blueprint("nlu_entities", __name__, url_prefix="/nlu/entities")
KIND = f"/<any({','.join(LISTS)}):kind>"
PLACE = "nlu"
MOST_TRIES = 5


@bp.get("/")
def page(notice: str = "", status: int = 200) -> Response:
    """List every lookup table, synonym and regex."""
    files, wanted = open_workspace().files, request.args.get("q", "").strip()
    kept: dict[str, list[dict[str, object]]] = {kind: [] for kind in LISTS}
    for (kind, name), by_path in entity_lists.by_name(files).items():
        lines = list(dict.fromkeys(line for lines in by_path.values() for line in lines))
        if wanted.lower() in f"{name} {' '.join(lines)}".lower():
            idle = kind == "synonym" and not entity_lists.is_found(files, name)
            kept[kind].append({"name": name, "lines": lines, "idle": idle})
    for rows in kept.values():
        rows.sort(key=lambda row: str(row["name"]).lower())
    values = {"kept": kept, "unreadable": entity_lists.unreadable(files), "q": wanted}
    values["words"] = kind_words()
    return show("nlu", "entities", status, **values, notice=notice)


@bp.get("/try")
def try_() -> str:
    """Show what one sentence names, and where that is listed."""
    text = request.args.get("text", "").strip()[:500]
    zone = ZoneInfo(portal().services.settings.time_zone)
    today = datetime.now(zone).date()
    found = entity_lists.what_is_named(open_workspace().files, text, today)
    return render_template("nlu/_named.html", text=text, found=found, words=kind_words())


@bp.get(f"{KIND}/new")
def new(kind: str) -> Response:
    """Show the empty form of a new list."""
    return _form((kind, ""), "", {"": ""})


@bp.post(f"{KIND}/")
@needs("edit")
def create(kind: str) -> AnyResponse:
    """Make a list of what was typed."""
    name, text = _name(), request.form.get("lines:", "")

    def change(files: Files) -> Changed:
        given = {entity_lists.home_for(files, f"{name} {text}"): text}
        return entity_lists.saved(files, files, (kind, name), given)

    label = _("“%(name)s” listed", name=name)
    refused = _save(lambda files: refusals(files, (kind, ""), name, {"": text}), change, label)
    if refused:
        return _form((kind, ""), name, {"": text}, refused, 422)
    where = url_for("nlu_entities.one", kind=kind, name=name)
    if not wants_partial():
        return redirect(where)
    answer = _one((kind, name), _("Saved. It holds for visitors from the next release on."))
    answer.headers["HX-Push-Url"] = where
    return answer


@bp.get(f"{KIND}/")
def one(kind: str) -> Response:
    """Show the lines of one list, a file beside the other."""
    return _one((kind, request.args.get("name", "")))


@bp.put(f"{KIND}/")
@needs("edit")
def save(kind: str) -> Response:
    """Save the lines and the name of a list as one change."""
    of, name, rev = (kind, request.form.get("was", "")), _name(), request.form.get("rev", 0, int)
    now = open_workspace().files
    base = history.files_at(engine(), rev) if rev else now
    shown = {**entity_lists.by_name(base).get(of, {}), **entity_lists.by_name(now).get(of, {})}
    given = {
        path: request.form[f"lines:{path}"] for path in shown if f"lines:{path}" in request.form
    }
    if of not in entity_lists.by_name(now):
        if not given:
            abort(404)
        lost = _("Someone else deleted or renamed it meanwhile. Saved again, it is made anew.")
        return _form((kind, ""), name, {"": "\n".join(given.values())}, status=409, notice=lost)
    refused = _save(
        lambda files: refusals(files, of, name, given),
        lambda files: entity_lists.saved(files, base, of, given, name),
        _("“%(name)s” edited", name=name),
    )
    if refused:
        return _form(of, name, given, refused, 422)
    answer = _one((kind, name), _("Saved. It holds for visitors from the next release on."))
    if name != of[1]:
        answer.headers["HX-Replace-Url"] = url_for("nlu_entities.one", kind=kind, name=name)
    return answer


@bp.post(f"{KIND}/delete")
@needs("edit")
def delete(kind: str) -> Response:
    """Delete a list, unless somebody else changed it since it was shown."""
    of, rev = (kind, request.form.get("was", "")), request.form.get("rev", 0, int)
    before = entity_lists.by_name(history.files_at(engine(), rev)).get(of) if rev else None
    if before and before != entity_lists.by_name(open_workspace().files).get(of, before):
        return _one(of, _("Someone else changed it meanwhile. Look again, then delete it."), 409)
    label = _("“%(name)s” deleted", name=of[1])
    refused = _save(lambda _files: [], lambda files: entity_lists.without(files, of), label)
    if refused:
        return _one(of, refusal_sentence(refused[0]), 422)
    answer = page(_("“%(name)s” was deleted.", name=of[1]))
    answer.headers["HX-Push-Url"] = url_for("nlu_entities.page")
    return answer


@bp.post("/undo", defaults={"kind": ""})
@bp.post(f"{KIND}/undo")
@needs("edit")
def undo(kind: str) -> Response:
    """Take one's own newest edit of the training files back."""
    return turned(PLACE, True, lambda said, status: _standing(kind, said, status))


@bp.post("/redo", defaults={"kind": ""})
@bp.post(f"{KIND}/redo")
@needs("edit")
def redo(kind: str) -> Response:
    """Do again what one undid here."""
    return turned(PLACE, False, lambda said, status: _standing(kind, said, status))


def _name() -> str:
    return " ".join(INVISIBLE.sub("", request.form.get("name", "")).split())


def _save(
    check: Callable[[Files], list[Refusal]],
    change: Callable[[Files], Changed],
    label: str,
) -> list[Refusal]:
    """Check and change the newest files, anew when somebody saved between reading and writing."""
    for _try in range(MOST_TRIES):
        workspace = open_workspace()
        if refused := check(workspace.files):
            return refused
        try:
            texts = change(workspace.files)
        except ValueError as error:
            return [Refusal("too_big" if str(error) == "too_big" else "unreadable")]
        revs = {path: drafts.revision(engine(), path) for path in texts}
        if not texts:
            return []
        if max(revs.values()) > workspace.rev:
            continue
        try:
            drafts.save(engine(), drafts.Author(author(), PLACE, label), texts, revs)
        except drafts.StaleEdit:
            continue
        return []
    return [Refusal("busy")]


def _standing(kind: str, notice: str, status: int) -> Response:
    """Show a list if it is there after all, else all of them."""
    of = (kind, request.form.get("was", ""))
    if of in entity_lists.by_name(open_workspace().files):
        return _one(of, notice, status)
    return page(notice, status)


def _one(of: Of, notice: str = "", status: int = 200) -> Response:
    kept = entity_lists.by_name(open_workspace().files).get(of)
    if kept is None:
        abort(404)
    texts = {path: "\n".join(lines) for path, lines in kept.items()}
    return _form(of, of[1], texts, status=status, notice=notice)


def _form(
    of: Of,
    name: str,
    texts: entity_lists.Given,
    refused: list[Refusal] | None = None,
    status: int = 200,
    notice: str = "",
) -> Response:
    """Show the form of a list with what was typed; one that is not there yet has no name."""
    workspace = open_workspace()
    several = len(texts) > 1
    said = [(one, refusal_sentence(one, one.path if several else "")) for one in refused or ()]
    is_idle = of[0] == "synonym" and not entity_lists.is_found(workspace.files, of[1])
    values = {
        "kind": of[0],
        "words": kind_words()[of[0]],
        "was": of[1],
        "name": name,
        "texts": texts,
        "rev": request.form.get("rev", workspace.rev, int) if refused else workspace.rev,
        "refused": said,
        "longest": LONGEST_NAME[of[0]],
        "is_idle": bool(of[1]) and is_idle,
        "notice": notice,
    }
    return show("nlu", "entity", status, **values)
