"""`dialoom rules`: why a rule fired or not; what a rule set would have done."""

import json
import sys
from pathlib import Path

import click

from designer import drafts
from designer.cli_workspace import open_portal
from rules.model import Event, Rule
from rules.oracle import Explained
from rules.segments import Segments, read_segments
from rules.simulate import Moment, Shop, simulate
from rules.yaml_text import read_rules
from runtime.events import BadEvent, parsed_time, read_event

EVENTS = click.option(
    "--events",
    "path",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Events of Segment's API, one JSON object a line.",
)


@click.group("rules")
def rules() -> None:
    """Ask what rules do."""


@rules.command("explain")
@click.argument("rule")
@EVENTS
def explain(rule: str, path: Path) -> None:
    """Say why a rule fired or not, visitor by visitor."""
    rules, segments = _rules()
    found = [one for one in rules if one.key == rule]
    if not found:
        raise click.UsageError(f"There is no rule {rule}.")
    _print(found, segments, path, with_reasons=True)


@rules.command("simulate")
@EVENTS
def simulate_(path: Path) -> None:
    """Replay recorded events and print every firing."""
    _print(*_rules(), path, with_reasons=False)


def _rules() -> tuple[list[Rule], Segments]:
    files = drafts.files(open_portal().services.engine)
    return read_rules(files)[0], read_segments(files)[0]


def _print(found: list[Rule], segments: Segments, path: Path, with_reasons: bool) -> None:
    for visitor, events in _by_visitor(path).items():
        moments = simulate(found, events, Shop(segments), visitor)
        if with_reasons and not moments:
            click.echo(f"{visitor}: never woken; its trigger did not happen")
        for moment in moments:
            if moment.fired or with_reasons:
                click.echo(_line(visitor, moment))
            if with_reasons:
                _tree(moment.why, 1)


def _line(visitor: str, moment: Moment) -> str:
    why = f"{moment.reason} {moment.by}".strip()
    word = "fires" if moment.fired else f"silent ({why})"
    return f"{visitor} {moment.at:.0f} {moment.rule}: {word}"


def _tree(why: Explained, depth: int) -> None:
    mark = "+" if why.holds else "-"
    what = f"{why.fact} {why.op} {why.wanted!r}, found {why.found!r}" if why.fact else why.what
    click.echo(f"{'  ' * depth}{mark} {what}")
    for part in why.parts:
        _tree(part, depth + 1)


def _by_visitor(path: Path) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            call = json.loads(line)
            at = (
                call.get("at") or parsed_time(call.get("timestamp"))
                if isinstance(call, dict)
                else 0
            )
            visitor, _id, event = read_event(call, "track", float(at))
        except (ValueError, BadEvent) as error:
            click.echo(f"{path}:{number}: {error}", err=True)
            sys.exit(2)
        found.setdefault(visitor, []).append(event)
    return found


COMMANDS = (rules,)
