"""What `make run` installs is enough: nothing a server needs may come with the test tools only."""

import re
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
NEEDED_UNSAID = ("packaging",)
"""What a library imports without naming it: kombu's Redis transport."""


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_run_lock_holds_everything_a_server_imports() -> None:
    text = (ROOT / "deploy/lock/run.txt").read_text("utf-8")
    locked = set(map(plain, re.findall(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE)))
    wanted = {
        plain(requirement.name)
        for requirement in map(Requirement, requires("dialoom") or [])
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }
    assert wanted - locked == set()
    assert set(NEEDED_UNSAID) <= locked
