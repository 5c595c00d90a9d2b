"""`dialoom doctor`: what is installed, what answers, and what to do where something does not."""

import asyncio
import platform
from collections.abc import Iterator

import click
from sqlalchemy.exc import SQLAlchemyError

from designer.matcher_words import WHY
from rules.judge import Judge
from runtime.db import open_engine
from runtime.desk.laid_aside import kept_messages
from runtime.embedded import valkey_binary, why_no_redis
from runtime.nlu import encoder
from runtime.releases import why_not_matched
from runtime.services import open_rasa
from runtime.settings import Settings, read_settings

Row = tuple[str, str, str]
"""A part, its state, and what to do about it; empty where nothing need be done."""


@click.command("doctor")
def doctor() -> None:
    """Say what is installed, reachable or misconfigured, and what to do about it."""
    settings = read_settings()
    for name, state, advice in _rows(settings):
        click.echo(f"{name:14} {state}" + (f"  → {advice}" if advice else ""))


def _rows(settings: Settings) -> Iterator[Row]:
    yield "Python", platform.python_version(), ""
    yield "Data folder", str(settings.data), ""
    binary = valkey_binary()
    missing = (
        "" if binary or settings.redis_url else "install redis-server or set DIALOOM_REDIS_URL"
    )
    yield "Valkey", binary or "missing", missing
    yield _redis(settings)
    address = settings.database.split("@")[-1]
    yield from _database(settings, address)
    yield _kept(settings)
    yield ("Encoder", "installed", "") if encoder.is_here() else _NO_ENCODER
    yield _rasa(settings)


_NO_ENCODER = (
    "Encoder",
    "missing",
    "messages are understood by words alone; `make run` installs it",
)


def _kept(settings: Settings) -> Row:
    """Say whether messages wait on the disk because Redis was away."""
    waiting, stuck = kept_messages(settings.data)
    if stuck:
        return "Kept messages", f"{waiting} wait, {stuck} cannot be answered", "see log/worker.log"
    return "Kept messages", f"{waiting} wait", "`dialoom up` answers them" if waiting else ""


def _redis(settings: Settings) -> Row:
    why = why_no_redis(settings)
    if not why:
        return "Redis", "answers", ""
    if settings.redis_url:
        return "Redis", f"does not answer ({why})", "start it, or mend DIALOOM_REDIS_URL"
    return "Redis", "not running", "`dialoom up` starts the embedded one"


def _database(settings: Settings, address: str) -> Iterator[Row]:
    """Say whether the database answers, and what judges the rules that are live in it."""
    is_new = not settings.database_url and not (settings.data / "dialoom.db").exists()
    if is_new:
        yield "Database", f"{address}: not made yet", "`dialoom up` makes it"
        yield _matcher("")
        return
    engine = open_engine(settings.database)
    live = ""
    try:
        with engine.connect():
            yield "Database", f"{address}: answers", ""
        live = why_not_matched(engine)
    except SQLAlchemyError as error:
        why = type(error).__name__
        yield "Database", f"{address}: does not answer ({why})", "see DIALOOM_DATABASE_URL, migrate"
    finally:
        engine.dispose()
    yield _matcher(live)


def _matcher(live: str) -> Row:
    """Name what judges the rules, and why it is not durable-rules."""
    why = Judge.build([]).why_not or live
    if not why:
        return "Rule matcher", "durable-rules (built, and tried with the live rules)", ""
    advice = "rules are judged in plain Python; answers are the same"
    return "Rule matcher", f"oracle ({WHY.get(why, why)})", advice


def _rasa(settings: Settings) -> Row:
    """Say whether Rasa is wanted, and whether it answers."""
    rasa = open_rasa(settings)
    if rasa is None or not rasa.is_wanted:
        installed = settings.rasa.is_installed
        return "Rasa", "installed, not in use" if installed else "not installed; not needed", ""
    model = asyncio.run(rasa.model(seconds_old=0.0))
    if model:
        return "Rasa", f"answers with the model {model}", ""
    return "Rasa", "does not answer", "the built-in engine answers meanwhile; see DIALOOM_RASA_URL"


COMMANDS = (doctor,)
