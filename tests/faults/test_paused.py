"""A process stands still, somebody else does its work, and it wakes: everything happened once."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.faults.checker import Found, check
from tests.faults.line import Line
from tests.faults.load import Load
from tests.faults.noted import Taken
from tests.faults.report import note
from tests.faults.scene import LEASE, Scene


@pytest.fixture
def second(scene: Scene) -> Iterator[subprocess.Popen[bytes]]:
    """Another worker beside the supervised one."""
    found = scene.second_worker()
    yield found
    found.kill()
    found.wait(10)


def woken_after(scene: Scene, load: Load, point: str, begin: str) -> Found:
    """Stop whoever comes to a point, let its work be done by another, wake it, and check."""

    async def go() -> None:
        scene.arm(point, "stop")
        one = getattr(load, begin)(f"{load.name}-{begin}")
        asyncio.get_running_loop().call_later(0.5, load.over.set)
        await asyncio.gather(one, asyncio.to_thread(scene.passed, point))

    asyncio.run(go())
    if scene.clock:
        scene.clock.turn(LEASE)
    try:
        scene.settle()
    finally:
        scene.end(scene.passed(point), signal.SIGCONT)
    scene.pause(0.5)
    return check(scene, load)


@pytest.mark.usefixtures("second")
@pytest.mark.parametrize(
    ("point", "begin"),
    [
        ("effect_taken", "want"),
        ("effect_done", "want"),
        ("outcome_committed", "want"),
        ("system_told", "want"),
        ("timer_claimed", "look"),
    ],
)
def test_a_worker_wakes_after_its_lease(scene: Scene, point: str, begin: str) -> None:
    load = Load(scene.installation.port, f"asleep-{point.replace('_', '-')}")
    found = note(f"asleep at {point} beyond the lease", 0, woken_after(scene, load, point, begin))
    assert found.is_clean, found
    assert found.acknowledged


@pytest.mark.parametrize("point", ["planned", "committed"])
def test_a_web_process_wakes_after_its_visitor_was_answered_by_another(
    scene: Scene, point: str
) -> None:
    load = Load(scene.installation.port, f"asleep-{point}")
    visitor = f"{load.name}-web"

    async def say(number: int, seconds: float) -> int:
        line = Line(scene.installation.port)
        said = f"{visitor}的第{number}件"
        body = {"sender": visitor, "message": said, "message_id": str(number)}
        status, _answer = await line.post("/webhooks/rest/webhook", body, seconds)
        line.close()
        return status

    async def stopped() -> int:
        """Send messages until the process that has one in hand is the one that stands still."""
        for number in range(2, 12):
            # Who stood still takes Redis for gone, for a second, and keeps what comes meanwhile.
            await asyncio.sleep(1.2)
            await asyncio.to_thread(scene.settle)
            scene.arm(point, "stop")
            with suppress(TimeoutError):
                await say(number, 1)
                # Somebody else came by the point, with what was left to do.
                scene.end(await asyncio.to_thread(scene.passed, point), signal.SIGCONT)
                continue
            return number
        raise AssertionError("nobody stands still")

    async def go() -> None:
        assert await say(1, 5) == 200
        last = await stopped()
        for _try in range(40):  # Who stands still takes connections that nobody serves.
            with suppress(TimeoutError):
                assert await say(last, 0.3) == 200
                break
        for number in range(1, last + 1):
            load.noted.taken.append(Taken(visitor, str(number), f"{visitor}的第{number}件"))

    try:
        asyncio.run(go())
    finally:
        os.kill(scene.passed(point), signal.SIGCONT)
    scene.pause(0.5)
    found = note(f"web asleep at {point}", 0, check(scene, load))
    assert found.is_clean, found
