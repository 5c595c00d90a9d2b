"""Processes are killed at named points of a turn, under load; what was acknowledged is there, once."""

import asyncio

import pytest

from tests.faults.checker import check
from tests.faults.inside.fault_points import POINTS, WITHOUT_REDIS
from tests.faults.load import Load
from tests.faults.report import note
from tests.faults.scene import Scene, stop_valkey
from tests.faults.under_load import under_load


@pytest.mark.parametrize("point", [point for point in POINTS if point not in WITHOUT_REDIS])
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


@pytest.mark.parametrize("point", WITHOUT_REDIS)
def test_killed_with_what_is_kept_while_valkey_stands_still(scene: Scene, point: str) -> None:
    load = Load(scene.installation.port, f"at-{point.replace('_', '-')}")

    def stop() -> None:
        scene.arm(point)
        stop_valkey(scene, 2.5)
        scene.passed(point)
        scene.kills += 1

    under_load(load, 2.0, stop)
    found = note(f"killed at {point}", 1, check(scene, load))
    assert found.kept, "nothing was kept"
    assert found.is_clean, found
