"""Processes are killed at named points of a turn, under load; what was acknowledged is there, once."""

import asyncio

import pytest

from tests.faults.checker import check
from tests.faults.inside.fault_points import POINTS
from tests.faults.load import Load
from tests.faults.report import note
from tests.faults.scene import Scene


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point(scene: Scene, point: str) -> None:
    load = Load(scene.installation.port, f"at-{point.replace('_', '-')}")

    async def kill() -> None:
        await asyncio.sleep(0.5)
        scene.arm(point)
        await asyncio.to_thread(scene.passed, point)
        scene.kills += 1

    async def both() -> None:
        await asyncio.gather(load.run(1.4), kill())

    asyncio.run(both())
    found = note(f"killed at {point}", 1, check(scene, load))
    assert found.is_clean, found
