"""`dialoom rules`: why a rule fired or not; what a rule set would have done."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from designer import drafts
from designer.cli_workspace import open_portal
from rules.counts import PREFIX, definition_of
from rules.model import Event, Rule
from rules.oracle import Explained
from rules.segments import Segments, read_segments
from rules.simulate import Lapse, Moment, Shop, replay
from rules.yaml_text import read_rules
from runtime.events import BadEvent
from runtime.insight.decisions import of_rule, of_visitor
from runtime.recordings import read_recording

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
@click.option("--visitor", help="Only this visitor.")
@click.option(
    "--events",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Replay these events instead: Segment's API, one JSON object a line.",
)
def explain(rule: str, visitor: str | None, path: Path | None) -> None:
    """Say why a rule fired or not: as decided in service, or as events would bring about."""
    if path is None:
        _decided(rule, visitor)
        return
    rules, segments = _rules()
    found = [one for one in rules if one.key == rule]
    if not found:
        raise _no_such(rule, [one.key for one in rules])
    _print(found, segments, path, with_reasons=True, only=visitor)


@rules.command("simulate")
@EVENTS
def simulate_(path: Path) -> None:
    """Replay recorded events and print every firing."""
    _print(*_rules(), path, with_reasons=False)


def _rules() -> tuple[list[Rule], Segments]:
    files = drafts.files(open_portal().services.engine)
    return read_rules(files)[0], read_segments(files)[0]


def _decided(rule: str, visitor: str | None) -> None:
    """Print what became of a rule the last times something woke it, the newest last."""
    engine = open_portal().services.engine
    if visitor:
        found = [one for one in of_visitor(engine, visitor, time.time() + 60) if one.key == rule]
    else:
        found = of_rule(engine, rule)
    if not found:
        known = [one.key for one in _rules()[0]]
        if rule not in known and not of_rule(engine, rule, 1):
            raise _no_such(rule, known)
        click.echo(f"{rule} was not woken lately" + (f" for {visitor}" if visitor else ""))
    for one in reversed(found):
        at = datetime.fromtimestamp(one.at, UTC).isoformat(timespec="seconds")
        why = f"{one.outcome} {one.by}".strip()
        word = one.outcome if one.acted else f"silent ({why})"
        click.echo(f"{one.visitor} {at} on {one.on}: {word}")
        for sent in one.sent:
            click.echo(f"  {sent.deed.do} {sent.deed.target}: {sent.state}")
        if one.why:
            _tree(one.why, 1)


def _no_such(rule: str, known: list[str]) -> click.UsageError:
    names = ", ".join(sorted(known)) or "none"
    return click.UsageError(f"There is no rule {rule}. The rules are: {names}")


def _print(
    found: list[Rule],
    segments: Segments,
    path: Path,
    with_reasons: bool,
    only: str | None = None,
) -> None:
    for visitor, events in _by_visitor(path).items():
        if only not in (None, visitor):
            continue
        moments, lapses = replay(found, events, Shop(segments), visitor)
        shown: list[Moment | Lapse] = [one for one in moments if one.fired or with_reasons]
        shown += lapses if with_reasons else []
        if with_reasons and not shown:
            click.echo(f"{visitor}: never woken; its trigger did not happen")
        for one in sorted(shown, key=lambda one: one.at):
            click.echo(_lapse(visitor, one) if isinstance(one, Lapse) else _line(visitor, one))
            if with_reasons and isinstance(one, Moment):
                _tree(one.why, 1)


def _line(visitor: str, moment: Moment) -> str:
    why = f"{moment.reason} {moment.by}".strip()
    word = "fires" if moment.fired else f"silent ({why})"
    return f"{visitor} {moment.at:.0f} {moment.rule}: {word}"


def _lapse(visitor: str, one: Lapse) -> str:
    """Say how a wait that woke nothing began, and what ended it."""
    begins = f"{visitor} {one.at:.0f} {one.rule}: never woken; it began at {one.began:.0f}"
    lasted = f"{one.at - one.began:g} s"
    if not one.by:
        return f"{begins} and would be due after {lasted}, later than all events"
    return f"{begins} and {one.by} ended it after {lasted}"


def _tree(why: Explained, depth: int) -> None:
    mark = "+" if why.holds else "-"
    name = _count_of(why.fact) if why.fact.startswith(PREFIX) else why.fact
    what = f"{name} {why.op} {why.wanted!r}, found {why.found!r}" if why.fact else why.what
    click.echo(f"{'  ' * depth}{mark} {what}")
    for part in why.parts:
        _tree(part, depth + 1)


def _count_of(name: str) -> str:
    said = definition_of(name)
    where = " ".join(f"{key}={value}" for key, value in said.get("where", {}).items())
    return f"count of {said['event']} {where} in_last {said['in_last']}".replace("  ", " ")


def _by_visitor(path: Path) -> dict[str, list[Event]]:
    try:
        return read_recording(path.read_text("utf-8").splitlines())
    except (UnicodeDecodeError, BadEvent) as error:
        click.echo(f"{path}: {error}", err=True)
        sys.exit(2)


COMMANDS = (rules,)
