"""Rules in service: an event and its decision with Redis, timers over two workers, what it costs."""

import asyncio
import gc
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import count
from random import Random
from typing import Any

import psutil

from bench.parts import services_alone
from bench.report import Report, Row
from bench.rule_sets import drawn_facts, drawn_rules, event, rule_yaml
from rules.analysis import find_all_odd
from rules.arbiter import Occasion
from rules.deciding import settle
from rules.judge import Judge
from rules.model import Event
from rules.oracle import fire
from rules.snapshot import fold, snapshot
from rules.triggers import RuleSet, RuleState, react
from rules.yaml_text import read_rules
from runtime.conversation import handle
from runtime.messages import Message
from runtime.releases import Release, publish
from runtime.services import Services
from runtime.store import keys
from runtime.store.streams import events_of
from tests.workspaces import SMALL, script

AT_ONCE = 32
_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TIMERS, SPREAD, LEAD = 10_000, 60.0, 15.0
DWELL = """\
rule: dwell
trigger: {event: Product Viewed, dwell: {more_than: 2m, end_on: [page_leave]}}
then: [{do: send_script, script: hi}]
limits: {per_session: 1}
"""


async def measure(report: Report, seconds: float) -> None:
    """Measure all of it; the timers alone take two minutes."""
    gc.collect()
    gc.freeze()  # As the service does once its code is loaded (deploy/gunicorn.conf.py).
    await _decisions(report, seconds)
    await _sessions(report)
    for killed in (False, True):
        await _timers(report, killed)
    _reload(report)
    _growth(report)
    _differences(report)
    _static(report)


async def _release(services: Services, rules: dict[str, str]) -> Release:
    files = {path: text for path, text in SMALL.items() if not path.startswith("rules/")}
    files |= {f"rules/{key}.yaml": text for key, text in rules.items()}
    files["scripts/hi.yaml"] = script("hi", "您好")
    number = await publish(services.redis, services.engine, files, "bench", "bench")
    return await services.releases.get(number)


def _hundred(many: int = 100) -> dict[str, str]:
    dice = Random(1)
    return {f"r{n}": rule_yaml(n, dice) for n in range(many)}


async def _decisions(report: Report, seconds: float) -> None:
    async with services_alone() as (services, valkey):
        release = await _release(services, _hundred())
        dice, numbers = Random(2), count()

        async def one() -> None:
            happened = Message(
                f"v{dice.randint(0, 2000)}",
                "track",
                id=f"e{next(numbers)}",
                kind="event",
                data={"event": event(dice, services.now())},
            )
            await handle(services, happened)

        for name, target in (("durable-rules", 4000.0), ("generated code", 5000.0)):
            if name == "generated code":
                release.judge.matcher = None
            await _press(one, 1.0)
            before, started = psutil.Process(valkey).cpu_times(), time.process_time()
            done = await _press(one, seconds / 2)
            cpu, after = time.process_time() - started, psutil.Process(valkey).cpu_times()
            theirs = after.user + after.system - before.user - before.system
            note = f"{AT_ONCE} at once; Valkey besides {1e6 * theirs / done:.0f} µs an event"
            row = f"event to decision, 100 rules, {name}"
            report.add(Row(row, done / cpu, "/s CPU", "higher", target, note))
        waits = await _steadily(one, 500.0, seconds / 2)
        p99 = waits[int(len(waits) * 0.99)] * 1000
        report.add(Row("event to decision at 500/s, p99", p99, "ms", "lower", 5.0))


async def _press(one: Any, seconds: float) -> int:
    until, done = time.perf_counter() + seconds, 0

    async def run() -> None:
        nonlocal done
        while time.perf_counter() < until:
            await one()
            done += 1

    await asyncio.gather(*(run() for _ in range(AT_ONCE)))
    return done


async def _steadily(one: Any, rate: float, seconds: float) -> list[float]:
    """Begin so many a second, whether those before are through or not; gives how long each took."""
    waits: list[float] = []

    async def run(due: float) -> None:
        await one()
        waits.append(time.perf_counter() - due)

    started, tasks = time.perf_counter(), []
    for number in range(int(rate * seconds)):
        due = started + number / rate
        if (left := due - time.perf_counter()) > 0:
            await asyncio.sleep(left)
        tasks.append(asyncio.create_task(run(due)))
    await asyncio.gather(*tasks)
    return sorted(waits)


async def _sessions(report: Report) -> None:
    """Give what rules cost of a live session: with them, less without them."""
    sizes = []
    for rules in ({}, _hundred() | {"dwell": DWELL}):
        async with services_alone() as (services, _valkey):
            await _release(services, rules)
            dice = Random(3)
            for number in range(3000):
                for n in range(5):
                    said = event(dice, services.now() + n)
                    message = Message(f"v{number}", "track", kind="event", data={"event": said})
                    await handle(services, message)
            await services.redis.delete(keys.EVENTS)
            used = (await services.redis.info("memory"))["used_memory_dataset"]
            sizes.append(used / 3000)
    note = "five events each; sessions, timers and what outlives them"
    report.add(Row("Redis a session for rules", sizes[1] - sizes[0], "B", "lower", 2048.0, note))


