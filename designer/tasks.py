"""Celery: scheduled releases, imports, evaluations, trainings. Thin doors, safe to run twice."""

import logging

from celery import Celery, shared_task
from celery.exceptions import OperationalError

from designer import evaluations, rasa_work, rehearsals, simulations
from designer.import_work import take_in
from designer.publications import publish_due
from runtime.services import portal

IMPORTS = "designer.take_in_imports"
EVALUATIONS = "designer.evaluate"
TRAININGS = "designer.train_rasa"
SIMULATIONS = "designer.simulate"
REHEARSALS = "designer.rehearse"
_log = logging.getLogger(__name__)


@shared_task(name="designer.publish_due", ignore_result=True)
def publish_due_releases() -> None:
    """Let everything out whose time has come."""
    publish_due(portal())


@shared_task(name=IMPORTS, ignore_result=True)
def take_in_imports() -> None:
    """Take in every foreign bot that waits for it."""
    take_in(portal().services.engine)


@shared_task(name=EVALUATIONS, ignore_result=True)
def evaluate() -> None:
    """Judge the understanding wherever somebody asked for it."""
    evaluations.evaluate(portal().services.engine)


@shared_task(name=TRAININGS, ignore_result=True)
def train_rasa() -> None:
    """Train Rasa wherever somebody asked for it."""
    services = portal().services
    rasa_work.work(services.engine, services.settings.rasa)


@shared_task(name=SIMULATIONS, ignore_result=True)
def simulate() -> None:
    """Replay the past against the rules wherever somebody asked for it."""
    simulations.work(portal().services)


@shared_task(name=REHEARSALS, ignore_result=True)
def rehearse() -> None:
    """Rehearse experiments wherever somebody asked for it."""
    rehearsals.work(portal().services)


def call_for(app: Celery | None, task: str) -> None:
    """Wake a worker for what was just asked for; where that fails, the clock does it soon."""
    if app is not None:
        try:
            app.send_task(task, retry=False, ignore_result=True)
        except OperationalError as error:
            _log.warning("nobody was woken for %s: %r", task, error)
