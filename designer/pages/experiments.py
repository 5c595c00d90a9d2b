"""Experiments: what is tested, how it stands, and what becomes of it."""

from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from designer import drafts, experiments
from designer import experiment_forms as forms
from designer.access import author, needs
from designer.cards import language
from designer.conflicts import conflict_answer
from designer.experiment_sentences import REFUSED
from designer.experiment_words import (
    belief_chart,
    course_chart,
    guard_rows,
    log_rows,
    shares_chart,
    terms_rows,
    verdict,
)
from designer.form_values import nested_values, number_of
from designer.fragments import show
from designer.keys import free_key
from designer.titles import titles
from designer.wording import sentence_of
from designer.workspace import engine, open_workspace, portal
from flows.edits import EditRefused
from flows.experiments import Experiment
from runtime.experiments import runs
from runtime.experiments.afterwards import foreign_orders, funnels
from runtime.experiments.by_segment import by_segment
from runtime.experiments.runs import NotPossible
from runtime.tables import ExperimentRow

bp = Blueprint("experiments", __name__, url_prefix="/experiments")
STATES = ("paused", "running", "stopped", "switched", "rolled_back", "archived")


@bp.get("/")
def page(notice: str = "") -> Response:
    """List every experiment with its newest run; what is archived on demand."""
    newest: dict[str, ExperimentRow] = {}
    for row in runs.runs(engine()):
        newest.setdefault(row.key, row)
    drafted = open_workspace().compiled.book.experiments
    known = {**{key: experiments.setup(row) for key, row in newest.items()}, **drafted}
    rows = [{"experiment": one, "run": newest.get(key)} for key, one in sorted(known.items())]
    rows.sort(key=lambda row: not (row["run"] and row["run"].state in runs.OPEN))  # type: ignore[union-attr]
    archived = [row for row in rows if row["run"] and row["run"].state == "archived"]  # type: ignore[union-attr]
    rows = [row for row in rows if row not in archived]
    held = experiments.in_all(portal())
    return show("experiments", "list", rows=rows, archived=archived, held=held, notice=notice)


@bp.post("/")
@needs("edit")
def create() -> AnyResponse:
    """Make an experiment over the wordings of a script, to be changed or started at once."""
    workspace, subject = open_workspace(), request.form.get("subject", "")
    if subject not in forms.subjects(workspace):
        abort(404)
    stem = subject.rpartition(".")[2]
    key = free_key(stem, "experiment", set(workspace.compiled.book.experiments))
    files = experiments.first_files(workspace, subject, key, language())
    who = drafts.Author(author(), experiments.path_of(key), _("new experiment"))
    drafts.save(engine(), who, files, {})
    return redirect(url_for("experiments.one", experiment=key))


@bp.get("/<experiment>")
def one(experiment: str) -> Response:
    """Show an experiment: its form before it starts, its figures after."""
    return _show(experiment)


@bp.put("/<experiment>")
@needs("edit")
def save(experiment: str) -> Response:
    """Save the form."""
    refused = _save(experiment)
    return refused if refused is not None else _show(experiment, _("Saved."))


@bp.post("/<experiment>/start")
@needs("publish")
def start(experiment: str) -> Response:
    """Save the form and begin a run."""
    refused = _save(experiment) if "mode" in request.form else None
    if refused is not None:
        return refused
    workspace = open_workspace()
    if experiment not in workspace.compiled.book.experiments:
        abort(404)
    try:
        experiments.start(portal(), workspace, experiment, author())
    except NotPossible as why:
        return _show(experiment, _refusal(why), 422)
    return _show(experiment, _("Started. Visitors who meet the script take part from now on."))


@bp.post("/runs/<run>/<state>")
@needs("publish")
def change(run: str, state: str) -> Response:
    """Pause, resume, stop, switch or roll back a run."""
    row = _run(run)
    if state not in STATES:
        abort(404)
    try:
        experiments.change(portal(), run, state, author())
    except NotPossible as why:
        return _show(row.key, _refusal(why), 409)
    return _show(row.key, _("Done. It holds from the next message on."))


@bp.post("/runs/<run>/ship/<arm>")
@needs("publish")
def ship(run: str, arm: str) -> Response:
    """Make an arm the only wording."""
    row = _run(run)
    if arm not in row.setup["arms"]:
        abort(404)
    name = titles().arm(row.script, arm)
    try:
        number = experiments.ship(portal(), row, arm, author())
    except NotPossible as why:
        return _show(row.key, _refusal(why), 409)
    return _show(
        row.key, _("“%(name)s” is the only wording now: release %(n)s.", name=name, n=number)
    )


