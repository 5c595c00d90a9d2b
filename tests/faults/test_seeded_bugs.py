"""The checker finds each of five bugs that are brought into the product, each by what it does."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

import pytest

from tests.faults.checker import Found, check
from tests.faults.load import Load
from tests.faults.report import note
from tests.faults.scene import WEB, Scene

Provoke = Callable[[Scene, Load], Awaitable[None]]


async def kill_at(scene: Scene, load: Load, point: str) -> None:
    """Kill whoever passes a point while the crowd goes about."""

    async def kill() -> None:
        await asyncio.sleep(0.5)
        scene.arm(point)
        await asyncio.to_thread(scene.passed, point)

    await asyncio.gather(load.run(1.4), kill())


async def before_the_answer(scene: Scene, load: Load) -> None:
    await kill_at(scene, load, "reply_ready")


async def before_the_deed(scene: Scene, load: Load) -> None:
    await kill_at(scene, load, "effect_taken")


async def all_web_processes(scene: Scene, load: Load) -> None:
    async def kill() -> None:
        await asyncio.sleep(0.7)
        scene.kill(WEB)

    await asyncio.gather(load.run(1.4), kill())


async def nobody(_scene: Scene, load: Load) -> None:
    await load.run(1.4)


async def stopped_with_a_timer(scene: Scene, load: Load) -> None:
    """Stop the worker while it holds a timer that its visitor takes off meanwhile."""
    scene.arm("timer_claimed", "stop")
    leaving = asyncio.create_task(load.leave(f"{load.name}-leave"))
    worker = await asyncio.to_thread(scene.passed, "timer_claimed")
    await leaving
    os.kill(worker, signal.SIGCONT)
    await asyncio.sleep(0.5)


SEEDED: dict[str, tuple[Provoke, str]] = {
    "dedupe_removed": (before_the_answer, "doubled"),
    "acknowledged_before_commit": (all_web_processes, "lost"),
    "marked_before_sent": (before_the_deed, "lost"),
    "version_check_removed": (nobody, "disordered"),
    "timer_generation_ignored": (stopped_with_a_timer, "doubled"),
}


def provoked(scene: Scene, name: str, provoke: Provoke) -> Found:
    load = Load(scene.installation.port, name)
    asyncio.run(provoke(scene, load))
    return check(scene, load)


@pytest.mark.parametrize("bug", SEEDED)
def test_the_checker_finds_a_bug(scene: Scene, bug: str) -> None:
    provoke, kind = SEEDED[bug]
    with scene.bug(bug):
        found = provoked(scene, bug, provoke)
    assert getattr(found, kind), found
    print(f"{bug}: {found}")


def test_a_worker_that_wakes_after_its_timer_was_taken_off_gives_nothing(scene: Scene) -> None:
    found = provoked(scene, "no-bug", stopped_with_a_timer)
    assert note("a worker stopped with a timer in hand", 0, found).is_clean, found
