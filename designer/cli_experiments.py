"""`dialoom experiments`: what variants were shown and earned, counted again from the archive."""

import click

from designer.cli_workspace import open_portal
from runtime.tasks.recount import TooBusy, recount


@click.group("experiments")
def experiments() -> None:
    """Count what wordings were shown, and what they earned."""


@experiments.command("recount")
def recount_() -> None:
    """Count exposures, clicks and orders again from the archived events, after a Redis was lost."""
    try:
        events = open_portal().call(recount)
    except TooBusy:
        raise click.ClickException(
            "Visitors did so much meanwhile that the count never held still. Nothing was changed; "
            "try again at a quieter time."
        ) from None
    click.echo(f"Counted {events} exposures, clicks and orders again.")


COMMANDS = (experiments,)
