"""Whatever dies, and whenever: acknowledged messages are there, once, and service is back soon."""

import os
import random
import signal

import pytest

from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.report import LONG, note
from tests.faults.scene import CELERY, VALKEY, WEB, WORKER, Scene
from tests.faults.under_load import under_load

PARTS = {"web": WEB, "worker": WORKER, "celery": CELERY, "valkey": VALKEY}
ROUNDS, KILLS = (16, 14) if LONG else (1, 8)


def soon(part: str = "") -> float:
    """Give the seconds after which there must be service again; more where others compute, too."""
    busy = os.getloadavg()[0] > 2.5
    return (10.0 if part == "valkey" else 5.0) * (3 if busy else 1)


@pytest.mark.parametrize("part", PARTS)
def test_all_processes_of_a_part_are_killed_at_once(scene: Scene, part: str) -> None:
    load, before = Load(scene.installation.port, f"all-{part}"), scene.kills
    under_load(load, 1.5, lambda: scene.kill(PARTS[part]) and None)
    found = note(f"all of {part} killed", scene.kills - before, check(scene, load))
    assert found.is_clean, found
    assert found.longest < soon(part)


def test_the_supervisor_is_killed(scene: Scene) -> None:
    load = Load(scene.installation.port, "supervisor")
    under_load(load, 1.5, scene.kill_supervisor)
    found = note("supervisor killed", 1, check(scene, load))
    assert found.is_clean, found


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killed_at_random(scene: Scene, number: int) -> None:
    dice, load = random.Random(number), Load(scene.installation.port, f"random{number}")

    def deed() -> None:
        for _kill in range(KILLS):
            scene.pause(dice.uniform(0.1, 0.9))
            scene.kill_one(list(PARTS.values()), dice)

    before = scene.kills
    if number:  # What died often is started ever later; from here on it is not known for that.
        scene.kill_supervisor()
    under_load(load, KILLS * 0.5, deed)
    found = note(f"killed at random, round {number}", scene.kills - before, check(scene, load))
    assert found.is_clean, found


def test_every_process_is_told_to_end_in_turn(scene: Scene) -> None:
    """Rolled over under load: one process after the other ends by SIGTERM, a second apart."""
    load = Load(scene.installation.port, "rolling", pause=0.08)

    def deed() -> None:
        for word in (WEB, WORKER, CELERY):
            for pid in scene.workers(word):
                scene.end(pid, signal.SIGTERM)
                scene.pause(1.0)
        scene.installation.wait_ready()

    under_load(load, 5.0, deed)
    found = note("told to end in turn", 0, check(scene, load))
    assert found.is_clean, found
    assert found.longest < soon()
