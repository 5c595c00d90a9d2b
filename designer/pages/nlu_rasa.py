"""Rasa from the browser: trained, measured beside the built-in engine, let in, taken out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask_babel import gettext as _

from designer import evaluations
from designer.access import author, needs
from designer.fragments import show
from designer.publishing import note
from designer.rasa_work import PARTS
from designer.tasks import TRAININGS, call_for
from designer.workspace import engine, portal
from runtime import releases
from runtime.nlu.training import taught
from runtime.services import Services

bp = Blueprint("nlu_rasa", __name__, url_prefix="/nlu/rasa")


@dataclass(frozen=True)
class Standing:
    """How Rasa stands: `state` is absent, elsewhere, off, away, other or answers."""

    state: str
    model: str = ""
    before: str = ""


@bp.get("/")
def page(notice: str = "", status: int = 200) -> Response:
    """Show how Rasa stands, the training that runs, and those before."""
    found = evaluations.latest(engine(), evaluations.RASA)
    home = portal().services.settings.rasa
    values: dict[str, Any] = {
        "standing": standing(),
        "running": next((one for one in found if one.state in evaluations.OPEN), None),
        "newest": found[0] if found else None,
        "done": [one for one in found if one.state == "done"],
        "is_here": lambda name: home.model(name) is not None,
        "parts": PARTS,
        "notice": notice,
    }
    return show("nlu", "rasa", status, **values)


@bp.post("/")
@needs("edit")
def ask() -> Response:
    """Ask for a training on the drafts as they are now."""
    if not portal().services.settings.rasa.is_installed:
        return page(_("Rasa is not installed here."), 422)
    evaluations.ask(engine(), author(), evaluations.RASA)
    call_for(current_app.extensions.get("celery"), TRAININGS)
    return page()


@bp.get("/<int:number>/progress")
def progress(number: int) -> Response | str:
    """Show how far a training is; when it has ended, the whole page is shown again."""
    found = evaluations.find(engine(), number)
    if found is None:
        abort(404)
    if found.state in evaluations.OPEN:
        return render_template("nlu/_training.html", running=found, parts=PARTS)
    answer = page()
    answer.headers["HX-Retarget"] = "#rasa"
    answer.headers["HX-Reswap"] = "outerHTML"
    return answer


@bp.post("/<int:number>/cancel")
@needs("edit")
def cancel(number: int) -> Response:
    """Stop a training; the model that answers goes on answering."""
    evaluations.cancel(engine(), number)
    return page(_("Cancelled."))


@bp.post("/serve")
@needs("publish")
def serve() -> Response:
    """Let a trained model answer visitors."""
    home = portal().services.settings.rasa
    model = home.model(request.form.get("model", ""))
    if model is None:
        return page(_("This model is gone; train it again."), 404)
    home.promote(model)
    note(engine(), author(), "rasa serves", _named(model))
    if portal().call(_load, model):
        return page(_("This model answers now."))
    return page(_("Rasa is starting with this model; until then the built-in engine answers."))


@bp.post("/stop")
@needs("publish")
def stop() -> Response:
    """Let the built-in engine answer again; the model is kept."""
    portal().services.settings.rasa.retire()
    note(engine(), author(), "rasa stops", "")
    return page(_("The built-in engine answers now."))


def standing() -> Standing:
    """Say how Rasa stands to what is live."""
    settings = portal().services.settings
    home, before = settings.rasa, settings.rasa.previous()
    if settings.rasa_url:
        return Standing("elsewhere", portal().call(_serving))
    if not home.is_installed:
        return Standing("absent")
    current = home.current()
    if current is None:
        return Standing("off", before=_named(before))
    serving = portal().call(_serving)
    _number, files = releases.live_files(engine())
    state = "away" if not serving else "answers" if serving == taught(files) else "other"
    return Standing(state, _named(current), _named(before))


def _named(model: Path | None) -> str:
    return model.name.removesuffix(".tar.gz") if model else ""


async def _serving(services: Services) -> str:
    return await services.rasa.model() if services.rasa else ""


async def _load(services: Services, model: Path) -> bool:
    return services.rasa is not None and await services.rasa.load(model)
