"""`dialoom rasa`: train the Rasa beside us, say how it stands, go back to the model before."""

from pathlib import Path

import click

from designer import drafts
from designer.cli_workspace import open_portal
from runtime.compiling import compile_files
from runtime.nlu.cascade import EmbeddedModel
from runtime.nlu.cascade import train as train_embedded
from runtime.nlu.rasa_command import RasaFailed
from runtime.nlu.rasa_training import train
from runtime.nlu.training import evaluate
from runtime.rasa_home import RasaBusy, RasaHome
from runtime.services import Services
from runtime.settings import Settings


@click.group("rasa")
def rasa() -> None:
    """Understanding by Rasa (see `make rasa`)."""


@rasa.command("train")
@click.option("--verbose", is_flag=True, help="Show every line of Rasa's.")
def train_(verbose: bool) -> None:
    """Train on the drafts, measure beside the embedded engine, and serve the new model."""
    portal = open_portal()
    services = portal.services
    home = _home(services.settings)
    files = drafts.files(services.engine)
    compiled = compile_files(files)
    if not compiled.examples:
        raise click.UsageError("The drafts hold no training sentences (nlu/*.yml).")

    def say(line: str) -> None:
        if line and (verbose or not line.startswith("    ")):
            click.echo(line)

    try:
        trained = train(home, files, compiled.examples, compiled.book.workspace.languages[0], say)
    except RasaBusy as error:
        raise click.ClickException("Rasa is being trained already; wait for that.") from error
    except RasaFailed as error:
        raise click.ClickException(f"Rasa did not manage:\n{error}") from error
    if trained.measures:
        out = trained.held_out
        other = evaluate(EmbeddedModel.load(train_embedded(trained.kept)), out).accuracy
        right = trained.measures["accuracy"]
        click.echo(f"held out {len(out)}: Rasa {right:.3f}, embedded {other:.3f}")
    home.promote(trained.path)
    if portal.call(_load, trained.path):
        click.echo(f"Serving {trained.path.name} now.")
    else:
        click.echo("No Rasa answers yet; `dialoom up` serves this model as soon as it runs.")


@rasa.command("rollback")
def rollback() -> None:
    """Serve the model before."""
    portal = open_portal()
    home = _home(portal.services.settings)
    model = home.previous()
    if model is None:
        raise click.UsageError("There is no model before this one.")
    home.promote(model)
    portal.call(_load, model)
    click.echo(f"{model.name} is back.")


@rasa.command("status")
def status() -> None:
    """Say whether Rasa is installed and runs, and with which model."""
    portal = open_portal()
    settings = portal.services.settings
    home = settings.rasa
    click.echo(f"installed  {'yes, ' + str(home.home) if home.is_installed else 'no: make rasa'}")
    model = portal.call(_serving)
    click.echo(f"serving    {model or 'nothing'}")
    current = home.current()
    click.echo(f"trained    {current.name if current else 'nothing: dialoom rasa train'}")


async def _load(services: Services, model: Path) -> bool:
    return services.rasa is not None and await services.rasa.load(model)


async def _serving(services: Services) -> str:
    return await services.rasa.model() if services.rasa else ""


def _home(settings: Settings) -> RasaHome:
    if not settings.rasa.is_installed:
        raise click.UsageError(f"Rasa is not installed in {settings.rasa.home}: make rasa")
    return settings.rasa


COMMANDS = (rasa,)
