"""`dialoom` on a workspace: import, export, publish, rollback, diff, chat, users."""

import getpass
import sys
from pathlib import Path

import click

from designer import accounts, drafts, publishing, workspace_files
from designer.sentences import plain_sentence
from flows.bundle import exported, packed
from flows.diff import changed_files
from migrations.run import migrate
from runtime import releases
from runtime.db import open_engine
from runtime.embedded import running_redis
from runtime.errors import CannotPublish, ReleaseUnknown
from runtime.messages import Message
from runtime.preview import preview, session_of, session_values
from runtime.services import Portal
from runtime.settings import read_settings

AUTHOR = "command line"


def open_portal() -> Portal:
    """Open the installation that the environment names; Redis is started where it is not up."""
    settings = read_settings()
    settings.data.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database)
    migrate(engine)
    return Portal(settings, engine)


@click.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--publish", "then_publish", is_flag=True, help="Publish it at once.")
def import_(path: Path, then_publish: bool) -> None:
    """Replace the drafts by the workspace in a folder or zip."""
    files, problems = workspace_files.read_folder_or_zip(path)
    if "workspace.yaml" not in files and not problems:
        raise click.UsageError(f"{path} holds no workspace.yaml.")
    if problems:
        for problem in problems:
            click.echo(
                f"{problem.file}:{problem.line}:{problem.column} {problem.code}: "
                f"{plain_sentence(problem)}"
            )
        sys.exit(1)
    portal = open_portal()
    engine = portal.services.engine
    gone = dict.fromkeys(set(drafts.files(engine)) - set(files))
    author = drafts.Author(AUTHOR, "import", f"import of {path.name}")
    drafts.save(engine, author, {**files, **gone}, {})
    click.echo(f"{len(files)} files imported.")
    if then_publish:
        _publish(portal, f"import of {path.name}")


@click.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--release", "number", type=int, help="A release instead of the drafts.")
def export(path: Path, number: int | None) -> None:
    """Write the drafts, or a release, to a folder (or a file ending in .zip)."""
    portal = open_portal()
    engine = portal.services.engine
    try:
        files = releases.files_of(engine, number) if number else drafts.files(engine)
    except ReleaseUnknown as error:
        raise click.UsageError(f"There is no release {number}.") from error
    if path.suffix == ".zip":
        path.write_bytes(packed(files))
    else:
        for name, content in exported(files).items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
    click.echo(f"{len(files)} files written to {path}.")


@click.command("publish")
@click.option("--message", "-m", default="", help="A note for the history.")
def publish(message: str) -> None:
    """Publish the drafts."""
    _publish(open_portal(), message)


def _publish(portal: Portal, message: str) -> None:
    with running_redis(portal.services.settings):
        try:
            number = publishing.publish(portal, AUTHOR, message)
        except CannotPublish as error:
            click.echo(f"Not published: {error}. `dialoom check` names every problem.")
            sys.exit(1)
    click.echo(f"Release {number} is live.")


@click.command("rollback")
@click.argument("number", type=int)
def rollback(number: int) -> None:
    """Make an older release live again."""
    portal = open_portal()
    with running_redis(portal.services.settings):
        try:
            publishing.roll_back(portal, AUTHOR, number)
        except ReleaseUnknown as error:
            raise click.UsageError(f"There is no release {number}.") from error
    click.echo(f"Release {number} is live again.")


@click.command("diff")
@click.argument("old", type=int)
@click.argument("new", type=int)
def diff(old: int, new: int) -> None:
    """Show what changed between two releases."""
    engine = open_portal().services.engine
    try:
        files = [releases.files_of(engine, number) for number in (old, new)]
    except ReleaseUnknown as error:
        raise click.UsageError(f"There is no release {error}.") from error
    for lines in changed_files(*files).values():
        click.echo("\n".join(lines))


@click.command("chat")
@click.option("--flow", default="", help="Begin in this flow.")
@click.option("--lang", default="", help="Speak this language, such as zh-CN.")
def chat(flow: str, lang: str) -> None:
    """Talk to the drafts in the terminal, with the steps they take."""
    portal = open_portal()
    files = drafts.files(portal.services.engine)
    model = releases.trained_model(portal.services.engine, files)
    release = releases.draft_release(files, model)
    values: dict[str, object] = {}
    message = Message("terminal", kind="open", lang=lang, data={"flow": flow})
    while True:
        tried = preview(release, session_of(values), message, portal.services.now())
        values = session_values(tried.session)
        for wish in tried.entered:
            click.secho(f"  · {wish.flow}.{wish.step}", dim=True)
        for reply in tried.replies:
            buttons = "  ".join(f"[{button.title}]" for button in reply.quick_replies)
            click.echo(f"< {reply.text} {buttons}".rstrip())
        try:
            text = click.prompt(">", prompt_suffix=" ")
        except (click.Abort, EOFError):
            return
        message = Message("terminal", text=text, lang=lang)


@click.command("user")
@click.argument("email")
@click.option("--role", "roles", multiple=True, type=click.Choice(list(accounts.ROLES)))
def user(email: str, roles: tuple[str, ...]) -> None:
    """Make an account, or give an existing one a new password and roles."""
    password = getpass.getpass("Password: ")
    accounts.add(open_portal().services.engine, email, password, list(roles) or ["operator"])


COMMANDS = (import_, export, publish, rollback, diff, chat, user)
