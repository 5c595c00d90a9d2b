"""Evaluation of the understanding: asked for, followed, cancelled, and what came of it."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template
from flask_babel import gettext as _

from designer import evaluations
from designer.access import author, needs
from designer.evaluation_differences import between, newest_measured
from designer.fragments import show
from designer.tables import Evaluation
from designer.tasks import EVALUATIONS, call_for
from designer.titles import titles
from designer.workspace import engine
from runtime.nlu.cross_validation import FOLDS

bp = Blueprint("nlu_evaluation", __name__, url_prefix="/nlu/evaluation")
MOST_IN_MAP = 30
"""Intents of the heat map; beyond that only those that are confused most."""


@bp.get("/")
def page(notice: str = "", status: int = 200) -> Response:
    """Show the newest evaluation, and the ones before it."""
    found = evaluations.latest(engine())
    done = [one for one in found if one.state == "done" and one.outcome]
    values: dict[str, Any] = {
        "running": next((one for one in found if one.state in evaluations.OPEN), None),
        "done": done,
        "failed": bool(found) and found[0].state == "failed",
        "folds": FOLDS,
        "heat": _heat(done[0]) if done else None,
        "moved": between(done[0].outcome, done[1].outcome) if len(done) > 1 else None,
        "rasa": newest_measured(evaluations.latest(engine(), evaluations.RASA)),
        "notice": notice,
    }
    return show("nlu", "evaluation", status, **values)


@bp.post("/")
@needs("edit")
def ask() -> Response:
    """Ask for an evaluation of the drafts as they are now."""
    evaluations.ask(engine(), author())
    call_for(current_app.extensions.get("celery"), EVALUATIONS)
    return page()


@bp.get("/<int:number>/progress")
def progress(number: int) -> Response | str:
    """Show how far an evaluation is; when it has ended, the whole page is shown again."""
    found = evaluations.find(engine(), number)
    if found is None:
        abort(404)
    if found.state in evaluations.OPEN:
        return render_template("nlu/_progress.html", running=found, folds=FOLDS)
    answer = page()
    answer.headers["HX-Retarget"] = "#evaluation"
    answer.headers["HX-Reswap"] = "outerHTML"
    return answer


@bp.post("/<int:number>/cancel")
@needs("edit")
def cancel(number: int) -> Response:
    """Stop an evaluation."""
    evaluations.cancel(engine(), number)
    return page(_("Cancelled."))


def _heat(found: Evaluation) -> dict[str, Any]:
    """Give the confusion matrix as a heat map: intents and `[found, expected, how often]`."""
    pairs = [(str(a), str(b), int(n)) for a, b, n in found.outcome["pairs"]]
    worst: dict[str, int] = {}
    for truth, guess, many in pairs:
        for one in (truth, guess):
            worst[one] = worst.get(one, 0) + (many if truth != guess else 0)
    shown = sorted(worst, key=lambda one: (-worst[one], one))[:MOST_IN_MAP]
    names = titles()
    order = {intent: n for n, intent in enumerate(sorted(shown, key=names.intent))}
    cells = [[order[g], order[t], n] for t, g, n in pairs if t in order and g in order]
    labels = [names.intent(intent) if intent else _("nothing") for intent in order]
    return {"labels": labels, "cells": cells, "all": len(worst) == len(shown)}
