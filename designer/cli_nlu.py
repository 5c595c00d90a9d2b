"""`dialoom nlu`: train and test the embedded model on the workspace's or other data."""

import json
import os
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import click
from sqlalchemy import Engine

from designer import drafts
from designer.cli_workspace import open_portal
from runtime.compiling import read_examples
from runtime.nlu.cascade import EmbeddedModel, train
from runtime.nlu.rasa_command import RasaFailed
from runtime.nlu.rasa_training import hold_out, judge
from runtime.nlu.training import Example, evaluate, read_file
from runtime.rasa_home import RasaHome
from runtime.releases import trained_model

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("nlu")
def nlu() -> None:
    """Train and test understanding."""


@nlu.command("train")
def train_() -> None:
    """Train the model of the drafts, and say how long it took."""
    engine = open_portal().services.engine
    files = drafts.files(engine)
    examples, _problems = read_examples(files)
    started = time.process_time()
    trained_model(engine, files)
    click.echo(f"{len(examples)} sentences, {time.process_time() - started:.1f} s of CPU.")


@nlu.command("test")
@click.option("--data", "data", required=True, type=FILE, help="Rasa YAML or CSV (text,intent).")
@click.option("--train", "training", type=FILE, help="Train on this instead of the drafts.")
@click.option("--json", "as_json", is_flag=True, help="Print the measures as JSON.")
def test(data: Path, training: Path | None, as_json: bool) -> None:
    """Measure the model on labelled sentences it has not seen."""
    try:
        model = _model(read_file(training) if training else None)
        found = evaluate(model, read_file(data))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False))
        return
    click.echo(f"accuracy {found.accuracy:.4f}  macro-F1 {found.macro_f1:.4f}  of {found.size}")


@nlu.command("compare")
@click.option("--data", "data", type=FILE, help="Sentences to be judged by (text,intent).")
@click.option("--train", "training", type=FILE, help="Sentences to train on; else the drafts.")
@click.option("--json", "as_json", is_flag=True, help="Print the measures as JSON.")
def compare(data: Path | None, training: Path | None, as_json: bool) -> None:
    """Train both engines on the same sentences and judge them by the same others.

    Without --data a fifth of the sentences is held out.
    """
    portal = open_portal()
    try:
        known = read_file(training) if training else _drafted(portal.services.engine)
        kept, out = (known, read_file(data)) if data else hold_out(known)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if not kept or not out:
        raise click.UsageError("There are too few sentences to hold any out; name some by --data.")
    found = {"embedded": _judged(kept, out)} | _rasas(portal.services.settings.rasa, kept, out)
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo(f"{len(kept)} sentences to train on, {len(out)} to judge by")
    for engine, measures in found.items():
        said = "  ".join(f"{name} {value:.4g}" for name, value in measures.items())
        click.echo(f"{engine:10} {said or 'not installed: make rasa'}")


def _judged(kept: list[Example], out: list[Example]) -> dict[str, float]:
    started = time.process_time()
    model = EmbeddedModel.load(train(kept))
    trained = time.process_time()
    found = evaluate(model, out)
    parsed = (time.process_time() - trained) / len(out) * 1e6
    measures = {"accuracy": found.accuracy, "macro-F1": found.macro_f1}
    return measures | {"training s CPU": trained - started, "parse µs CPU": parsed}


def _rasas(rasa: RasaHome, kept: list[Example], out: list[Example]) -> dict[str, dict[str, float]]:
    """Judge Rasa apart from the models it serves; nothing where it is not installed."""
    if not rasa.is_installed:
        return {"rasa": {}}
    language = "zh" if any("\u4e00" <= sign <= "\u9fff" for sign in kept[0].text) else "en"
    with tempfile.TemporaryDirectory() as folder:
        apart = RasaHome(rasa.home, Path(folder))
        before, started = os.times(), time.monotonic()
        try:
            accuracy, macro_f1 = judge(apart, kept, out, language, lambda _line: None)
        except RasaFailed as error:
            raise click.ClickException(f"Rasa did not manage:\n{error}") from error
        after, took = os.times(), time.monotonic() - started
    cpu = after.children_user + after.children_system - before.children_user
    both = {"accuracy": accuracy, "macro-F1": macro_f1}
    return {"rasa": both | {"both s CPU": cpu - before.children_system, "both s": took}}


def _drafted(engine: Engine) -> list[Example]:
    return read_examples(drafts.files(engine))[0]


def _model(examples: list[Example] | None) -> EmbeddedModel:
    if examples is not None:
        return EmbeddedModel.load(train(examples))
    engine = open_portal().services.engine
    model = trained_model(engine, drafts.files(engine))
    if model is None:
        raise click.UsageError("The drafts hold no training sentences (nlu/*.yml).")
    return model


COMMANDS = (nlu,)
