"""What tests share: a real Valkey, a real database, a small workspace."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import orjson
import pytest

from migrations.run import migrate
from runtime.db import open_engine
from runtime.embedded import valkey_binary, wait_for_redis
from runtime.engine.session import from_values, to_json
from runtime.services import Services, open_services
from runtime.settings import Settings
from runtime.store.sessions import Commit, Seen, Sessions
from tests.installation import Installation, demo_with_short_dwell
from tests.workspaces import publish_files


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A real Valkey on a socket of its own."""
    data = tmp_path_factory.mktemp("valkey")
    settings = Settings(data=data)
    command = [valkey_binary(), "--port", "0", "--unixsocket", str(data / "valkey.sock")]
    command += ["--save", "", "--appendonly", "no", "--dir", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_for_redis(settings)
    yield settings
    process.terminate()
    process.wait(10)


@pytest.fixture
def settings(valkey: Settings, tmp_path: Path) -> Settings:
    """Settings with the shared Valkey, emptied, and a database of the test's own."""
    import redis

    client = redis.Redis.from_url(valkey.redis)
    client.flushall()
    client.close()
    return Settings(data=tmp_path, redis_url=valkey.redis, secret_key="for tests only")


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    """The services of one event loop, with the small workspace published."""
    engine = open_engine(settings.database)
    await asyncio.to_thread(migrate, engine)
    found = open_services(settings, engine)
    await publish_files(found)
    _read_back(found.sessions)
    yield found
    # What is still on its way would open a connection anew behind our back.
    if left := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(left, timeout=2)
    await found.redis.aclose()
    engine.dispose()


def _read_back(sessions: Sessions) -> None:
    """Make sure of every session that a test commits that it reads as it was written."""
    commit = sessions.commit

    async def checked(seen: Seen, what: Commit, message_id: str) -> bool:
        assert from_values(orjson.loads(to_json(what.session))) == what.session
        return await commit(seen, what, message_id)

    sessions.commit = checked  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The demo workspace with a dwell of two seconds, served by `dialoom up`."""
    data = tmp_path_factory.mktemp("installation")
    found = Installation(data)
    found.run("import", str(demo_with_short_dwell(data / "workspace")), "--publish")
    found.start()
    yield found
    found.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every skip in a closing list; where nothing may be skipped, say so."""
    skipped = terminalreporter.stats.get("skipped", [])
    terminalreporter.section("what this machine could not test")
    for report in skipped:
        terminalreporter.line(f"{report.nodeid}: {report.longrepr[-1]}")
    if not skipped:
        terminalreporter.line("nothing: every test ran")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """With CI=true or REQUIRE_ALL=1 a skip is a failure."""
    strict = os.environ.get("CI") == "true" or os.environ.get("REQUIRE_ALL") == "1"
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if strict and exitstatus == 0 and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
