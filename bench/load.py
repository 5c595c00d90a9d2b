"""A load on a real installation: keep-alive HTTP and WebSockets, and the CPU its processes used."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import psutil
from redis.asyncio import Redis

from tests.installation import Installation

CONNECTIONS = 32
KINDS = (
    ("valkey", "valkey"),
    ("gunicorn", "web"),
    ("tasks.worker", "worker"),
    (" beat", "beat"),
    ("celery", "archive"),
)
"""A word of a process's command, and what it is called."""


@dataclass
class Measured:
    """How many, how fast, at what cost."""

    count: int = 0
    seconds: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    """In seconds, by process: what it took to do it, and to bring it into the database after."""
    client: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Give how many there were a second."""
        return self.count / self.seconds

    @property
    def cpu_us(self) -> float:
        """Give the CPU of the whole installation for each, in microseconds."""
        return sum(self.cpu.values()) / max(1, self.count) * 1e6

    def by_process(self) -> str:
        """Say which process used how much of it for each, in microseconds."""
        each = {name: round(cpu / max(1, self.count) * 1e6) for name, cpu in self.cpu.items()}
        each["the load itself"] = round(self.client / max(1, self.count) * 1e6)
        return ", ".join(f"{name} {many}" for name, many in each.items() if many)

    def waiting(self) -> str:
        """Say how long callers waited."""
        return f"p50 {self.percentile(0.5):.0f} ms, p95 {self.percentile(0.95):.0f} ms"

    def percentile(self, share: float) -> float:
        """Give a percentile of the waiting times, in milliseconds."""
        ordered = sorted(self.waits)
        return ordered[int(share * (len(ordered) - 1))] * 1000


def zipf(sentences: list[str], dice: random.Random, exponent: float = 1.1) -> Callable[[], str]:
    """Give a draw from sentences, the first ones most often (Zipf's law)."""
    weights = [1 / (rank + 1) ** exponent for rank in range(len(sentences))]
    return lambda: dice.choices(sentences, weights)[0]


def cpu_of(installation: Installation) -> dict[str, float]:
    """Give the CPU seconds that the processes of an installation have used, by what they are."""
    assert installation.process
    return cpu_below(installation.process.pid)


def cpu_below(pid: int) -> dict[str, float]:
    """Give the CPU seconds that a process and those it started have used, by what they are."""
    parent = psutil.Process(pid)
    found: dict[str, float] = {}
    for process in [parent, *parent.children(recursive=True)]:
        command, times = " ".join(process.cmdline()), process.cpu_times()
        name = next((name for word, name in KINDS if word in command), "supervisor")
        found[name] = found.get(name, 0.0) + times.user + times.system
    return found


async def archived(installation: Installation) -> None:
    """Wait until all that happened is in the database: that is work, too."""
    async with Redis.from_url(f"unix://{installation.data}/var/valkey.sock") as redis:
        while await redis.xlen("events"):
            await asyncio.sleep(0.1)


Ask = Callable[[int], Awaitable[None]]


async def press(
    installation: Installation, seconds: float, ask: Callable[[int], Ask], rate: float = 0.0
) -> Measured:
    """Let a crowd ask an installation; what it used counts until all of it is in the database."""
    await archived(installation)
    before = cpu_of(installation)
    found = await crowd(seconds, ask, rate)
    await archived(installation)
    used = cpu_of(installation)
    found.cpu = {name: used[name] - before.get(name, 0.0) for name in used}
    return found


async def crowd(
    seconds: float, ask: Callable[[int], Ask], rate: float = 0.0, connections: int = CONNECTIONS
) -> Measured:
    """Let many connections ask one after another for a while; `ask(n)` opens connection n.

    With a `rate` they ask so often a second, all together, and who is kept from asking in time has
    waited since then. Without, they ask as fast as they are answered.
    """
    found, mine = Measured(), time.process_time()
    begun = time.perf_counter()

    async def one(number: int) -> None:
        once = ask(number)
        turn, due = 0, begun + number / rate if rate else begun
        while (now := time.perf_counter()) < begun + seconds:
            started = now
            if rate:
                await asyncio.sleep(max(0.0, due - now))
                started, due = due, due + connections / rate
            await once(turn)
            found.waits.append(time.perf_counter() - started)
            turn += 1

    await asyncio.gather(*(one(number) for number in range(connections)))
    found.seconds, found.client = time.perf_counter() - begun, time.process_time() - mine
    found.count = len(found.waits)
    return found


class Http:
    """One keep-alive connection, as lean as a client can be on the machine it measures."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: object) -> bytes:
        """Post JSON and give the answer's body."""
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        content = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        head += f"Content-Length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        headers = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert headers.startswith(b"http/1.1 200"), headers
        length = int(headers.split(b"content-length:")[1].split(b"\r\n")[0])
        return await reader.readexactly(length)
