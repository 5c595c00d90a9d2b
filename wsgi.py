"""The composition root: settings, services, plugins, the gateway with Flask beside it, Celery.

`gunicorn -k asgi "wsgi:web()"` serves, `celery -A wsgi:celery worker` works.
"""

import gc
import logging
from datetime import UTC, datetime

from a2wsgi import WSGIMiddleware
from celery import Celery, signals
from celery.schedules import schedule
from starlette.applications import Starlette

from runtime.clock import since_start
from runtime.logs import set_up_logging
from runtime.services import Portal, set_portal
from runtime.settings import Settings, read_settings

TASK_MODULES = ("runtime.tasks.weights", "runtime.tasks.records", "designer.tasks")
OFTEN = {
    "publish": "designer.publish_due",
    "archive": "runtime.archive",
    "imports": "designer.take_in_imports",
    "evaluations": "designer.evaluate",
    "simulations": "designer.simulate",
    "rehearsals": "designer.rehearse",
    "trainings": "designer.train_rasa",
}
WSGI_THREADS = 8


def web() -> Starlette:
    """Build the web application of one process."""
    from designer.app import make_designer  # Celery needs none of this, and starts faster.
    from runtime.web.gateway import make_gateway

    settings = read_settings()
    set_up_logging(settings.log)
    flask = make_designer(settings, _portal(settings))
    celery = flask.extensions["celery"] = make_celery(settings)
    # Whoever uploads does not wait for a broker that is away: the clock calls the worker as well.
    celery.conf.broker_transport_options = {"max_retries": 1, "interval_start": 0}
    return make_gateway(settings, WSGIMiddleware(flask, workers=WSGI_THREADS))


def make_celery(settings: Settings) -> Celery:
    """Build the Celery application; every task module is named in TASK_MODULES."""
    # Else Celery would write its own lines.
    signals.setup_logging.connect(_log_as_all_do, weak=False)
    address = settings.redis.replace("unix://", "redis+socket://", 1)
    app = Celery("dialoom", broker=address, include=list(TASK_MODULES))
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        beat_schedule={
            "weights": {"task": "runtime.weights", "schedule": _every(settings.weights_seconds)},
            "forget": {"task": "runtime.forget", "schedule": _every(6 * 3600.0)},
            # What people ask for is called for at once; these look for what was left behind.
            **{
                name: {"task": task, "schedule": _every(5.0), "options": {"expires": 5}}
                for name, task in OFTEN.items()
            },
        },
    )
    return app


def _log_as_all_do(**_given: object) -> None:
    set_up_logging(read_settings().log, logging.WARNING)


def _every(seconds: float) -> schedule:
    """Give a schedule that a clock which is set back does not stop for so long."""
    return schedule(seconds, nowfun=lambda: datetime.fromtimestamp(since_start(), UTC))


def _portal(settings: Settings) -> Portal:
    portal: Portal = set_portal(Portal(settings))
    return portal


def __getattr__(name: str) -> object:
    """Build Celery only where it is asked for."""
    if name == "celery":
        settings = read_settings()
        _portal(settings)
        # What a task reads by the thousand is gone when it ends; rounds of the collector in between
        # would walk through all that was imported, again and again.
        gc.set_threshold(50_000, 20, 50)
        gc.freeze()
        globals()["celery"] = make_celery(settings)
        return globals()["celery"]
    raise AttributeError(name)
