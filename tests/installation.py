"""A real installation in a folder of its own: the `dialoom` command and its processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx2 as httpx
import psutil

from designer.library import DEMO, library_files

PASSWORD = "a password for tests"
DIALOOM = str(Path(sys.executable).parent / "dialoom")


def demo_with_short_dwell(folder: Path) -> Path:
    """Write the demo workspace with a dwell of two seconds instead of two minutes."""
    for name, text in library_files(DEMO).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        short = text.replace("more_than: 2m", "more_than: 2s").replace("at: 60s", "at: 1s")
        path.write_text(short if name == "rules/iphone15-dwell-offer.yaml" else text, "utf-8")
    return folder


class Installation:
    """One data folder, and `dialoom up` on it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[str] | None = None
        self.environment = {
            **os.environ,
            "DIALOOM_DATA": str(data / "var"),
            "DIALOOM_PORT": str(self.port),
            "DIALOOM_ADMIN_PASSWORD": PASSWORD,
            "DIALOOM_WEIGHTS_SECONDS": "2",
        }

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run one `dialoom` command."""
        done = subprocess.run(
            [DIALOOM, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def start(self) -> float:
        """Start everything; gives the seconds until the ready line."""
        started = time.monotonic()
        self.process = subprocess.Popen(
            [DIALOOM, "up"], env=self.environment, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith(f"Dialoom is ready: {self.url}/"):
                return time.monotonic() - started
        raise AssertionError(f"not ready; look into {self.data / 'var' / 'log'}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it, and wait until no process of it is left."""
        if self.process is None:
            return
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(how)
        self.process.wait(30)
        if self.process.stdout:
            self.process.stdout.close()
        _gone, alive = psutil.wait_procs(children, timeout=15)
        self.process = None
        assert alive == []

    def pids(self, word: str) -> list[int]:
        """Name the processes of this installation whose command holds a word."""
        assert self.process
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.Error):  # It may end in this very moment.
                if any(word in part for part in child.cmdline()):
                    found.append(child.pid)
        return found

    def say(self, sender: str, message: str, message_id: str = "") -> list[dict[str, object]]:
        """Send one message over Rasa's REST channel."""
        body = {"sender": sender, "message": message, "message_id": message_id}
        answer = httpx.post(f"{self.url}/webhooks/rest/webhook", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, object]] = answer.json()
        return found

    def wait_ready(self, seconds: float = 30) -> None:
        """Wait until a turn can be served again."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError("not ready again")
