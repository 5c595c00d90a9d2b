"""What visitors click, sent in real time to an installation; what it decided, and what it should."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import httpx2 as httpx
from sqlalchemy import select

from rules.model import TICK, Event
from rules.simulate import Shop, simulate
from runtime.compiling import compile_files
from runtime.db import open_engine, transaction
from runtime.settings import Settings
from runtime.tables import EventRow
from tests.installation import Installation
from tests.workspaces import SMALL, script

QUICK, SLOW = (0.2, 2.5), (25.0, 30.0)
"""Seconds between two clicks: so far from the dwell that no outage of some seconds changes which
of both comes first."""
Outcome = tuple[str, str, str]
"""Visitor, rule, and what became of it."""
RULES = {
    "dwell": "trigger: {event: Product Viewed, dwell: {more_than: 15s, end_on: [page_leave, "
    "Product Added, Product Viewed]}}\nlimits: {per_session: 3}\n"
    "conflict: {exclusive_group: offers}\npriority: 60\n",
    "again": "trigger: {event: Product Viewed}\n"
    "when: {count: {event: Product Viewed, in_last: 10m}, op: gte, value: 4}\n"
    "limits: {per_session: 1}\n",
    "loyal": "trigger: {event: Product Viewed, where: {product: A}, dwell: {more_than: 15s, "
    "end_on: [page_leave, Product Added, Product Viewed]}}\nconflict: {exclusive_group: offers}\n"
    "priority: 50\n",
    "abandoned": "trigger: {event: Product Added, without: {events: [Order Completed], for: 17s}}\n"
    "when: {fact: cart.count, op: gte, value: 1}\nlimits: {cooldown: 1h}\n",
    "first": "trigger: {event: visit_start, where: {visit: first}}\n",
}


@dataclass(frozen=True)
class Click:
    """Something a visitor does, so many seconds after the start."""

    at: float
    visitor: str
    name: str
    product: str


def workspace(folder: Path) -> dict[str, str]:
    """Write the workspace that is replayed against; gives its files."""
    files = {path: text for path, text in SMALL.items() if not path.startswith("rules/")}
    files["scripts/hello.yaml"] = script("hello", "您好呀")
    for key, text in RULES.items():
        then = "then: [{do: send_script, script: hello}]\n"
        files[f"rules/{key}.yaml"] = f"rule: {key}\n{text}{then}"
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return files


def clicks_of(sessions: Sequence[Sequence[str]], seconds: float, dice: Random) -> list[Click]:
    """Give what the visitors of some sessions of products do, all of it within so many seconds."""
    found = []
    for number, products in enumerate(sessions):
        at, clicks = 0.0, []
        for product in products:
            clicks.append(Click(at, f"v{number}", "Product Viewed", product))
            at += dice.uniform(*(QUICK if dice.random() < 0.7 else SLOW))
            draw = dice.random()
            if draw < 0.4:
                name = "page_leave" if draw < 0.25 else "Product Added"
                clicks.append(Click(at, f"v{number}", name, product))
                at += dice.uniform(*QUICK)
            if at > seconds - SLOW[1]:
                break
        begin = dice.uniform(0, max(seconds - at - SLOW[1], 0.0))
        found += [Click(begin + c.at, c.visitor, c.name, c.product) for c in clicks]
    return sorted(found, key=lambda click: click.at)


async def play(
    url: str, clicks: Sequence[Click], disturbances: Sequence[tuple[float, Callable[[], None]]]
) -> None:
    """Send what is clicked when it is its time; what does not get through is sent again."""
    started = time.monotonic()
    by_visitor: dict[str, list[Click]] = {}
    for click in clicks:
        by_visitor.setdefault(click.visitor, []).append(click)

    async def visit(client: httpx.AsyncClient, mine: list[Click]) -> None:
        for number, click in enumerate(mine):
            await asyncio.sleep(max(0.0, started + click.at - time.monotonic()))
            await _send(client, click, f"{click.visitor}-{number}")

    async def disturb(at: float, deed: Callable[[], None]) -> None:
        await asyncio.sleep(max(0.0, started + at - time.monotonic()))
        await asyncio.to_thread(deed)

    limits = httpx.Limits(max_connections=40)
    async with httpx.AsyncClient(base_url=url, timeout=10, limits=limits) as client:
        visits = [visit(client, mine) for mine in by_visitor.values()]
        await asyncio.gather(*visits, *(disturb(*one) for one in disturbances))


async def _send(client: httpx.AsyncClient, click: Click, message_id: str) -> None:
    happened = time.time()
    for attempt in range(200):
        body: dict[str, Any] = {
            "anonymousId": click.visitor,
            "messageId": message_id,
            "event": click.name,
            "properties": {"name": click.product, "product_id": click.product, "price": 5},
            "timestamp": datetime.fromtimestamp(happened, UTC).isoformat(),
            "sentAt": datetime.now(UTC).isoformat(),
        }
        try:
            answer = await client.post("/v1/track", json=body)
            if answer.status_code == 200:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(min(0.1 * (attempt + 1), 0.5))
    raise AssertionError(f"{message_id} never got through")


def expected(files: dict[str, str], clicks: Sequence[Click]) -> Counter[Outcome]:
    """Give what a single thread that nobody disturbs decides about these clicks."""
    compiled = compile_files(files)
    shop = Shop(zone=ZoneInfo("Asia/Shanghai"))
    begin, found = 1_800_000_000.0, Counter[Outcome]()
    by_visitor: dict[str, list[Event]] = {}
    for click in clicks:
        said = {"name": click.product, "product_id": click.product, "price": 5}
        event = Event(click.name, begin + click.at, said)
        by_visitor.setdefault(click.visitor, []).append(event)
    end = begin + max(click.at for click in clicks) + 25
    for visitor, events in by_visitor.items():
        for moment in simulate(compiled.rules, [*events, Event(TICK, end)], shop, visitor):
            found[visitor, moment.rule, "fired" if moment.fired else moment.reason] += 1
    return found


def decided(installation: Installation) -> Counter[Outcome]:
    """Give what an installation has decided, once everything has been archived."""
    engine = open_engine(Settings(data=installation.data / "var").database)
    found: Counter[Outcome] = Counter()
    with transaction(engine, writes=False) as database:
        query = select(EventRow.visitor, EventRow.data).where(EventRow.name == "decided")
        for visitor, data in database.execute(query):
            found.update((visitor, rule, "fired") for rule in data["fired"])
            found.update((visitor, rule, "condition") for rule in data["unmet"])
            found.update((visitor, rule, reason) for rule, reason, _by in data["drops"])
    engine.dispose()
    return found
