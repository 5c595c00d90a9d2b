"""The `dialoom` command. Exit status: 0 done, 1 problems found, 2 wrong use."""

import json
import sys
from importlib import import_module
from pathlib import Path

import click

from designer import workspace_files
from designer.sentences import plain_sentence
from flows.problems import Problem
from runtime.settings import Settings, read_settings

_WORKSPACE = ("import", "export", "publish", "rollback", "diff", "chat", "user")
HOMES = dict.fromkeys(_WORKSPACE, "cli_workspace") | {
    "doctor": "cli_doctor",
    "experiments": "cli_experiments",
    "rules": "cli_rules",
    "nlu": "cli_nlu",
    "rasa": "cli_rasa",
    "sentiment": "cli_sentiment",
}


class _Group(click.Group):
    """Imports the module of a command only when it is asked for: `check` starts at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command."""
        return sorted([*self.commands, *HOMES])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a command, wherever it lives."""
        if cmd_name in HOMES and cmd_name not in self.commands:
            for command in import_module(f"designer.{HOMES[cmd_name]}").COMMANDS:
                self.add_command(command)
        return self.commands.get(cmd_name)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Dialoom: dialogues, trigger rules and script experiments of online customer service."""


def _settings() -> Settings:
    try:
        return read_settings()
    except ValueError as error:
        raise click.UsageError(str(error)) from error


@main.command()
def up() -> None:
    """Start everything on embedded parts and stay in the foreground."""
    from designer.up import up as run  # What starts processes is not needed by the other calls.

    sys.exit(run(_settings()))


@main.command()
def migrate() -> None:
    """Bring the database to the newest shape."""
    from migrations.run import migrate as run
    from runtime.db import open_engine

    settings = _settings()
    settings.data.mkdir(parents=True, exist_ok=True)
    run(open_engine(settings.database))


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
def check(paths: tuple[Path, ...], as_json: bool) -> None:
    """Validate YAML files, a folder or a zip."""
    problems = [problem for path in paths for problem in workspace_files.problems_in(path)]
    if as_json:
        click.echo(json.dumps([_values(problem) for problem in problems], ensure_ascii=False))
    else:
        for problem in problems:
            click.echo(_line(problem))
        if not problems:
            click.echo("No problems.")
    sys.exit(1 if problems else 0)


def _line(problem: Problem) -> str:
    place = f"{problem.file or '-'}:{problem.line}:{problem.column}"
    mark = "warning: " if problem.is_warning else ""
    return f"{place} {problem.code}: {mark}{plain_sentence(problem)}"


def _values(problem: Problem) -> dict[str, object]:
    return {
        "code": problem.code,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "step": problem.step,
        "warning": problem.is_warning,
        "sentence": plain_sentence(problem),
    }


if __name__ == "__main__":
    main()
