"""`dialoom sentiment`: learn a table of moods from labels, measure it, read one text."""

import json
import time
from dataclasses import asdict
from pathlib import Path

import click

from designer import drafts, mood_labels
from designer.cli_workspace import open_portal
from rules.mood import language_of
from runtime.compiling import read_examples
from runtime.nlu import mood_training
from runtime.nlu.mood_table import MoodTable
from runtime.nlu.mood_training import Labelled, measure
from runtime.nlu.sentiment import TABLE, score

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FEWEST = 40
FOLDS = 5
FELT = ("complain", "complaint", "thanks", "praise")
"""The usual intents whose sentences are feelings, and no plain questions."""


@click.group("sentiment")
def sentiment() -> None:
    """How visitors feel: learn from labels, measure, read one text."""


@sentiment.command("train")
@click.option("--data", "files", type=FILE, multiple=True, help="CSV with text,label; may repeat.")
@click.option(
    "--felt", multiple=True, default=FELT, help="An intent that is a feeling; may repeat."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it elsewhere.")
def train(files: tuple[Path, ...], felt: tuple[str, ...], out: Path | None) -> None:
    """Learn from tables, or from the labels given in the browser, and use the table from then on.

    The workspace's own training sentences count as plain questions, which are no feeling; those
    of complaints and thanks (--felt) are left out.
    """
    services = open_portal().services
    rows = [row for file in files for row in _read(file)]
    if not files:
        said = mood_labels.labels(services.engine, "zh")
        rows = [Labelled(row.text, "angry" if row.angry else "calm") for row in said]
    if len(rows) < FEWEST:
        raise click.UsageError(f"There are {len(rows)} labels; at least {FEWEST} teach something.")
    examples, _problems = read_examples(drafts.files(services.engine))
    said_plainly = dict.fromkeys(one.text for one in examples if one.intent not in felt)
    plain = [text for text in said_plainly if language_of(text) == "zh"]
    started = time.process_time()
    _say_held_out(rows, plain)
    data = _learn(rows, plain)
    path = out or services.settings.data / "moods" / TABLE
    path.parent.mkdir(parents=True, exist_ok=True)
    _keep(path, data)
    cpu = time.process_time() - started
    click.echo(f"{len(rows)} labels, {len(data) // 1024} KiB, {cpu:.1f} s of CPU: {path}")


def _keep(path: Path, data: bytes) -> None:
    """Write beside and rename: what could not be written whole must not be served."""
    fresh = path.with_suffix(".new")
    try:
        fresh.write_bytes(data)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        why = f"The table could not be written ({error.strerror}). What was in use stays in use."
        raise click.ClickException(why) from error


@sentiment.command("test")
@click.option("--data", type=FILE, required=True, help="CSV with the columns text and label.")
@click.option("--table", "file", type=FILE, help="A table; else the one that is in use.")
@click.option("--json", "as_json", is_flag=True, help="Print the measures as JSON.")
def test(data: Path, file: Path | None, as_json: bool) -> None:
    """Measure a table on labels it has not seen."""
    path = file or open_portal().services.settings.data / "moods" / TABLE
    if not path.exists():
        raise click.UsageError("No table is in use yet: dialoom sentiment train")
    try:
        found = measure(MoodTable.load(path.read_bytes()), _read(data))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    click.echo(json.dumps(asdict(found)) if as_json else _words(found))


@sentiment.command("score")
@click.argument("text")
def score_(text: str) -> None:
    """Read how one text feels, and by which words."""
    _ = open_portal().services  # They name the folder of the table.
    found = score(text)
    good, neutral, bad = found.shares
    click.echo(f"{found.label}  compound {found.compound:.2f}  anger {found.anger:.2f}")
    click.echo(f"positive {good:.2f}  neutral {neutral:.2f}  negative {bad:.2f}")
    click.echo(f"calls for a person {found.escalate:.2f}  by {found.version or 'nobody'}")
    for word, weight in found.words:
        click.echo(f"{weight:+7.2f}  {word}")


def _say_held_out(rows: list[Labelled], plain: list[str]) -> None:
    """Measure on every fifth row and plain question a table that has not seen them."""
    kept = [row for place, row in enumerate(rows) if place % FOLDS]
    asked = [text for place, text in enumerate(plain) if place % FOLDS]
    try:
        table = MoodTable.load(mood_training.train(kept, asked))
    except ValueError:
        click.echo("too few labels to hold any out")
        return
    click.echo(f"held out {_words(measure(table, rows[::FOLDS], plain[::FOLDS]))}")


def _learn(rows: list[Labelled], plain: list[str]) -> bytes:
    try:
        return mood_training.train(rows, plain)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _words(found: mood_training.Measures) -> str:
    said = [f"{found.size} rows"]
    if found.accuracy is not None:
        said.append(f"good or bad right {found.accuracy:.3f}")
    if found.anger_precision is not None:
        said.append(f"anger, average precision {found.anger_precision:.3f}")
    if found.escalated is not None:
        said.append(f"plain questions that would call for a person {found.escalated:.1%}")
    return ", ".join(said)


def _read(file: Path) -> list[Labelled]:
    try:
        return mood_training.read_rows(file.read_text("utf-8-sig"))
    except (ValueError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file.name}: {error}") from error


COMMANDS = (sentiment,)
