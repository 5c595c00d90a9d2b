"""The embedded Valkey is killed while its disk takes long to write through."""

import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest
import redis

from runtime.embedded import sync_appended, valkey_child, wait_for_redis
from runtime.settings import Settings

SOURCE = Path(__file__).with_name("slow_sync.c")
pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="there is no C compiler")


def written_until_killed(settings: Settings, environment: dict[str, str]) -> int:
    """Write one after another until Valkey is killed in the midst of a sync; gives how many."""
    child = valkey_child(settings)
    child.environment = environment
    child.start()
    wait_for_redis(settings)
    assert child.process

    def kill() -> None:
        time.sleep(1.0)
        syncing = threading.Thread(target=sync_appended, args=[settings])
        syncing.start()
        time.sleep(0.4)
        assert child.process
        child.process.kill()
        syncing.join(10)

    killing, written = threading.Thread(target=kill), 0
    killing.start()
    with redis.Redis.from_url(settings.redis) as client:
        try:
            while True:
                written = client.incr("written")
        except redis.RedisError:
            pass
    killing.join(10)
    child.process.wait(10)
    return written


def test_what_was_acknowledged_during_a_sync_is_there_after_a_kill(tmp_path: Path) -> None:
    library = tmp_path / "slow.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, SOURCE], check=True)
    settings = Settings(data=tmp_path / "var")
    environment = {"LD_PRELOAD": str(library), "TEST_SYNC_FILE": str(tmp_path / "synced")}
    written = written_until_killed(settings, environment)
    child = valkey_child(settings)
    child.start()
    wait_for_redis(settings)
    try:
        with redis.Redis.from_url(settings.redis) as client:
            assert int(client.get("written") or 0) >= written
    finally:
        assert child.process
        child.process.kill()
        child.process.wait(10)


def test_all_parts_of_the_file_are_synced(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "var")
    child = valkey_child(settings)
    child.start()
    wait_for_redis(settings)
    try:
        with redis.Redis.from_url(settings.redis) as client:
            before = sync_appended(settings)
            client.set("a", 1)
            client.bgrewriteaof()
            until = time.monotonic() + 10
            while sync_appended(settings) == before:
                assert time.monotonic() < until
                time.sleep(0.05)
        assert any(path.name.endswith(".incr.aof") for path in sync_appended(settings))
    finally:
        assert child.process
        child.process.kill()
        child.process.wait(10)
