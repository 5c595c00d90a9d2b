"""Ten thousand widgets held by one installation: what each costs, how fast some of them talk."""

import asyncio
import resource
import tempfile
import time
from pathlib import Path

import psutil

from bench.load import Measured, cpu_of
from bench.report import Report, Row
from bench.widget import Widget, open_widget
from tests.installation import Installation, demo_with_short_dwell

WIDGETS, TALKING, RATE = 10_000, 500, 2_000.0
AT_ONCE = 100
TEXTS = ("你好", "多少钱", "什么时候发货", "有优惠吗", "可以分期吗", "怎么退货")


async def measure(report: Report, seconds: float) -> None:
    """Hold them, then let some talk."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    many = min(WIDGETS, most - 200)
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Path(folder))
        installation.run("import", str(demo_with_short_dwell(Path(folder) / "ws")), "--publish")
        installation.start()
        widgets: list[Widget] = []
        try:
            first = await open_widget(installation.port, "first")
            before = _memory(installation)
            widgets = await _open(installation, many)
            await asyncio.sleep(2)
            each = (_memory(installation) - before) / len(widgets) / 1024
            report.add(Row("widgets held", len(widgets), "", "higher", WIDGETS, ""))
            report.add(Row("memory of an idle widget", each, "KB", "lower", 40.0, "web processes"))
            idle = await _idle(installation, 5.0)
            report.add(Row("CPU of an idle widget", idle / len(widgets), "µs/s", "lower", None))
            found = await _talk(installation, widgets[:TALKING], seconds)
            note = f"{found.waiting()}, {TALKING} of {len(widgets)} talk"
            report.add(Row("messages a second", found.rate, "/s", "higher", RATE, note))
            slowest = found.percentile(0.99)
            report.add(Row("p99 of an acknowledgement", slowest, "ms", "lower", 100.0, note))
            report.add(Row("CPU a message", found.cpu_us, "µs", "lower", None, found.by_process()))
            first.writer.close()
        finally:
            for widget in widgets:
                widget.writer.transport.abort()
            installation.stop()


async def _open(installation: Installation, many: int) -> list[Widget]:
    found: list[Widget] = []
    for begin in range(0, many, AT_ONCE):
        names = [f"widget-{number}" for number in range(begin, min(begin + AT_ONCE, many))]
        found += await asyncio.gather(*(open_widget(installation.port, name) for name in names))
    return found


def _memory(installation: Installation) -> int:
    """Give the memory of the web processes, in bytes."""
    return sum(psutil.Process(pid).memory_info().rss for pid in installation.pids("gunicorn"))


async def _idle(installation: Installation, seconds: float) -> float:
    """Give the CPU that the web processes use while nobody says anything, in µs a second."""
    before = cpu_of(installation)["web"]
    await asyncio.sleep(seconds)
    return (cpu_of(installation)["web"] - before) / seconds * 1e6


async def _talk(installation: Installation, widgets: list[Widget], seconds: float) -> Measured:
    """Let widgets write so often a second, all together."""
    found, before, mine = Measured(), cpu_of(installation), time.process_time()
    begun = time.perf_counter()

    async def one(number: int, widget: Widget) -> None:
        due, turn = begun + number / RATE, 0
        while due < begun + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await widget.say(turn, {"text": TEXTS[(number + turn) % len(TEXTS)]})
            found.waits.append(time.perf_counter() - due)
            due, turn = due + len(widgets) / RATE, turn + 1

    await asyncio.gather(*(one(number, widget) for number, widget in enumerate(widgets)))
    found.seconds, found.client = time.perf_counter() - begun, time.process_time() - mine
    used = cpu_of(installation)
    found.cpu = {name: used[name] - before.get(name, 0.0) for name in used}
    found.count = len(found.waits)
    return found
