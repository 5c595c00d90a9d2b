"""Rehearsals of an experiment: asked for, followed, cancelled, and what came of it."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask_babel import gettext as _

from designer import evaluations, experiments
from designer.access import author, needs
from designer.evaluations import REHEARSAL
from designer.form_values import number_of
from designer.fragments import show
from designer.rehearsals import plan_of
from designer.tables import Evaluation
from designer.tasks import REHEARSALS, call_for
from designer.workspace import engine, open_workspace, portal
from flows.experiments import Experiment

bp = Blueprint("rehearsals", __name__, url_prefix="/experiments/<experiment>/rehearsal")
USUAL_RATE, USUAL_VISITORS, USUAL_DAYS = 0.05, 1_000.0, 28


@bp.get("/")
def page(experiment: str, notice: str = "", status: int = 200) -> Response:
    """Show the newest rehearsal of an experiment, and a form for another."""
    drafted = _experiment(experiment)
    mine = [one for one in evaluations.latest(engine(), REHEARSAL) if _is_of(one, experiment)]
    open_ = [
        one for one in evaluations.latest(engine(), REHEARSAL) if one.state in evaluations.OPEN
    ]
    done = next((one for one in mine if one.state == "done"), None)
    values = {
        "experiment": drafted,
        "running": next((one for one in mine if one.state in evaluations.OPEN), None),
        "busy": bool(open_) and not _is_of(open_[0], experiment),
        "failed": bool(mine) and mine[0].state == "failed",
        "done": done,
        "asked": dict(done.outcome) if done else _usual(drafted),
        "notice": notice,
    }
    return show("rehearsals", "all", status, **values)


@bp.post("/")
@needs("edit")
def ask(experiment: str) -> Response:
    """Ask for a rehearsal with the rates of the form."""
    drafted = _experiment(experiment)
    given = [number_of(request.form.get(f"rate.{arm}")) for arm in drafted.arms]
    said: dict[str, Any] = {
        "key": experiment,
        "arms": list(drafted.arms),
        "rates": [(rate or 0) / 100 for rate in given],
        "per_day": number_of(request.form.get("per_day"), 0) or 0,
        "days": number_of(request.form.get("days"), 0) or 0,
        "target": drafted.target,
        "least_days": drafted.days,
        "orders": drafted.orders,
    }
    try:
        plan_of(said)
    except ValueError as wrong:
        words = {
            "rates": _("Rates lie between 0 and 100 %, one for each wording."),
            "per_day": _("Visitors a day: 10 to 1,000,000."),
            "days": _("Days: 1 to 42."),
        }
        return page(experiment, words.get(str(wrong), _("These are no numbers.")), 422)
    evaluations.ask(engine(), author(), REHEARSAL, said)
    call_for(current_app.extensions.get("celery"), REHEARSALS)
    return page(experiment)


@bp.get("/<int:number>/progress")
def progress(experiment: str, number: int) -> Response | str:
    """Show how far it is; when it has ended, the whole page is shown again."""
    found = evaluations.find(engine(), number)
    if found is None or found.kind != REHEARSAL:
        abort(404)
    if found.state in evaluations.OPEN:
        drafted = _experiment(experiment)
        return render_template("rehearsals/_progress.html", running=found, experiment=drafted)
    answer = page(experiment)
    answer.headers["HX-Retarget"] = "#rehearsal"
    answer.headers["HX-Reswap"] = "outerHTML"
    return answer


@bp.post("/<int:number>/cancel")
@needs("edit")
def cancel(experiment: str, number: int) -> Response:
    """Stop a rehearsal."""
    evaluations.cancel(engine(), number)
    return page(experiment, _("Cancelled."))


def _experiment(key: str) -> Experiment:
    found = open_workspace().compiled.book.experiments.get(key)
    return found if found is not None and len(found.arms) > 1 else abort(404)


def _is_of(one: Evaluation, key: str) -> bool:
    return bool(one.outcome.get("key") == key)


def _usual(experiment: Experiment) -> dict[str, Any]:
    """Fill the form with what the script's last weeks say; the others are as good as hoped."""
    known = experiments.expected(portal(), experiment)
    rate = min(max(known.rate, 0.001), 0.8) if known else USUAL_RATE
    hoped = [rate, *(min(rate * (1 + experiment.target), 0.99) for _arm in experiment.arms[1:])]
    per_day = max(round(known.per_day), 10) if known else USUAL_VISITORS
    return {
        "rates": hoped,
        "per_day": per_day,
        "days": USUAL_DAYS,
        "from_history": known is not None,
    }
