"""The mood of visitors: labels, and from where on a message counts against their patience."""

import csv
import io
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from designer import drafts, mood_labels
from designer.access import author, needs
from designer.fragments import show
from designer.workspace import engine, open_workspace
from flows import trees
from rules.mood import THRESHOLDS
from runtime.nlu.sentiment import score

bp = Blueprint("nlu_mood", __name__, url_prefix="/nlu/mood")
FILE = "workspace.yaml"
TARGETS = (0.7, 0.8, 0.9, 0.95)
ENOUGH = 20
"""Labels of each kind below which figures say little."""


@bp.get("/")
def page(notice: str = "", status: int = 200) -> Response:
    """Show, language by language, what a threshold would do with the labelled messages."""
    chosen = open_workspace().compiled.book.workspace.escalation
    languages = []
    for language in _languages():
        rows = mood_labels.labels(engine(), language)
        points, angry = mood_labels.curve(rows), sum(row.angry for row in rows)
        languages.append(
            {
                "key": language,
                "threshold": chosen.get(language, THRESHOLDS[language]),
                "labels": len(rows),
                "angry": angry,
                "enough": min(angry, len(rows) - angry) >= ENOUGH,
                "points": [asdict(point) for point in points],
                "targets": {t: mood_labels.lowest_for(points, t) for t in TARGETS} if angry else {},
            }
        )
    values: dict[str, Any] = {
        "languages": languages,
        "to_judge": mood_labels.to_judge(engine()),
        "newest": mood_labels.labels(engine())[:20],
        "notice": notice,
    }
    return show("nlu", "mood", status, **values)


@bp.post("/<language>")
@needs("edit")
def choose(language: str) -> Response:
    """Choose the threshold of a language; it goes live with the next release."""
    workspace, value = open_workspace(), request.form.get("threshold", type=float)
    if language not in THRESHOLDS or value is None or not 0 <= value <= 1:
        return page(_("A threshold lies between 0 and 1."), 422)
    chosen = {**workspace.compiled.book.workspace.escalation, language: round(value, 2)}
    text = trees.set_values(workspace.files[FILE], {"escalation": chosen})
    who = drafts.Author(author(), "nlu", _("threshold of a mood changed"))
    drafts.save(engine(), who, {FILE: text}, {})
    return page(_("Saved. It holds for visitors from the next release on."))


@bp.post("/labels")
@needs("edit")
def label() -> Response:
    """Say of a message whether it is angry."""
    text, angry = request.form.get("text", "").strip(), request.form.get("angry") == "1"
    if not text:
        return page(_("There is nothing to label."), 422)
    mood_labels.label(engine(), author(), text, angry)
    return page(
        _("“%(text)s” is kept as angry.", text=text)
        if angry
        else _("“%(text)s” is kept as calm.", text=text)
    )


@bp.post("/labels/<int:number>/delete")
@needs("edit")
def forget(number: int) -> Response:
    """Take a label back."""
    mood_labels.forget(engine(), number)
    return page(_("The label is gone."))


@bp.post("/table")
@needs("edit")
def take_in() -> Response:
    """Take in a table of labelled messages."""
    upload = request.files.get("table")
    content = upload.read().decode("utf-8", "replace") if upload else ""
    try:
        many = mood_labels.label_all(engine(), author(), mood_labels.read_table(content))
    except (ValueError, csv.Error) as error:
        return page(_("Nothing was taken in: %(why)s", why=error), 422)
    return page(_("%(n)s labels were taken in.", n=many))


@bp.get("/labels.csv")
def export() -> Response:
    """Give every label as a table."""
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["text", "label"])
    said = ((row.text, "angry" if row.angry else "calm") for row in mood_labels.labels(engine()))
    rows.writerows(said)
    answer = Response("\ufeff" + table.getvalue(), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=moods.csv"
    return answer


@bp.get("/try")
def try_() -> Response:
    """Read the mood of one sentence, and by which words."""
    text = request.args.get("text", "").strip()[:500]
    return show("nlu", "felt", text=text, felt=score(text))


def _languages() -> list[str]:
    """Name the languages of the shop whose moods can be read."""
    spoken = {language.partition("-")[0] for language in open_workspace().languages}
    return [language for language in THRESHOLDS if language in spoken]
