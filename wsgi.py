"""The composition root: settings, services, plugins, the gateway with Flask beside it, Celery.

`gunicorn -k asgi "wsgi:web()"` serves, `celery -A wsgi:celery worker` works.
"""

from a2wsgi import WSGIMiddleware
from celery import Celery
from starlette.applications import Starlette

from runtime.services import Portal, set_portal
from runtime.settings import Settings, read_settings

TASK_MODULES = ("runtime.tasks.weights", "runtime.tasks.archive", "designer.tasks")
WSGI_THREADS = 8


def web() -> Starlette:
    """Build the web application of one process."""
    from designer.app import make_designer  # Celery needs none of this, and starts faster.
    from runtime.web.gateway import make_gateway

    settings = read_settings()
    flask = make_designer(settings, _portal(settings))
    celery = flask.extensions["celery"] = make_celery(settings)
    # Whoever uploads does not wait for a broker that is away: the clock calls the worker as well.
    celery.conf.broker_transport_options = {"max_retries": 1, "interval_start": 0}
    return make_gateway(settings, WSGIMiddleware(flask, workers=WSGI_THREADS))


def make_celery(settings: Settings) -> Celery:
    """Build the Celery application; every task module is named in TASK_MODULES."""
    address = settings.redis.replace("unix://", "redis+socket://", 1)
    app = Celery("dialoom", broker=address, include=list(TASK_MODULES))
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        beat_schedule={
            "weights": {"task": "runtime.weights", "schedule": settings.weights_seconds},
            "publish": {
                "task": "designer.publish_due",
                "schedule": 5.0,
                "options": {"expires": 5},
            },
            "archive": {"task": "runtime.archive", "schedule": 5.0, "options": {"expires": 5}},
            # Uploads call for it themselves; this one looks for what was left behind.
            "imports": {
                "task": "designer.take_in_imports",
                "schedule": 5.0,
                "options": {"expires": 5},
            },
            "evaluations": {
                "task": "designer.evaluate",
                "schedule": 5.0,
                "options": {"expires": 5},
            },
            "trainings": {
                "task": "designer.train_rasa",
                "schedule": 5.0,
                "options": {"expires": 5},
            },
        },
    )
    return app


def _portal(settings: Settings) -> Portal:
    portal: Portal = set_portal(Portal(settings))
    return portal


def __getattr__(name: str) -> object:
    """Build Celery only where it is asked for."""
    if name == "celery":
        settings = read_settings()
        _portal(settings)
        globals()["celery"] = make_celery(settings)
        return globals()["celery"]
    raise AttributeError(name)