async def _timers(report: Report, killed: bool) -> None:
    async with services_alone() as (services, _valkey):
        await _release(services, {"dwell": DWELL})
        first = services.now() + LEAD + TIMERS * 0.0012
        due = {f"v{number}": first + number * SPREAD / TIMERS for number in range(TIMERS)}
        for visitor, at in due.items():
            data = {"event": Event("Product Viewed", at - 120, {"name": "A"})}
            await handle(services, Message(visitor, "track", kind="event", data=data))
        await _work(services, first, killed)
        late: dict[str, list[float]] = {}
        entries: Any = await services.redis.xrange(keys.EVENTS)
        for found in (event for entry in entries for _name, event in events_of(*entry)):
            if found["name"] == "decided" and found["data"]["fired"]:
                visitor = found["visitor"]
                late.setdefault(visitor, []).append(found["at"] - due[visitor])
    sorted_late = sorted(waits[0] for waits in late.values())
    note = f"{TIMERS} timers within {SPREAD:.0f} s, two workers"
    if killed:
        name = "timer lateness, a worker killed, worst"
        report.add(Row(name, sorted_late[-1], "s", "lower", 3.5, note))
    else:
        p99 = sorted_late[int(len(sorted_late) * 0.99)]
        report.add(Row("timer lateness, p99", p99, "s", "lower", 0.5, note))
    where = ", a worker killed" if killed else ""
    report.add(Row(f"timers lost{where}", TIMERS - len(late), "", "lower", 0.0))
    twice = sum(len(waits) > 1 for waits in late.values())
    report.add(Row(f"timers twice{where}", twice, "", "lower", 0.0))


async def _work(services: Services, first: float, killed: bool) -> None:
    """Let two workers do it; one may be killed after a third of the time."""
    data_folder = {**os.environ, "DIALOOM_DATA": str(services.settings.data)}
    command = [sys.executable, "-m", "runtime.tasks.worker"]
    workers = [subprocess.Popen(command, env=data_folder) for _ in range(2)]
    try:
        if killed:
            await asyncio.sleep(max(0.0, first + SPREAD / 3 - services.now()))
            workers[0].send_signal(signal.SIGKILL)
        await asyncio.sleep(max(0.0, first + SPREAD + 5 - services.now()))
    finally:
        for worker in workers:
            worker.terminate()
            worker.wait(10)


def _reload(report: Report) -> None:
    files = {f"rules/{key}.yaml": text for key, text in _hundred().items()}
    rules, _documents = read_rules(files)
    took = []
    for _ in range(20):
        started = time.perf_counter()
        judge = Judge.build(RuleSet(rules))
        took.append(time.perf_counter() - started)
        if judge.matcher:
            judge.matcher.close()
    took.sort()
    report.add(Row("reload of 100 rules, p95", took[18] * 1000, "ms", "lower", 50.0))


def _growth(report: Report) -> None:
    """Let a million events be decided and a thousand rule sets come and go; how much is kept?"""
    files = {f"rules/{key}.yaml": text for key, text in _hundred().items()}
    rules = RuleSet(read_rules(files)[0])
    dice, process = Random(4), psutil.Process()
    happened = [event(dice, n) for n in range(2000)]
    grown = []
    for turn in range(1001):
        judge = Judge.build(rules)
        state = RuleState()
        profile: dict[str, Any] = {}
        for number in range(1000):
            said = happened[(turn * 7 + number) % 2000]
            profile = fold(profile, said)
            state, woken = react(rules, state, said)
            facts = snapshot(profile, _NOON, {})
            state, _decision = settle(
                said.name, woken, state, facts, Occasion(said.at), judge.holding
            )
        if judge.matcher:
            judge.matcher.close()
        if turn in (50, 1000):
            gc.collect()
            grown.append(process.memory_info().rss / 2**20)
    note = "after the first 50,000 events"
    report.add(
        Row("growth over 1 M events, 1,000 reloads", grown[1] - grown[0], "MB", "lower", 10.0, note)
    )


def _differences(report: Report) -> None:
    """Hold durable-rules and the generated code against the oracle on rule sets that are drawn."""
    different = 0
    for number in range(500):
        dice = Random(number)
        rules = drawn_rules(dice)
        judge = Judge.build(rules)
        for _ in range(400):
            facts = drawn_facts(dice)
            right = fire(rules, facts)
            matched = judge.matcher.fire(rules, facts) if judge.matcher else set()
            different += (matched != right) + (judge.plain(rules, facts) != right)
        if judge.matcher:
            judge.matcher.close()
    note = "500 rule sets, 200,000 snapshots"
    report.add(Row("differences from the oracle", different, "", "lower", 0.0, note))


def _static(report: Report) -> None:
    files = {f"rules/{key}.yaml": text for key, text in _hundred(1000).items()}
    started = time.process_time()
    find_all_odd(read_rules(files)[0])
    took = time.process_time() - started
    report.add(Row("static check of 1,000 rules, reading included", took, "s CPU", "lower", 2.0))
