"""`dialoom up`: starts every process, restarts what dies, leaves no orphan.

Each child is told by the kernel (PDEATHSIG) to end when the supervisor does, however it ends, so
not even SIGKILL leaves one behind. What dies is started again, later each time it dies at once.
"""

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

PR_SET_PDEATHSIG = 1
LONGEST_BACK_OFF = 2.5
STEADY_AFTER = 20.0
GRACE = 8.0
Say = Callable[[str], None]


@dataclass
class Child:
    """One process that should be running. `essential` ones are stopped last."""

    name: str
    command: list[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    essential: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    back_off: float = 0.2
    next_try: float = 0.0

    def start(self) -> None:
        """Start it, its output in its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  our own commands, no shell
                self.command,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **self.environment},
                preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  no threads here
                process_group=0,
            )
        self.started_at = time.monotonic()

    @property
    def is_running(self) -> bool:
        """Say whether it runs."""
        return self.process is not None and self.process.poll() is None


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent ends (Linux); let it open many files."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # Each widget is one.
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Keeps a set of children running until told to stop."""

    def __init__(self, say: Say) -> None:
        self.children: list[Child] = []
        self.say = say
        self.stopping = False

    def add(self, child: Child) -> None:
        """Start a child and keep it running."""
        self.children.append(child)
        child.start()

    def drop(self, child: Child) -> None:
        """Stop a child and do not start it again."""
        self.children.remove(child)
        if child.process and child.is_running:
            child.process.send_signal(signal.SIGTERM)
            child.process = None

    def listen(self) -> None:
        """Stop cleanly on Ctrl-C and on SIGTERM."""
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._on_signal)

    def watch(self, once: Callable[[], None] = lambda: None) -> None:
        """Restart what dies, until told to stop; `once` is called on every round."""
        while not self.stopping:
            self.revive()
            once()
            time.sleep(0.1)

    def revive(self) -> None:
        """Start again what has died, later each time it dies at once."""
        now = time.monotonic()
        for child in self.children:
            if child.is_running:
                if now - child.started_at > STEADY_AFTER:
                    child.back_off = 0.2
                continue
            if child.process is not None:
                code = child.process.returncode
                text = f"{child.name} ended ({code}); starting it again in {child.back_off:.1f} s"
                self.say(f"{text}. Its log: {child.log}")
                child.process = None
                child.next_try = now + child.back_off
                child.back_off = min(child.back_off * 2, LONGEST_BACK_OFF)
            elif now >= child.next_try and not self.stopping:
                child.start()

    def stop(self) -> None:
        """Stop every child, the essential ones last; what does not listen is killed."""
        self.stopping = True
        for essential in (False, True):
            group = [child for child in self.children if child.essential is essential]
            running = [child.process for child in group if child.process and child.is_running]
            for process in reversed(running):
                process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + GRACE
            for process in running:
                try:
                    process.wait(max(0.1, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True
