"""Valkey and services in a folder of their own, for benches that need no whole installation."""

import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from migrations.run import migrate
from runtime.db import open_engine
from runtime.embedded import valkey_binary, wait_for_redis
from runtime.services import Services, open_services
from runtime.settings import Settings


@asynccontextmanager
async def services_alone() -> AsyncIterator[tuple[Services, int]]:
    """Give services with a real Valkey and an empty database, and Valkey's process id."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        settings = Settings(data=data)
        command = [valkey_binary(), "--port", "0", "--unixsocket", str(data / "valkey.sock")]
        command += ["--save", "", "--appendonly", "no", "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        engine = open_engine(settings.database)
        try:
            wait_for_redis(settings)
            migrate(engine)
            services = open_services(settings, engine)
            yield services, process.pid
            await services.redis.aclose()
        finally:
            engine.dispose()
            process.terminate()
            process.wait(10)
