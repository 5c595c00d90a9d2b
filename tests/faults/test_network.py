"""Networks that are slow, break, or go deaf; messages that come a hundred times, late, or all at once."""

import asyncio
import json
import random

from tests.faults.checker import check
from tests.faults.line import Line
from tests.faults.load import Load
from tests.faults.noted import Taken
from tests.faults.proxy import Proxy
from tests.faults.report import LONG, note
from tests.faults.scene import Scene
from tests.faults.under_load import under_load

COPIES = 100


def test_visitors_come_over_a_bad_network(scene: Scene) -> None:
    proxy = Proxy(scene.installation.port)
    load = Load(proxy.port, "network")
    under_load(load, 2.5, proxy.disturb)
    proxy.close()
    found = note("visitors over a bad network", 0, check(scene, load))
    assert found.failures, "nothing broke"
    assert found.is_clean, found


def test_ten_times_as_many_come_at_once(scene: Scene) -> None:
    load = Load(scene.installation.port, "flood", pause=0.05)
    asyncio.run(load.run(8.0 if LONG else 3.0, many=10))
    found = note("ten times as many at once", 0, check(scene, load))
    assert found.is_clean, found


async def _send(line: Line, visitor: str, number: int) -> list[str]:
    body = {"sender": visitor, "message": f"{visitor}的第{number}件", "message_id": str(number)}
    while True:
        status, answer = await line.post("/webhooks/rest/webhook", body)
        if status == 200:
            return [part["text"] for part in json.loads(answer)]
        await asyncio.sleep(0.05)


async def _track(line: Line, visitor: str) -> None:
    body = {"userId": visitor, "messageId": "gift", "event": "Gift Wanted"}
    while (await line.post("/v1/track", body))[0] != 200:
        await asyncio.sleep(0.05)


async def send_all(load: Load, sent: list[tuple[str, int]]) -> dict[tuple[str, int], list[str]]:
    """Send messages at once, in any order; number 0 is a wish for a gift. Gives the answers."""
    found: dict[tuple[str, int], list[str]] = {}
    lines, queue = [Line(load.port) for _ in range(24)], list(sent)
    random.shuffle(queue)

    async def drain(line: Line) -> None:
        while queue:
            visitor, number = queue.pop()
            if number == 0:
                await _track(line, visitor)
                answer = []
            else:
                answer = await _send(line, visitor, number)
            assert found.setdefault((visitor, number), answer) == answer
        line.close()

    await asyncio.gather(*map(drain, lines))
    return found


def test_messages_come_a_hundred_times_in_any_order_and_again_hours_later(scene: Scene) -> None:
    load = Load(scene.installation.port, "copies")
    names = [(f"copies-{n}", number) for n in range(3) for number in range(5)]
    first = asyncio.run(send_all(load, names * COPIES))
    load.noted.gifts = {visitor: 1 for visitor, number in names if number == 0}
    # In which order they got through is nobody's promise here, so each counts by itself.
    for visitor, number in names:
        said = f"{visitor}的第{number}件" if number else "Gift Wanted"
        load.noted.taken.append(Taken(visitor, str(number), said))
    if scene.clock:
        scene.clock.turn(3 * 3600)
    assert asyncio.run(send_all(load, names)) == first
    found = check(scene, load)
    found.disordered.clear()
    assert note(f"each message {COPIES} times, in any order, and later", 0, found).is_clean, found
