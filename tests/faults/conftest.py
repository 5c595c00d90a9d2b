"""One installation for most faults, and the report of all that was tried."""

from collections.abc import Iterator

import pytest

from tests.faults import report
from tests.faults.scene import Scene


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """An installation that is killed over and over."""
    found = Scene(tmp_path_factory.mktemp("faults"))
    yield found
    found.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was tried."""
    report.tell(terminalreporter)
