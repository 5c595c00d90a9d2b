"""A load on a real installation: keep-alive HTTP and WebSockets, and the CPU its processes used."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import psutil
from websockets.asyncio.client import connect

from tests.installation import Installation

CONNECTIONS = 32


@dataclass
class Measured:
    """How many, how fast, at what cost."""

    count: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Give how many there were a second."""
        return self.count / self.seconds

    @property
    def cpu_us(self) -> float:
        """Give the CPU of the whole installation for each, in microseconds."""
        return self.cpu / max(1, self.count) * 1e6

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


def cpu_of(installation: Installation) -> float:
    """Give the CPU seconds that all processes of an installation have used."""
    assert installation.process
    parent = psutil.Process(installation.process.pid)
    times = [process.cpu_times() for process in [parent, *parent.children(recursive=True)]]
    return sum(t.user + t.system for t in times)


Ask = Callable[[int], Awaitable[None]]


async def press(installation: Installation, seconds: float, ask: Callable[[int], Ask]) -> Measured:
    """Let many connections ask one after another for a while; `ask(n)` opens connection n."""
    found = Measured()
    until = time.perf_counter() + seconds

    async def one(number: int) -> None:
        once = ask(number)
        turn = 0
        while time.perf_counter() < until:
            started = time.perf_counter()
            await once(turn)
            found.waits.append(time.perf_counter() - started)
            turn += 1

    before, started = cpu_of(installation), time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(CONNECTIONS)))
    found.seconds = time.perf_counter() - started
    found.cpu = cpu_of(installation) - before
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
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        headers = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert headers.startswith(b"http/1.1 200"), headers
        length = int(headers.split(b"content-length:")[1].split(b"\r\n")[0])
        return await reader.readexactly(length)


class Socket:
    """One widget: sends a frame and waits for its acknowledgement."""

    def __init__(self, port: int, visitor: str) -> None:
        self.address = f"ws://127.0.0.1:{port}/ws/chat?visitor={visitor}&lang=zh-CN"
        self.socket: object = None

    async def send(self, frame: dict[str, object]) -> None:
        """Send a frame and wait until it is committed."""
        if self.socket is None:
            self.socket = await connect(self.address)
        await self.socket.send(json.dumps(frame))  # type: ignore[attr-defined]
        while json.loads(await self.socket.recv()).get("id") != frame["id"]:  # type: ignore[attr-defined]
            pass
