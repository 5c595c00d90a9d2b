"""`make bench-peers`: Dialoom, Rasa and Node-RED on the same small shop, in turns on one machine.

All servers are up all the time; who is asked changes every few seconds, so that what else goes on
on the machine meets all of them alike.
"""

import argparse
import asyncio
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench.load import CONNECTIONS, Measured, archived, cpu_below, crowd
from bench.peers_node_red import node_red
from bench.peers_rasa import rasa
from bench.report import Report, Row
from bench.small_shop import FILES, Peer, taught, understood, visits
from flows.experiments import Experiment
from runtime.db import open_engine
from runtime.experiments.beginning import begin
from runtime.services import open_services
from runtime.settings import Settings
from tests.installation import Installation

ROUNDS, FEW = 3, 8
GOALS = {"Rasa": (50.0, None), "Node-RED": (None, 1.0)}
"""How many times our CPU a message theirs is, and our messages a second are theirs."""


@dataclass
class Way:
    """One way to ask one server, and what was measured, a round after the other."""

    peer: Peer
    connections: int = CONNECTIONS
    fresh: bool = False
    rounds: list[Measured] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name it."""
        return f"{self.peer.name}, {self.connections} at once" + ", new texts" * self.fresh

    @property
    def whole(self) -> Measured:
        """Give all rounds as one."""
        return Measured(
            sum(one.count for one in self.rounds),
            sum(one.seconds for one in self.rounds),
            {"all": sum(sum(one.cpu.values()) for one in self.rounds)},
            waits=[wait for one in self.rounds for wait in one.waits],
        )


async def measure(report: Report, seconds: float) -> None:
    """Start what can be had, ask in turns, compare."""
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as up:
        folder, ways = Path(temporary), list[Way]()
        if found := up.enter_context(rasa(folder / "rasa", _free_port())):
            report.versions["rasa"] = found[1]
            ways += [Way(found[0]), Way(found[0], FEW)]
        for on_disk in (False, True):
            place = folder / f"node-red-{on_disk:d}"
            if other := up.enter_context(node_red(place, _free_port(), on_disk)):
                report.versions |= other[1]
                ways.append(Way(other[0]))
        installation = up.enter_context(_installation(folder / "dialoom"))
        await _begin_experiment(installation)
        ours = _ours(installation)
        ways += [Way(ours), Way(ours, fresh=True)]
        for way in ways:
            await _ready(way.peer)
            right = await understood(way.peer, way.fresh)
            report.add(Row(f"{way.name}: answered as meant", 100 * right, "%", "higher"))
            warm = f"warm{way.connections}x{way.fresh:d}"
            await crowd(1.0, visits(way.peer, 0, warm, way.fresh), connections=FEW)
        for number in range(1, ROUNDS + 1):
            for way in ways:
                way.rounds.append(await _round(way, number, seconds))
        _add(report, ways)


async def _round(way: Way, number: int, seconds: float) -> Measured:
    """Ask for a while; what it took counts until all of it is done."""
    await way.peer.settled()
    before = cpu_below(way.peer.pid)
    mark = f"r{number}x{way.connections}x{way.fresh:d}"
    asks = visits(way.peer, number, mark, way.fresh)
    found = await crowd(seconds, asks, connections=way.connections)
    await way.peer.settled()
    used = cpu_below(way.peer.pid)
    found.cpu = {name: used[name] - before.get(name, 0.0) for name in used}
    return found


def _add(report: Report, ways: list[Way]) -> None:
    for way in ways:
        whole, rounds = way.whole, way.rounds
        each = " ".join(f"{one.rate:.0f}" for one in rounds)
        report.add(Row(f"{way.name}: messages", whole.rate, "/s", "higher", None, each))
        each = " ".join(f"{one.cpu_us:.0f}" for one in rounds)
        if way.peer.name == "Dialoom":
            each += f" ({rounds[-1].by_process()})"
        report.add(Row(f"{way.name}: CPU a message", whole.cpu_us, "µs", "lower", None, each))
        for share in (0.5, 0.99):
            each = " ".join(f"{one.percentile(share):.1f}" for one in rounds)
            name = f"{way.name}: p{100 * share:.0f}"
            report.add(Row(name, whole.percentile(share), "ms", "lower", None, each))
    ours = [way for way in ways if way.peer.name == "Dialoom"]
    for way in ways:
        for one in ours if way not in ours and way.connections == CONNECTIONS else ():
            _compare(report, one, way)


def _compare(report: Report, ours: Way, peer: Way) -> None:
    less, ahead = GOALS.get(peer.peer.name, (None, None))
    name = f"{peer.peer.name} against Dialoom" + ", new texts" * ours.fresh
    pairs = list(zip(ours.rounds, peer.rounds, strict=True))
    each = " ".join(f"{theirs.cpu_us / mine.cpu_us:.1f}" for mine, theirs in pairs)
    times = peer.whole.cpu_us / ours.whole.cpu_us
    report.add(Row(f"{name}: its CPU a message", times, "times", "higher", less, each))
    each = " ".join(f"{mine.rate / theirs.rate:.2f}" for mine, theirs in pairs)
    times = ours.whole.rate / peer.whole.rate
    report.add(Row(f"{name}: our messages a second", times, "times", "higher", ahead, each))


@contextmanager
def _installation(folder: Path) -> Iterator[Installation]:
    shutil.copytree(FILES / "dialoom", folder / "ws")
    (folder / "ws" / "nlu").mkdir()
    (folder / "ws" / "nlu" / "shop.yml").write_text(taught(), "utf-8")
    installation = Installation(folder)
    installation.run("import", str(folder / "ws"), "--publish")
    installation.start()
    try:
        yield installation
    finally:
        installation.stop()


async def _begin_experiment(installation: Installation) -> None:
    """Begin it as its page does."""
    settings = Settings(data=installation.data / "var")
    engine = open_engine(settings.database)
    services = open_services(settings, engine)
    experiment = Experiment("price", "price", arms=("plain", "warm"), goal="Order Completed")
    await begin(services, experiment, "bench")
    await services.redis.aclose()
    engine.dispose()


def _ours(installation: Installation) -> Peer:
    buttons: Mapping[str, str] = {
        "ask_price": "/welcome.need.0",
        "ask_order_status": "/welcome.need.1",
    }
    assert installation.process
    path, pid = "/webhooks/rest/webhook", installation.process.pid
    return Peer("Dialoom", installation.port, path, pid, buttons, lambda: archived(installation))


async def _ready(peer: Peer) -> None:
    """Wait until it listens."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", peer.port)
        except OSError:
            await asyncio.sleep(0.3)
        else:
            writer.close()
            return
    raise TimeoutError(f"{peer.name} does not listen")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    """Measure, print and keep a table."""
    parser = argparse.ArgumentParser(prog="bench.peers")
    parser.add_argument("--seconds", type=float, default=6.0)
    given = parser.parse_args()
    report = Report("peers", None)
    uvloop.run(measure(report, given.seconds))
    report.finish()


if __name__ == "__main__":
    main()