@bp.post("/runs/<run>/learnt")
@needs("edit")
def learnt(run: str) -> Response:
    """Write down what was learnt."""
    row = _run(run)
    experiments.learn(engine(), run, request.form.get("learnt", ""))
    return _show(row.key, _("Saved."))


@bp.post("/<experiment>/delete")
@needs("edit")
def delete(experiment: str) -> Response:
    """Delete the draft of an experiment; what its runs found stays."""
    path = experiments.path_of(experiment)
    who = drafts.Author(author(), path, _("experiment deleted"))
    drafts.save(engine(), who, {path: None}, {})
    return page(_("Deleted. What its runs found stays here."))


@bp.get("/runs/<run>/figures.csv")
def table(run: str) -> Response:
    """Give the figures of a run as a table."""
    row = _run(run)
    found = experiments.stands(portal(), row)
    answer = Response("\ufeff" + forms.csv_of(row.run, found), mimetype="text/csv; charset=utf-8")
    name = f"{row.run.replace('#', '-')}.csv"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _save(key: str) -> Response | None:
    """Save the form; gives an answer where that was refused."""
    path = experiments.path_of(key)
    who = drafts.Author(author(), path, _("experiment edited"))
    try:
        form = nested_values({name: request.form[name] for name in request.form})
        values = forms.values_of_form(form, request.form)
        rev = int(number_of(form.get("rev"), 0) or 0)
        drafts.edit(engine(), who, path, rev, lambda text: experiments.with_values(text, values))
    except drafts.StaleEdit as stale:
        return conflict_answer(stale, url_for("experiments.one", experiment=key))
    except (EditRefused, ValueError) as refused:
        return _show(
            key,
            sentence_of(getattr(refused, "code", "bad_edit"), **getattr(refused, "values", {})),
            422,
        )
    return None


def _run(run: str) -> ExperimentRow:
    found = [row for row in runs.runs(engine()) if row.run == run]
    return found[0] if found else abort(404)


def _refusal(why: NotPossible) -> str:
    values = dict(why.values)
    if "arm" in values:
        values["arm"] = titles().arm(values.get("script", ""), values["arm"])
    return str(_(REFUSED[why.code]) % values)


def _show(key: str, notice: str = "", status: int = 200) -> Response:
    workspace, mine = open_workspace(), runs.runs(engine(), key)
    known = workspace.compiled.book.experiments
    drafted = known.get(key)
    if drafted is None and not mine:
        abort(404)
    row = mine[0] if mine else None
    is_open = row is not None and row.state in (*runs.OPEN, *runs.SETTLED)
    setup = experiments.setup(row) if row and (is_open or drafted is None) else drafted
    values = {
        "key": key,
        "experiment": drafted,
        "setup": setup,
        "candidates": forms.candidates(workspace, setup or Experiment(key)),
        "others": forms.other_scripts(workspace, setup or Experiment(key)),
        "segments": workspace.compiled.segments,
        "groups": sorted({one.group for one in known.values() if one.group}),
        "rev": drafts.revision(engine(), experiments.path_of(key)),
        "problems": workspace.problems_in(experiments.path_of(key)),
        "row": row,
        "is_open": is_open,
        "earlier": mine[1:] if mine else [],
        "notice": notice,
        "forecast": experiments.expected(portal(), drafted) if drafted and not is_open else None,
        **(_figures(row) if row else {}),
    }
    return show("experiments", "one", status, **values)


def _figures(row: ExperimentRow) -> dict[str, Any]:
    ran, found = experiments.setup(row), experiments.stands(portal(), row)
    return {
        "ran": ran,
        "found": found,
        "verdict": verdict(row, ran, found),
        "guards": {arm.key: guard_rows(ran, arm) for arm in found.arms},
        "terms": terms_rows(ran, found) if row.state == "running" else [],
        "course": course_chart(ran, found),
        "belief": belief_chart(ran, found),
        "shares": shares_chart(ran, found, row.ended or portal().services.now()),
        "foreign": foreign_orders(engine(), row.run, row.began),
        "funnels": funnels(engine(), row.run, ran.arms, row.began),
        "parts": by_segment(engine(), row.run, ran.arms, row.began),
        "log": log_rows(ran, runs.steps(engine(), row.run)),
    }
