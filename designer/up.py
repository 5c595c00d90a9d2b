"""`dialoom up`: embedded parts, migrations, demo workspace, and every process, in one go."""

import fcntl
import http.client
import os
import secrets
import shutil
import socket
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, func, select

from designer import accounts, drafts
from designer.library import DEMO, library_files
from designer.tables import Draft, User
from migrations.run import migrate
from runtime import releases
from runtime.db import open_engine, transaction
from runtime.embedded import python_child, valkey_binary, valkey_child, wait_for_redis
from runtime.nlu.rasa_command import ENVIRONMENT as RASA_ENVIRONMENT
from runtime.services import Portal, Services
from runtime.settings import Settings, kept_secret
from runtime.supervisor import Child, Supervisor
from runtime.tasks.refill import refill

ROOT = Path(__file__).parents[1]
MOST_START = 60.0


def up(settings: Settings) -> int:
    """Run everything in the foreground until Ctrl-C; gives the exit status."""
    settings.data.mkdir(parents=True, exist_ok=True)
    # Two servers on one append-only file would ruin it; the lock ends with its process.
    lock = (settings.data / "lock").open("w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _say(f"Dialoom runs on {settings.data} already. Stop it first, or set DIALOOM_DATA.")
        return 1
    if _is_taken(settings):
        _say(f"Port {settings.port} is taken by another program. Set DIALOOM_PORT to a free one.")
        return 1
    _count_anew(settings.data / "metrics")
    supervisor = Supervisor(_say)
    supervisor.listen()
    try:
        return _run(supervisor, settings)
    finally:
        _say("Stopping.")
        supervisor.stop()


def _run(supervisor: Supervisor, settings: Settings) -> int:
    if not settings.redis_url:
        if not valkey_binary():
            _say("No Valkey for this machine. Install redis-server, or set DIALOOM_REDIS_URL.")
            return 1
        supervisor.add(valkey_child(settings))
    web = web_child(settings)
    if web is None:
        return 1
    rasa = rasa_child(settings)
    mind_rasa = partial(_mind_rasa, supervisor, settings, rasa)
    first = not (settings.data / "ready").exists()
    if first:
        _say("Setting up: database, demo workspace, intent model …")
    wait_for_redis(settings)
    # The web process takes its time to import; meanwhile the database is prepared.
    supervisor.add(web)
    prepare(settings)
    mind_rasa()
    supervisor.add(python_child("worker", settings, ["runtime.tasks.worker"]))
    celery = ["celery", "-A", "wsgi:celery", "--workdir", str(ROOT)]
    worker = [*celery, "worker", "--pool", "threads", "-c", "4", "-l", "warning"]
    supervisor.add(python_child("celery", settings, [*worker, "--without-gossip", "-n", "work@%h"]))
    # It keeps nothing: everything it calls for comes round within a minute.
    beat = [*celery, "beat", "-l", "warning", "-S", "celery.beat:Scheduler", "--pidfile", ""]
    supervisor.add(python_child("beat", settings, beat))
    if not _wait_until_ready(supervisor, settings):
        return 0 if supervisor.stopping else 1
    (settings.data / "ready").touch()
    _greet(settings)
    supervisor.watch(mind_rasa)
    return 0


def _count_anew(folder: Path) -> None:
    """Let all processes count into one folder, from nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def web_child(settings: Settings) -> Child | None:
    """Describe the web process; the server is one setting."""
    kind = "asgi" if settings.server == "asgi" else "uvicorn_worker.UvicornWorker"
    address = f"{settings.host}:{settings.port}"
    config = str(ROOT / "deploy" / "gunicorn.conf.py")
    arguments = ["gunicorn", "-k", kind, "-w", str(settings.workers), "-b", address]
    return python_child(
        "web", settings, [*arguments, "-c", config, "--chdir", str(ROOT), "wsgi:web()"]
    )


def rasa_child(settings: Settings) -> Child | None:
    """Describe Rasa, where it is installed; only this machine can reach it."""
    rasa, address = settings.rasa, settings.rasa.folder / "address"
    address.unlink(missing_ok=True)
    if settings.rasa_url or not rasa.is_installed:
        return None
    address.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address.write_text(f"http://127.0.0.1:{port}", "ascii")
    environment = {**RASA_ENVIRONMENT, "RASA_TOKEN": kept_secret(settings, "rasa-token")}
    return Child("rasa", rasa.server(port), settings.data / "log" / "rasa.log", environment)


def _mind_rasa(supervisor: Supervisor, settings: Settings, rasa: Child | None) -> None:
    """Let Rasa run while one of its models is to be served; called over and over."""
    if rasa is None:
        return
    wanted, runs = settings.rasa.current() is not None, rasa in supervisor.children
    if wanted and not runs:
        supervisor.add(rasa)
    elif runs and not wanted:
        supervisor.drop(rasa)


def prepare(settings: Settings) -> None:
    """Migrate, make the first account, load and publish the demo workspace, once each."""
    engine = open_engine(settings.database)
    migrate(engine)
    with transaction(engine, writes=False) as database:
        has_users = database.scalar(select(func.count()).select_from(User))
        has_drafts = database.scalar(select(func.count()).select_from(Draft))
    if not has_users:
        _make_admin(settings, engine)
    portal = Portal(settings, engine)
    if not has_drafts:
        files = library_files(DEMO)
        author = drafts.Author("dialoom", "import", "demo workspace")
        drafts.save(engine, author, dict(files), {})
        portal.call(_publish_demo, files)
    with suppress(TimeoutError):  # It goes on by itself, and names the release when it is done.
        portal.call(refill)
        portal.call(lambda services: releases.restore(services.redis, services.engine))
    portal.close()
    engine.dispose()


async def _publish_demo(services: Services, files: dict[str, str]) -> None:
    await releases.publish(services.redis, services.engine, files, "Demo workspace", "dialoom")


def _make_admin(settings: Settings, engine: Engine) -> None:
    password = settings.admin_password or secrets.token_urlsafe(9)
    accounts.add(engine, "admin@dialoom.local", password, ["admin"], name="Admin")
    if not settings.admin_password:
        # Shown on every start until it is changed; only the owner of the folder can read it.
        path = settings.data / "first-password"
        path.touch(mode=0o600)
        path.write_text(password, "utf-8")


def _wait_until_ready(supervisor: Supervisor, settings: Settings) -> bool:
    deadline = time.monotonic() + MOST_START
    while time.monotonic() < deadline and not supervisor.stopping:
        supervisor.revive()
        if _answers(settings):
            return True
        time.sleep(0.05)
    _say(f"Not ready after {MOST_START:.0f} s. Look into {settings.data / 'log'}.")
    return False


def _is_taken(settings: Settings) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            return True
    return False


def _answers(settings: Settings) -> bool:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _greet(settings: Settings) -> None:
    address = f"http://127.0.0.1:{settings.port}/"
    kept = settings.data / "first-password"
    password = kept.read_text("utf-8") if kept.exists() else "the one you set"
    _say("")
    _say(f"  Designer   {address}")
    _say(f"  Demo shop  {address}demo/")
    _say(f"  Sign in    admin@dialoom.local, password: {password}")
    _say("  Stop       Ctrl-C")
    _say("")
    _say(f"Dialoom is ready: {address}")


def _say(text: str) -> None:
    print(text, file=sys.stdout, flush=True)  # noqa: T201
