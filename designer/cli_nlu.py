"""`dialoom nlu`: train and test the embedded model on the workspace's or other data."""

import json
import time
from dataclasses import asdict
from pathlib import Path

import click

from designer import drafts
from designer.cli_compare import FILE, compare
from designer.cli_workspace import open_portal
from runtime.compiling import read_examples
from runtime.nlu.cascade import EmbeddedModel, train
from runtime.nlu.training import Example, evaluate, read_file
from runtime.releases import trained_model


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


nlu.add_command(compare)


def _model(examples: list[Example] | None) -> EmbeddedModel:
    if examples is not None:
        return EmbeddedModel.load(train(examples))
    engine = open_portal().services.engine
    model = trained_model(engine, drafts.files(engine))
    if model is None:
        raise click.UsageError("The drafts hold no training sentences (nlu/*.yml).")
    return model


COMMANDS = (nlu,)
