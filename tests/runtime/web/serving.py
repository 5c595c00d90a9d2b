"""The gateway as gunicorn serves it, with the patience of tests: `gunicorn tests…serving:web()`."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psutil

from runtime.settings import Settings, read_settings
from runtime.web import peers, plain_http
from runtime.web.gateway import make_gateway

ROOT = Path(__file__).parents[3]


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("the designer is not asked here")


def web() -> Any:
    """Build the gateway, in a hurry."""
    peers.ROUND, peers.MOST_QUIET, peers.MOST_STUCK = 0.2, float(os.environ["QUIET"]), 2.0
    plain_http.BEAT, plain_http.LONGEST_STREAM = 0.3, float(os.environ["LONGEST"])
    return make_gateway(read_settings(), _nothing)


class Server:
    """One gunicorn with one worker."""

    def __init__(self, settings: Settings, quiet: float = 600.0, longest: float = 600.0) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {
            **os.environ,
            "DIALOOM_DATA": str(settings.data),
            "DIALOOM_REDIS_URL": settings.redis,
            "DIALOOM_SECRET_KEY": "for tests only",
            "QUIET": str(quiet),
            "LONGEST": str(longest),
        }
        command = [str(Path(sys.executable).parent / "gunicorn"), "-k", "asgi", "-w", "1"]
        command += ["-b", f"127.0.0.1:{self.port}", "-c", str(ROOT / "deploy/gunicorn.conf.py")]
        command += ["--chdir", str(ROOT), "tests.runtime.web.serving:web()"]
        self.log = (settings.data / "gunicorn.log").open("w+b")
        self.process = subprocess.Popen(
            command, env=environment, stdout=self.log, stderr=self.log, cwd=ROOT
        )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("it does not serve")

    @property
    def worker(self) -> psutil.Process:
        """Give the process that serves."""
        return psutil.Process(self.process.pid).children()[0]

    def open_connections(self) -> int:
        """Count who is connected."""
        held = self.worker.net_connections("tcp")
        return sum(one.status == "ESTABLISHED" and one.laddr.port == self.port for one in held)

    def said(self) -> str:
        """Give what it wrote."""
        self.log.seek(0)
        return self.log.read().decode()

    def stop(self) -> None:
        """Stop it."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(15)
        self.log.close()
