"""`dialoom nlu compare`: both engines on the same sentences, as a table."""

import json
from collections.abc import Mapping
from pathlib import Path

import click

from designer import drafts
from designer.cli_workspace import open_portal
from runtime.compiling import read_examples
from runtime.nlu.comparison import (
    LabelledSet,
    Measures,
    folders_of_sets,
    judge_embedded,
    judge_rasa,
    read_set,
)
from runtime.nlu.rasa_command import RasaFailed
from runtime.nlu.rasa_training import EPOCHS, hold_out
from runtime.nlu.training import Example, read_file
from runtime.rasa_home import RasaHome

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("compare")
@click.option("--data", "data", type=FILE, help="Sentences to be judged by (text,intent).")
@click.option("--train", "training", type=FILE, help="Sentences to train on; else the drafts.")
@click.option("--sets", "sets", type=FOLDER, help="A folder of sets: <name>/train.csv, test.csv.")
@click.option("--epochs", default=EPOCHS, show_default=True, help="Epochs that Rasa trains for.")
@click.option("--no-rasa", is_flag=True, help="The embedded engine only.")
@click.option("--json", "as_json", is_flag=True, help="Print the measures as JSON.")
def compare(
    data: Path | None,
    training: Path | None,
    sets: Path | None,
    epochs: int,
    no_rasa: bool,
    as_json: bool,
) -> None:
    """Train both engines on the same sentences and judge them by the same others.

    Without --data a fifth of the sentences is held out; with --sets every set is judged by itself.
    """
    asked = [_read(one) for one in folders_of_sets(sets)] if sets else [_one(data, training)]
    if not asked:
        raise click.UsageError(f"{sets} holds no folder with a train.csv and a test.csv.")
    rasa = None if no_rasa else open_portal().services.settings.rasa
    if rasa is not None and not rasa.is_installed:
        click.echo("Rasa is not installed (make rasa); the embedded engine alone.", err=True)
    found = {one.name: _both(one, rasa, epochs) for one in asked}
    if as_json:
        click.echo(json.dumps(found if sets else next(iter(found.values()))))
        return
    for one in asked:
        click.echo(f"\n{one.name}: {len(one.training)} to train on, {len(one.testing)} to judge by")
        for line in _table(found[one.name]):
            click.echo(line)


def _read(folder: Path) -> LabelledSet:
    try:
        return read_set(folder)
    except (ValueError, OSError) as error:
        raise click.UsageError(f"{folder}: {error}") from error


def _one(data: Path | None, training: Path | None) -> LabelledSet:
    try:
        known = read_file(training) if training else _drafted()
        kept, out = (known, read_file(data)) if data else hold_out(known)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if not kept or not out:
        raise click.UsageError("There are too few sentences to hold any out; name some by --data.")
    return LabelledSet((data or training or Path("drafts")).stem, kept, out)


def _drafted() -> list[Example]:
    return read_examples(drafts.files(open_portal().services.engine))[0]


def _both(one: LabelledSet, rasa: RasaHome | None, epochs: int) -> dict[str, Measures]:
    click.echo(f"{one.name}: the embedded engine is trained …", err=True)
    found: dict[str, Measures] = {"embedded": judge_embedded(one), "rasa": {}}
    if rasa is not None and rasa.is_installed:
        click.echo(f"{one.name}: Rasa is trained, {epochs} epochs …", err=True)
        try:
            found["rasa"] = judge_rasa(rasa, one, lambda _line: None, epochs)
        except RasaFailed as error:
            raise click.ClickException(f"Rasa did not manage:\n{error}") from error
    return found


def _table(found: Mapping[str, Measures]) -> list[str]:
    """Give a line for each measure, and what each engine makes of it."""
    names = dict.fromkeys(name for measures in found.values() for name in measures)
    lines = [f"{'':24}" + "".join(f"{engine:>12}" for engine in found)]
    for name in names:
        cells = (f"{mine[name]:12.4g}" if name in mine else f"{'–':>12}" for mine in found.values())
        lines.append(f"{name:24}" + "".join(cells))
    return lines
