"""`dialoom experiments recount` says what it counted."""

from click.testing import CliRunner

from designer.cli import main
from runtime.settings import Settings


def test_counting_again_says_how_many(settings: Settings) -> None:
    environment = {"DIALOOM_DATA": str(settings.data), "DIALOOM_REDIS_URL": settings.redis}
    done = CliRunner().invoke(main, ["experiments", "recount"], env=environment)
    assert done.exit_code == 0, done.output
    assert done.output == "Counted 0 exposures, clicks and orders again.\n"
