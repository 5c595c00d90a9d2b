"""Every process is killed in turn during a chat; the conversation goes on where it was."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import httpx2 as httpx
import psutil
import pytest

from designer import drafts
from runtime.db import open_engine, transaction
from runtime.settings import Settings
from runtime.tables import CouponIssue
from tests.installation import Installation, demo_with_short_dwell


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    data = tmp_path_factory.mktemp("kills")
    found = Installation(data)
    found.run("import", str(demo_with_short_dwell(data / "workspace")), "--publish")
    found.start()
    yield found
    found.stop()


def _kill(installation: Installation, word: str) -> None:
    pids = installation.pids(word)
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.5)
    installation.wait_ready()


@pytest.mark.parametrize("word", ["wsgi:web()", "runtime.tasks.worker", "valkey.sock"])
def test_a_conversation_survives_a_kill(installation: Installation, word: str) -> None:
    sender = f"kill-{word[:6]}"
    assert "预算" in str(installation.say(sender, "我想买手机，帮我推荐一下", "m1"))
    _kill(installation, word)
    again = installation.say(sender, "我想买手机，帮我推荐一下", "m1")
    assert "预算" in str(again)
    assert "小米14" in str(installation.say(sender, "5000", "m2"))


def test_a_second_start_on_the_same_data_is_refused(installation: Installation) -> None:
    said = installation.run("up", status=1)
    assert "already" in said
    other = Installation(installation.data / "other")
    other.environment["DIALOOM_PORT"] = str(installation.port)
    assert "taken" in other.run("up", status=1)
    installation.wait_ready()


def test_ten_equal_messages_at_once_over_http_make_one_turn(installation: Installation) -> None:
    answers: list[object] = []

    def send() -> None:
        answers.append(installation.say("ten", "可以开发票吗", "same"))

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 10
    assert all(answer == answers[0] for answer in answers)


def test_a_coupon_is_pushed_once_though_the_worker_is_killed(installation: Installation) -> None:
    for number in range(5):
        event = {
            "anonymousId": f"coupon-{number}",
            "messageId": f"c{number}",
            "event": "Product Viewed",
            "properties": {"name": "iPhone15 Pro"},
        }
        httpx.post(f"{installation.url}/v1/track", json=event).raise_for_status()
    time.sleep(2.0)
    _kill(installation, "runtime.tasks.worker")
    engine = open_engine(Settings(data=installation.data / "var").database)
    deadline = time.monotonic() + 40
    issued: dict[str, int] = {}
    while time.monotonic() < deadline and len(issued) < 5:
        time.sleep(0.5)
        with transaction(engine, writes=False) as database:
            issued = {}
            for row in database.query(CouponIssue):
                if row.visitor.startswith("coupon-"):
                    issued[row.visitor] = issued.get(row.visitor, 0) + 1
    time.sleep(1)
    engine.dispose()
    assert issued == {f"coupon-{number}": 1 for number in range(5)}


def test_nothing_is_left_when_the_supervisor_is_killed(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    installation = Installation(tmp_path_factory.mktemp("orphans"))
    installation.start()
    assert installation.process
    children = psutil.Process(installation.process.pid).children(recursive=True)
    assert len(children) >= 6
    installation.stop(signal.SIGKILL)
    assert not any(child.is_running() for child in children)
    data = installation.data / "var"
    engine = open_engine(Settings(data=data).database)
    before = drafts.files(engine)
    engine.dispose()
    installation.start()
    engine = open_engine(Settings(data=data).database)
    assert drafts.files(engine) == before
    engine.dispose()
    installation.stop()
