"""A turn by its hops, in one process that does nothing else: µs of its own CPU for each.

One message after the other, so that nobody else's work falls into a hop; Valkey's own work is not
in it. Of several rounds the best: in the others something shared the machine.
"""

import time
from collections import defaultdict
from typing import Any
from unittest.mock import patch

import orjson

from bench.parts import services_alone
from bench.report import Report, Row
from designer.library import DEMO, library_files
from runtime import metering, releases
from runtime.services import Services
from runtime.web import straight

ROUNDS, MESSAGES, EACH = 8, 1_200, 12
PATH = "/webhooks/rest/webhook"
Said = list[tuple[str, str]]


async def add_hops(report: Report, said: Said) -> None:
    """Add a row for each hop of a message over HTTP, and one for all of them."""
    ways: list[metering.Way] = []
    metering.tell_ways_to(ways.append)
    async with services_alone() as (services, _pid):
        await releases.publish(services.redis, services.engine, library_files(DEMO), "bench", "")
        with (
            patch.object(metering, "ONE_IN", 1),
            patch.object(time, "perf_counter_ns", time.thread_time_ns),
        ):
            rounds = []
            for number in range(ROUNDS):
                ways.clear()
                await _round(services, said, number)
                rounds.append(_means(ways))
    best = min(rounds, key=lambda hops: sum(hops.values()))
    for hop, us in best.items():
        report.add(Row(f"a hop of a turn: {hop}", us, "µs CPU", "lower", None))
    report.add(Row("all hops of a turn", sum(best.values()), "µs CPU", "lower", None))


async def _round(services: Services, said: Said, number: int) -> None:
    for nth in range(MESSAGES):
        text, payload = said[(number * MESSAGES + nth) % len(said)]
        message = {"sender": f"hops-{number}-{nth // EACH}", "message": payload or text}
        told = {"type": "http.request", "body": orjson.dumps(message)}

        async def receive(told: dict[str, Any] = told) -> Any:
            return told

        await straight.answer(services, {"path": PATH, "headers": []}, receive, _nowhere)


async def _nowhere(_told: dict[str, Any]) -> None:
    """Take what would go to the visitor."""


def _means(ways: list[metering.Way]) -> dict[str, float]:
    """Give the mean of each hop, in µs."""
    found: dict[str, float] = defaultdict(float)
    for way in ways:
        for hop, start, stop in zip(way.hops, way.at, way.at[1:], strict=False):
            found[hop] += (stop - start) / 1000 / len(ways)
    return found
