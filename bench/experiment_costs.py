"""What an experiment costs a turn, and whether four processes that count at once lose anything."""

import subprocess
import sys
import time

from bench.parts import services_alone
from bench.report import Report, Row
from runtime.engine.experiments import Running, arm_of
from runtime.store import keys

MANY, PROCESSES, EACH = 200_000, 4, 12_000
WRITER = """
import asyncio, sys
from pathlib import Path
from runtime.db import open_engine
from runtime.engine.session import Session
from runtime.services import open_services
from runtime.settings import Settings
from runtime.store import keys
from runtime.store.sessions import Commit, Seen

async def main(folder, mine, each):
    settings = Settings(data=Path(folder))
    services = open_services(settings, open_engine(settings.database))
    async def one(number):
        visitor = f"{mine}-{number}"
        session = Session(visitor)
        counts = [(keys.hours("run#1"), "a|1|exposures", 1)]
        commit = Commit(session, counts=counts, now=1.0)
        assert await services.sessions.commit(Seen("0", session, None, 0, {}), commit, "")
    for start in range(0, each, 100):
        await asyncio.gather(*(one(n) for n in range(start, start + 100)))
    await services.redis.aclose()

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


async def measure(report: Report) -> None:
    """Measure both."""
    _assignment(report)
    await _increments(report)


def _assignment(report: Report) -> None:
    running = Running("offer#1", {"a": 0.4, "b": 0.3, "c": 0.3}, share=0.9, segments=("vip",))
    facts = {"segment.vip": True}
    names = [f"visitor-{number}" for number in range(MANY)]
    started = time.process_time()
    for name in names:
        arm_of(running, name, facts, "", False)
    cpu = (time.process_time() - started) / MANY * 1e6
    report.add(Row("assignment of a new visitor", cpu, "µs CPU", "lower", 5, "three arms"))


async def _increments(report: Report) -> None:
    async with services_alone() as (services, _valkey):
        folder, started = str(services.settings.data), time.monotonic()
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, folder, str(n), str(EACH)])
            for n in range(PROCESSES)
        ]
        assert [writer.wait() for writer in writers] == [0] * PROCESSES
        took = time.monotonic() - started
        came = await services.redis.hget(keys.hours("run#1"), "a|1|exposures")
    lost = PROCESSES * EACH - float(came or 0)
    note = f"{PROCESSES} processes, {EACH} commits each, {took:.0f} s"
    report.add(Row("increments lost", lost, "", "lower", 0, note))
