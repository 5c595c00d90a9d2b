"""Turns a second and CPU a turn: 40 % buttons, 60 % free text by Zipf(1.1) from a real set.

Over both ways a conversation has twelve turns; then the next visitor comes, by a socket of their
own where they come by sockets.
"""

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.hops import add_hops
from bench.load import Ask, Http, Measured, press, zipf
from bench.report import Report, Row
from bench.widget import Widget, open_widget
from tests.installation import Installation, demo_with_short_dwell

BUTTONS = ("/welcome.topics.0", "/welcome.topics.1", "/welcome.topics.5", "/price.more.0")
TARGET, UNCACHED, MOST_CPU = 5000.0, 2000.0, 300.0
RATE, MOST_WAIT = 1000.0, 25.0
TURNS = 12


async def measure(report: Report, seconds: float) -> None:
    """Measure over HTTP and WebSocket, with the texts' cache warm and never hit; and by hops."""
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Path(folder))
        installation.run("import", str(demo_with_short_dwell(Path(folder) / "ws")), "--publish")
        installation.start()
        try:
            for cached in (True, False):
                for way in (over_http, over_socket):
                    said = texts(report.sentences(), cached)
                    await press(installation, 1.0, way(installation, said))
                    found = await press(installation, seconds, way(installation, said))
                    _add(report, way.__name__.removeprefix("over_"), cached, found)
            for way in (over_http, over_socket):
                said = texts(report.sentences(), True)
                found = await press(installation, seconds, way(installation, said), RATE)
                name = f"p99 at {RATE:.0f} turns a second, {way.__name__.removeprefix('over_')}"
                note = f"{found.waiting()}, {found.rate:.0f}/s came"
                report.add(Row(name, found.percentile(0.99), "ms", "lower", MOST_WAIT, note))
        finally:
            installation.stop()
    await add_hops(report, texts(report.sentences(), True))


def texts(sentences: list[str], cached: bool) -> list[tuple[str, str]]:
    """Draw what is said: pairs of text and payload."""
    dice = random.Random(1)
    draw = zipf(sentences, dice)
    said = []
    for number in range(20_000):
        if dice.random() < 0.4:
            said.append(("按钮", dice.choice(BUTTONS)))
        else:
            said.append((draw() if cached else f"{draw()} {number}", ""))
    return said


def over_http(installation: Installation, texts: list[tuple[str, str]]) -> Callable[[int], Ask]:
    """Let each connection send messages over HTTP, twelve for a visitor."""

    def open_one(number: int) -> Ask:
        client = Http(installation.port)

        async def once(turn: int) -> None:
            text, payload = texts[(number * 601 + turn) % len(texts)]
            body = {"sender": f"h{number}-{turn // TURNS}", "message": payload or text}
            await client.post("/webhooks/rest/webhook", body)

        return once

    return open_one


def over_socket(installation: Installation, texts: list[tuple[str, str]]) -> Callable[[int], Ask]:
    """Let each connection be a widget, of a new visitor every twelve messages."""

    def open_one(number: int) -> Ask:
        who = random.random()
        widget: Widget | None = None

        async def once(turn: int) -> None:
            nonlocal widget
            if widget is None or turn % TURNS == 0:
                if widget:
                    widget.close()
                widget = await open_widget(installation.port, f"w{number}-{who}-{turn // TURNS}")
            text, payload = texts[(number * 601 + turn) % len(texts)]
            await widget.say(turn, {"text": text, "payload": payload})

        return once

    return open_one


def _add(report: Report, way: str, cached: bool, found: Measured) -> None:
    name = f"{way}, cache {'on' if cached else 'off'}"
    note = f"{found.waiting()}, {report.source()}"
    target, cpu = TARGET if cached else UNCACHED, found.by_process()
    report.add(Row(f"turns a second, {name}", found.rate, "/s", "higher", target, note))
    report.add(Row(f"CPU a turn, {name}", found.cpu_us, "µs", "lower", MOST_CPU, cpu))
