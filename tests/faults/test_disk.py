"""The disk is full for a while: what was acknowledged is there, and it goes on when there is room."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.report import note
from tests.faults.scene import Scene
from tests.faults.under_load import under_load

FULL = 2.0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 96 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(disk)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> None:
    """Fill a disk to the last byte, and make room again."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    file.write(b"x" * size)
    time.sleep(FULL)
    filler.unlink()


def test_the_disk_is_full(small_disk: Path) -> None:
    scene = Scene(small_disk)
    try:
        load = Load(scene.installation.port, "disk")
        under_load(load, 2.0, lambda: fill(small_disk))
        found = note("disk full", 0, check(scene, load))
        assert found.failures, "it was never full"
        assert found.is_clean, found
    finally:
        scene.stop()
