"""Half an hour at a thousand turns a second: what grows, what fails, what stays behind.

The same two thousand visitors come again and again, for whoever is new is remembered for days:
what Redis holds would grow by what it is for. It still keeps the mark of each message.
"""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import psutil
from redis.asyncio import Redis

from bench.load import CONNECTIONS, KINDS, Ask, Http, archived, crowd
from bench.report import Report, Row
from bench.turns import RATE, TURNS, texts
from tests.installation import Installation, demo_with_short_dwell

SECONDS = 1_800.0
VISITORS = 2_000
EVERY = 10.0
SETTLED = 1 / 3
"""Of the time, after which what is kept for speed is full."""
MOST_GROWTH, MOST_LAG = 3.0, 10_000.0


async def measure(report: Report, seconds: float) -> None:
    """Let them come, and look at every process meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Path(folder))
        installation.run("import", str(demo_with_short_dwell(Path(folder) / "ws")), "--publish")
        installation.start()
        failed: list[str] = []
        watch = _Watch(installation)
        try:
            ask = _again_and_again(installation, texts(report.sentences(), True), failed)
            looking = asyncio.create_task(watch.look())
            found = await crowd(seconds, ask, RATE)
            looking.cancel()
            await archived(installation)
        finally:
            installation.stop()
    note = f"{found.waiting()}, {found.rate:.0f}/s for {seconds / 60:.0f} minutes"
    report.add(Row("turns", found.count, "", "higher", None, note))
    report.add(Row("p99", found.percentile(0.99), "ms", "lower", None, note))
    report.add(Row("turns that failed", len(failed), "", "lower", 0.0, ", ".join(failed[:3])))
    report.add(Row("events that waited at most", max(watch.lag), "", "lower", MOST_LAG, ""))
    ended = len(watch.memory) - len(watch.last)
    report.add(Row("processes that ended", ended, "", "lower", 0.0, ""))
    for (name, _pid), sizes in sorted(watch.memory.items()):
        growth, said = _growth(sizes)
        target = None if name == "valkey" else MOST_GROWTH
        report.add(Row(f"memory that {name} grew by", growth, "%", "lower", target, said))


class _Watch:
    """Looks at memory and lag every few seconds."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.memory: dict[tuple[str, int], list[float]] = defaultdict(list)
        self.lag: list[int] = [0]
        self.last: set[tuple[str, int]] = set()

    async def look(self) -> None:
        """Note the memory of every process, in MB, and how many events wait."""
        async with Redis.from_url(f"unix://{self.installation.data}/var/valkey.sock") as redis:
            while True:
                self.last = set()
                for one in self._processes():
                    command = " ".join(one.cmdline())
                    name = next((name for word, name in KINDS if word in command), "supervisor")
                    self.last.add((name, one.pid))
                    self.memory[name, one.pid].append(one.memory_info().rss / 2**20)
                self.lag.append(int(await redis.xlen("events")))
                await asyncio.sleep(EVERY)

    def _processes(self) -> list[psutil.Process]:
        assert self.installation.process
        parent = psutil.Process(self.installation.process.pid)
        # Valkey has a child for a moment when it writes its file anew.
        found = [one for one in parent.children(recursive=True) if one.create_time() < self._begun]
        return [parent, *found]

    @property
    def _begun(self) -> float:
        assert self.installation.process
        return psutil.Process(self.installation.process.pid).create_time() + EVERY


def _growth(sizes: list[float]) -> tuple[float, str]:
    """Give by how much a size grew once it had settled, in percent, by the means of both ends."""
    settled = sizes[int(len(sizes) * SETTLED) :]
    part = max(1, len(settled) // 5)
    before, after = (sum(some) / len(some) for some in (settled[:part], settled[-part:]))
    steps = sum(new > old for old, new in pairwise(settled))
    said = f"{before:.1f} to {after:.1f} MB, up in {steps} of {len(settled) - 1} looks"
    return (after / before - 1) * 100, said


def _again_and_again(
    installation: Installation, said: list[tuple[str, str]], failed: list[str]
) -> Callable[[int], Ask]:
    each = VISITORS // CONNECTIONS

    def open_one(number: int) -> Ask:
        client = Http(installation.port)

        async def once(turn: int) -> None:
            nonlocal client
            text, payload = said[(number * 601 + turn) % len(said)]
            sender = f"s{number}-{turn // TURNS % each}"
            try:
                body = {"sender": sender, "message": payload or text}
                await client.post("/webhooks/rest/webhook", body)
            except (AssertionError, OSError, EOFError) as error:
                failed.append(repr(error)[:100])
                client = Http(installation.port)

        return once

    return open_one
