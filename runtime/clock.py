"""The time of day, steady: a machine's clock that is set an hour ahead fires no timer too early.

All processes of a machine reckon from the time since it was started, which nobody sets, and share
in Redis what has to be added to it. Small corrections of the machine's clock are followed at once.
A step is followed when it has lasted for a quarter of an hour: a mistake is over by then, and a
clock that was wrong before and is right now must not be ignored for ever.
"""

import logging
import socket
import time
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from runtime.store import keys

STEP = 1.0
"""Seconds; a difference beyond is a step, not a correction."""
BELIEVED_AFTER = 900.0
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_log = logging.getLogger(__name__)


class SteadyClock:
    """Gives the time in seconds since 1970; before it has learned the shared one, the machine's."""

    def __init__(self) -> None:
        self._added: float | None = None
        self._learned = b""
        name = _BOOT.read_text("ascii").strip() if _BOOT.exists() else socket.gethostname()
        self.key = keys.clock(name)

    def __call__(self) -> float:
        """Give the time."""
        return time.time() if self._added is None else since_start() + self._added

    def learn(self, added: bytes | None) -> None:
        """Take what is to be added, as Redis has it."""
        if added and added != self._learned:
            self._learned, self._added = added, float(added.partition(b"|")[0])

    async def catch_up(self, redis: Redis) -> None:
        """Learn the shared time now, before anything happens."""
        stored: Any = await redis.get(self.key)
        self.learn(stored)

    async def keep(self, redis: Redis) -> None:
        """Compare with the machine's clock, and share what is to be added; often, by any worker."""
        now = since_start()
        right = time.time() - now
        stored: Any = await redis.get(self.key)
        added, _, since = (stored or b"").partition(b"|")
        old = float(added) if added else right
        if abs(right - old) <= STEP:
            said = f"{right:.6f}|"
        elif not since:
            said = f"{old:.6f}|{now:.3f}"
            _log.warning("the clock was set by %+.1f s; not followed yet", right - old)
        elif now - float(since) >= BELIEVED_AFTER:
            said = f"{right:.6f}|"
            _log.warning("the clock was set by %+.1f s; followed now", right - old)
        else:
            said = f"{old:.6f}|{since.decode()}"
        await redis.set(self.key, said, ex=keys.CLOCK_TTL)
        self.learn(said.encode())


def since_start() -> float:
    """Give the seconds since the machine was started, sleep included where the system counts it."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)
