"""Valkey stands still, is emptied or full; the clock is set; the database ends: nothing is lost."""

import asyncio
import json
import os
import signal
import time

import pytest
from redis.exceptions import ResponseError

from tests.faults.checker import check
from tests.faults.line import Line
from tests.faults.load import Load
from tests.faults.report import LONG, note
from tests.faults.scene import VALKEY, Scene, stop_valkey
from tests.faults.under_load import under_load

STOPPED = 30.0 if LONG else 3.0


def test_valkey_stands_still(scene: Scene) -> None:
    load = Load(scene.installation.port, "still")
    under_load(load, 1.5, lambda: stop_valkey(scene, STOPPED))
    found = note(f"Valkey stopped for {STOPPED:.0f} s", 0, check(scene, load))
    assert found.is_clean, found
    assert found.kept, "nobody was told to wait"
    assert found.longest < STOPPED + 12


def test_valkey_has_no_memory_left(scene: Scene) -> None:
    load = Load(scene.installation.port, "memory")

    def fill() -> None:
        scene.redis.config_set("maxmemory", scene.redis.info("memory")["used_memory"] // 2)
        time.sleep(1.5)
        scene.redis.config_set("maxmemory", 0)

    under_load(load, 1.5, fill)
    found = note("Valkey out of memory", 0, check(scene, load))
    assert found.kept or found.failures, "it was never full"
    assert found.is_clean, found


def test_the_clock_is_set(scene: Scene) -> None:
    if scene.clock is None:
        pytest.skip("there is no C compiler")
    load, clock = Load(scene.installation.port, "clock"), scene.clock

    def turn() -> None:
        for seconds in (3600, -5400, 2400):
            clock.turn(seconds)
            time.sleep(0.6)

    under_load(load, 2.5, turn)
    found = note("the clock set ahead and back", 0, check(scene, load))
    assert found.is_clean, found


def test_a_worker_dies_and_the_clock_is_set_back(scene: Scene) -> None:
    """What it had in hand does not wait until the clock has caught up."""
    if scene.clock is None:
        pytest.skip("there is no C compiler")
    load, clock = Load(scene.installation.port, "back"), scene.clock

    def die() -> None:
        scene.arm("effect_done")
        scene.passed("effect_done")
        clock.turn(-7200)

    under_load(load, 1.5, die)
    found = note("a worker dies, the clock goes back", 1, check(scene, load))
    clock.turn(7200)
    assert found.is_clean, found


def test_an_emptied_valkey_serves_again_by_itself_and_the_archive_has_what_it_had(
    scene: Scene,
) -> None:
    load = Load(scene.installation.port, "emptied")
    asyncio.run(load.run(1.0))
    before = check(scene, load)
    assert before.is_clean, before
    emptied = time.monotonic()
    scene.empty()
    scene.installation.wait_ready(10)
    note("Valkey emptied when all was archived", 0, before).longest = time.monotonic() - emptied
    after = Load(scene.installation.port, "after")
    asyncio.run(after.run(1.0))
    found = check(scene, after)
    assert found.is_clean, found


def test_who_was_archived_goes_on_where_they_stood(scene: Scene) -> None:
    shop, visitors = scene.installation, [f"goeson-{number}" for number in range(20)]
    for visitor in visitors:
        shop.say(visitor, "你好")
        assert "要多大的" in str(shop.say(visitor, f"{visitor}的外套"))
    scene.settle()
    scene.empty()
    shop.wait_ready(15)
    for visitor in visitors:
        assert f"记下了：{visitor}的外套，42 号" in str(shop.say(visitor, "42 号"))


def test_no_word_in_a_console_empties_the_embedded_valkey(scene: Scene) -> None:
    load = Load(scene.installation.port, "flushed")

    def flush() -> None:
        for refused in (scene.redis.flushall, scene.redis.flushdb):
            with pytest.raises(ResponseError, match="unknown command"):
                refused()

    under_load(load, 1.5, flush)
    found = note("FLUSHALL and FLUSHDB under load", 0, check(scene, load))
    assert found.is_clean, found


@pytest.mark.xfail(
    strict=True,
    reason="what was said since the last archiving, seconds ago, is in Redis alone, and in its "
    "append-only file; where both are lost it is gone",
)
def test_a_valkey_lost_whole_under_load_loses_nothing(scene: Scene) -> None:
    load = Load(scene.installation.port, "lost")
    under_load(load, 2.0, scene.empty)
    found = note("Valkey lost whole under load (expected to fail)", 0, check(scene, load))
    assert found.is_clean, found


def test_a_visitor_is_answered_at_once_while_valkey_stands_still(scene: Scene) -> None:
    body = {"sender": "still-waiting", "message": "你好", "message_id": "1"}
    pids = scene.installation.pids(VALKEY)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        status, answer = asyncio.run(_say(scene.installation.port, body))
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        scene.installation.wait_ready()
    assert status == 200
    assert "稍后" in answer.decode()
    scene.settle()
    session = scene.redis.hget("s:still-waiting", "d")
    assert json.loads(session)["seq"] > 1, "it was answered afterwards"


async def _say(port: int, body: object) -> tuple[int, bytes]:
    line = Line(port)
    try:
        return await line.post("/webhooks/rest/webhook", body, seconds=2)
    finally:
        line.close()
