"""A replay of clicks while processes are killed and the clock is set: decisions as if nothing was."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from tests.clock import CAN_BE_TURNED, Clock
from tests.faults.replays import Click, clicks_of, decided, expected, play, workspace
from tests.installation import Installation

SECONDS = 70.0
VISITORS = 60


class Disturbed:
    """An installation with two workers, and everything that is done to it."""

    def __init__(self, data: Path) -> None:
        self.clock = Clock(data, passes=False)
        self.installation = Installation(data)
        self.files = workspace(data / "workspace")
        self.installation.run("import", str(data / "workspace"), "--publish")
        self.installation.environment |= self.clock.environment
        self.installation.start()
        self.second: subprocess.Popen[bytes] | None = None
        self.start_second()

    def start_second(self) -> None:
        command = [sys.executable, "-m", "runtime.tasks.worker"]
        self.second = subprocess.Popen(command, env=self.installation.environment)

    def kill(self, word: str) -> None:
        for pid in self.installation.pids(word):
            os.kill(pid, signal.SIGKILL)

    def kill_second(self) -> None:
        assert self.second
        self.second.kill()
        self.second.wait(10)
        self.start_second()

    def disturbances(self, seconds: float) -> list[tuple[float, Callable[[], None]]]:
        """Give when what is done; each part of the time has its own."""
        deeds = [
            (0.10, lambda: self.kill("runtime.tasks.worker")),
            (0.20, lambda: self.clock.turn(3600)),
            (0.28, self.kill_second),
            (0.36, lambda: self.kill("wsgi:web()")),
            (0.50, lambda: self.clock.turn(-4200)),
            (0.58, lambda: self.kill("valkey.sock")),
            (0.72, lambda: self.kill("runtime.tasks.worker")),
            (0.80, lambda: self.clock.turn(600)),
        ]
        return [(share * seconds, deed) for share, deed in deeds]

    def stop(self) -> None:
        if self.second:
            self.second.terminate()
            self.second.wait(10)
        self.installation.stop()


@pytest.fixture
def disturbed(tmp_path: Path) -> Iterator[Disturbed]:
    if not CAN_BE_TURNED:
        pytest.skip("there is no C compiler")
    found = Disturbed(tmp_path)
    yield found
    found.stop()


def drawn(dice: Random) -> list[Click]:
    sessions = [[dice.choice("ABCDE") for _ in range(dice.randint(1, 9))] for _ in range(VISITORS)]
    return clicks_of(sessions, SECONDS, dice)


def test_decisions_are_those_of_a_run_that_nobody_disturbs(disturbed: Disturbed) -> None:
    clicks = drawn(Random(7))
    asyncio.run(play(disturbed.installation.url, clicks, disturbed.disturbances(SECONDS)))
    right = expected(disturbed.files, clicks)
    assert sum(many for (_v, _r, outcome), many in right.items() if outcome == "fired") > 60
    deadline = time.monotonic() + 45
    while decided(disturbed.installation) != right and time.monotonic() < deadline:
        time.sleep(1)
    assert decided(disturbed.installation) == right
