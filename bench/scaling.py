"""What a turn costs as things grow: steps in a flow, rules, sessions in Redis, web processes.

In one process on a real Valkey, CPU of both, the best of several rounds: what other programs on the
machine do widens the worst and not the best. Pictures of it go to docs/images.
"""

import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

import psutil

from bench import turns
from bench.load import press
from bench.parts import services_alone
from bench.pictures import draw
from bench.report import Report, Row
from bench.rule_sets import event, rule_yaml
from flows.yaml_text import write
from runtime import releases
from runtime.conversation import handle
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from tests.installation import Installation, demo_with_short_dwell

STEPS, RULES = (10, 100, 1_000, 5_000), (1, 10, 100, 1_000)
SESSIONS, WORKERS = (1_000, 10_000, 100_000, 1_000_000), (1, 2, 3, 4)
ROUNDS, TURNS = 5, 400
WORKSPACE = "workspace: big\nlanguages: [zh-CN]\nstart: long\nfallback: s0\n"
Points = list[tuple[float, float]]
Turn = Callable[[int], Awaitable[object]]


async def measure(report: Report, seconds: float) -> None:
    """Measure each, and draw it."""
    found = {"steps": await _steps(report), "rules": await _rules(report)}
    found["sessions"] = await _sessions(report)
    found["workers"] = await _workers(report, min(seconds, 5.0))
    await draw(found)


async def _steps(report: Report) -> Points:
    points: Points = []
    for many in STEPS:
        async with services_alone() as (services, valkey):
            await _publish(services, _long_flow(many))
            points.append((many, await _cost(_walk(services), valkey)))
            name = f"a turn, {many:,} steps in the flow"
            report.add(Row(name, points[-1][1], "µs CPU", "lower", None))
    flat = 100 * (points[-1][1] / points[0][1] - 1)
    report.add(Row("dearer with 5,000 steps than with 10", flat, "%", "lower", 20.0))
    return points


async def _rules(report: Report) -> Points:
    """Measure a message where there are rules, and an event that a quarter of them waits for."""
    points: Points = []
    events: Points = []
    for many in RULES:
        dice = Random(2)
        rules = {f"rules/r{n}.yaml": rule_yaml(n, dice) for n in range(many)}
        async with services_alone() as (services, valkey):
            await _publish(services, _long_flow(10) | rules)
            points.append((many, await _cost(_walk(services), valkey)))
            events.append((many, await _cost(_events(services), valkey)))
            name = f"a turn, {many:,} rules"
            report.add(Row(name, points[-1][1], "µs CPU", "lower", None))
            name = f"an event that a quarter of {many:,} rules waits for"
            report.add(Row(name, events[-1][1], "µs CPU", "lower", None))
    times = points[-1][1] / points[1][1]
    report.add(Row("a turn, 1,000 rules against 10", times, "times", "lower", 2.0))
    times = events[-1][1] / events[1][1]
    report.add(Row("an event, 250 rules of it against 2 or 3", times, "times", "lower", None))
    return points


async def _sessions(report: Report) -> Points:
    points: Points = []
    async with services_alone() as (services, valkey):
        await _publish(services, _long_flow(10))
        turn = _walk(services)
        for number in range(TURNS):
            await turn(number)
        for number in range(turns.TURNS):
            await handle(services, Message("copied", "rest", f"回答{number}"))
        stored = await services.redis.hgetall(keys.session("copied"))
        held = 0
        for many in SESSIONS:
            held, each = await _fill(services, stored, held, many)
            points.append((many, await _cost(turn, valkey)))
            name = f"a turn, {many:,} sessions in Redis"
            report.add(Row(name, points[-1][1], "µs CPU", "lower", None))
        note = f"of {many:,}, after {turns.TURNS} turns"
        report.add(Row("a session in Redis", each, "bytes", "lower", 1_500.0, note))
    flat = 100 * (points[-1][1] / points[0][1] - 1)
    report.add(Row("dearer with 1 M sessions than with 1 k", flat, "%", "lower", 20.0))
    return points


async def _fill(
    services: Services, stored: dict[bytes, bytes], held: int, many: int
) -> tuple[int, float]:
    """Put copies of a session there; gives how many there are, and what each takes in bytes."""
    before = (await services.redis.info("memory"))["used_memory"]
    for begin in range(held, many, 2_000):
        pipe = services.redis.pipeline(transaction=False)
        for number in range(begin, min(begin + 2_000, many)):
            pipe.hset(keys.session(f"copy-{number}"), mapping=stored)
            pipe.expire(keys.session(f"copy-{number}"), keys.SESSION_TTL)
        await pipe.execute()
    used = (await services.redis.info("memory"))["used_memory"] - before
    return many, used / max(many - held, 1)


async def _workers(report: Report, seconds: float) -> Points:
    points: Points = []
    sentences = report.sentences()
    for many in WORKERS:
        with tempfile.TemporaryDirectory() as folder:
            installation = Installation(Path(folder))
            installation.environment["DIALOOM_WORKERS"] = str(many)
            installation.run("import", str(demo_with_short_dwell(Path(folder) / "ws")), "--publish")
            installation.start()
            try:
                ask = turns.over_http(installation, turns.texts(sentences, cached=True))
                await press(installation, 1.0, ask)
                found = await press(installation, seconds, ask)
            finally:
                installation.stop()
        points.append((many, found.rate))
        note = f"{found.cpu_us:.0f} µs CPU a turn"
        report.add(
            Row(f"turns a second, {many} web processes", found.rate, "/s", "higher", None, note)
        )
    return points


def _long_flow(many: int) -> dict[str, str]:
    """Write a flow that asks for one thing after the other, so many steps long."""
    steps = {
        f"s{n}": {"ask": f"s{n % 10}", "slot": f"v{n % 50}", "next": f"s{(n + 1) % many}"}
        for n in range(many)
    }
    files = {"workspace.yaml": WORKSPACE}
    files["flows/long.yaml"] = write({"flow": "long", "start": "s0", "steps": steps})
    for number in range(10):
        said = {"a": {"text": {"zh-CN": f"第{number}个问题？"}}}
        files[f"scripts/s{number}.yaml"] = write({"script": f"s{number}", "variants": said})
    return files


async def _publish(services: Services, files: dict[str, str]) -> None:
    await releases.publish(services.redis, services.engine, files, "bench", "bench")


def _walk(services: Services) -> Turn:
    async def turn(number: int) -> object:
        return await handle(services, Message(f"walks-{number % 20}", "rest", f"回答{number}"))

    return turn


def _events(services: Services) -> Turn:
    dice = Random(3)

    async def turn(number: int) -> object:
        happened = event(dice, services.now())
        data = {"event": happened}
        return await handle(
            services, Message(f"does-{number % 20}", "track", kind="event", data=data)
        )

    return turn


async def _cost(turn: Turn, valkey: int) -> float:
    """Give the CPU of a turn in µs, of this process and of Valkey: the best of several rounds."""
    for number in range(TURNS // 2):
        await turn(number)
    best = float("inf")
    for _round in range(ROUNDS):
        process, before = psutil.Process(valkey), time.process_time()
        times = process.cpu_times()
        for number in range(TURNS):
            await turn(number)
        after = process.cpu_times()
        used = after.user + after.system - times.user - times.system
        best = min(best, (time.process_time() - before + used) / TURNS * 1e6)
    return best
