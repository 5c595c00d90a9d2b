"""One command of Rasa's, run apart: its lines as they come, ended when whoever asked gives up."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO

from runtime.rasa_home import ROOT, RasaHome

Say = Callable[[str], None]
"""Told every line, and an empty one each second; what it raises ends the command."""
LAST = 10
"""Lines a failure is explained with."""
_CAUSE = re.compile(r"(?:\w+\.)*\w*(?:Error|Exception): .+")
"""A line of a traceback that says what went wrong; the first one is where it began."""
ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
}
if (ROOT / "pyproject.toml").exists():
    # For the components in plugins/rasa. Not of an installed package: that lies among libraries
    # of another Python, which Rasa must not see.
    ENVIRONMENT["PYTHONPATH"] = str(ROOT)


class RasaFailed(Exception):
    """Rasa's own command ended badly; its last lines say why."""


def run(rasa: RasaHome, arguments: list[str], say: Say) -> None:
    """Run one command to its end; RasaFailed with its cause and last lines when it is a bad one."""
    command = [str(rasa.home / "bin" / "rasa"), *arguments]
    cause, last = "", list[str]()
    with subprocess.Popen(  # noqa: S603  our own command, no shell
        # It must not outlive whoever waits for it, however that one ends.
        [sys.executable, "-m", "runtime.ends_with_parent", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
        env={**os.environ, **ENVIRONMENT},
        cwd=rasa.folder,
        process_group=0,
    ) as process:
        try:
            for line in _lines(process.stdout):
                if line:
                    last = [*last[1 - LAST :], line]
                    cause = cause or (line if _CAUSE.fullmatch(line) else "")
                say(f"    {line}" if line else "")
        except BaseException:
            _kill(process)
            raise
        status = process.wait()
    if status != 0:
        said = [cause, *last] if cause and cause not in last else last
        raise RasaFailed("\n".join(said) or f"it ended with status {status}")


def _lines(pipe: IO[str] | None) -> Iterator[str]:
    """Give lines as they come, and an empty one for every second without."""
    found: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in pipe or ():
            found.put(line.rstrip())
        found.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = found.get(timeout=1.0)
        except queue.Empty:
            line = ""
        if line is None:
            return
        yield line


def _kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
