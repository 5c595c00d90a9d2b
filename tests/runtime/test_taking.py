"""Messages are taken while a real Valkey stands still, and answered in their order afterwards."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from rules.model import Event
from runtime.conversation import handle
from runtime.errors import MessageRefused, NoRoom, TooMany
from runtime.messages import Message
from runtime.services import Services
from runtime.settings import Settings
from runtime.store import keys
from runtime.store.spool import Spool
from runtime.taking import AWAY, LATER, MOST_EVENTS, MOST_MESSAGES, PATIENCE, later_words, take
from runtime.tasks.spooled import answer_spooled


class Still:
    """A Valkey that stands still."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def __enter__(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def __exit__(self, *_error: object) -> None:
        os.kill(self.pid, signal.SIGCONT)


@pytest.fixture
async def still(services: Services) -> Still:
    info = await services.redis.info("server")
    return Still(int(info["process_id"]))


async def texts(services: Services, visitor: str) -> list[str]:
    lines = await services.sessions.lines_after(visitor, 0)
    return [line["text"] for line in lines if line["from"] == "visitor"]


async def test_what_comes_while_redis_stands_still_is_taken_and_answered_in_order(
    services: Services, still: Still
) -> None:
    assert await take(services, Message("v", "rest", "你好", "m0")) is not None
    with still:
        begun = time.monotonic()
        for number in range(1, 6):
            kept = await take(services, Message("v", "rest", f"第{number}句", f"m{number}"))
            assert kept is None
        again = await take(services, Message("v", "rest", "第5句", "m5"))
        assert again is None
        assert time.monotonic() - begun < PATIENCE + 1, "only the first one waits"
    assert services.spool.waiting() == (5, 0)
    assert await answer_spooled(services) == 5
    assert not services.spool.is_open
    assert await texts(services, "v") == ["你好", *(f"第{n}句" for n in range(1, 6))]
    await asyncio.sleep(AWAY)
    assert await take(services, Message("v", "rest", "还在吗", "m6")) is not None


async def test_who_has_something_waiting_is_not_overtaken_by_themselves(services: Services) -> None:
    services.spool.keep(Message("v", "rest", "first", "m1"))
    assert await take(services, Message("v", "rest", "second", "m2")) is None
    assert await take(services, Message("w", "rest", "你好", "m1")) is not None
    assert await answer_spooled(services) == 2
    assert await texts(services, "v") == ["first", "second"]


async def test_events_and_clicks_keep_all_they_say(services: Services) -> None:
    event = Event("Order Completed", services.now(), {"order_id": "o", "total": 9.5})
    services.spool.keep(Message("v", "track", id="e", kind="event", data={"event": event}))
    services.spool.keep(Message("v", "widget", "", "c", "click", data={"script": "offer"}))
    assert await answer_spooled(services) == 2
    session = (await services.sessions.load("v")).session
    assert session.profile["order.total"] == 9.5


async def test_a_commit_that_was_done_all_the_same_is_not_done_again(services: Services) -> None:
    message = Message("v", "rest", "你好", "ours-1")  # It came without an id.
    await handle(services, message)  # Done, though nobody said so.
    services.spool.keep(message)
    services.spool.keep(Message("v", "rest", "再问一句", "ours-2"))  # Sent, and not done.
    await answer_spooled(services)
    assert await texts(services, "v") == ["你好", "再问一句"]


async def test_who_gives_no_id_is_given_one_that_nobody_sees(services: Services) -> None:
    for _ in range(2):
        assert await take(services, Message("v", "rest", "你好")) is not None
    lines = await services.sessions.lines_after("v", 0)
    assert [line.get("id", "") for line in lines if line["from"] == "visitor"] == ["", ""]
    marks = [key async for key in services.redis.scan_iter("m:v:ours-*")]
    assert len(marks) == 2
    assert 0 < await services.redis.ttl(marks[0]) <= keys.OURS_TTL


async def test_one_that_cannot_be_answered_stays_and_holds_up_nobody(services: Services) -> None:
    await services.redis.set(keys.session("broken"), "not a hash")
    services.spool.keep(Message("broken", "rest", "你好", "m1"))
    services.spool.keep(Message("v", "rest", "你好", "m1"))
    for _ in range(6):
        await answer_spooled(services)
    assert await texts(services, "v") == ["你好"]
    assert services.spool.waiting() == (0, 1)
    assert not services.spool.is_open


async def test_what_is_not_taken_says_so(services: Services, tmp_path: Path) -> None:
    with pytest.raises(MessageRefused):
        await take(services, Message("v", "rest", "x" * 10_001))
    services.under_way = MOST_EVENTS
    event = Event("page", services.now(), {})
    with pytest.raises(TooMany):
        await take(services, Message("v", "track", kind="event", data={"event": event}))
    assert await take(services, Message("v", "rest", "你好")) is not None, "messages go on"
    services.under_way = MOST_MESSAGES
    with pytest.raises(TooMany):
        await take(services, Message("v", "rest", "你好"))
    (tmp_path / "file").touch()
    with pytest.raises(NoRoom):
        Spool(tmp_path / "file").keep(Message("v", "rest", "你好"))


def test_a_spool_outlives_its_process(settings: Settings) -> None:
    first = Spool(settings.data)
    first.keep(Message("v", "rest", "你好", "m1", lang="zh-CN"))
    first.close()
    second = Spool(settings.data)
    assert second.is_open
    assert second.holds("v")
    assert [row.message.text for row in second.first()] == ["你好"]


def test_the_promise_is_in_the_visitors_language() -> None:
    assert later_words(Message("v", text="hello")) == LATER["en"]
    assert later_words(Message("v", text="在吗")) == LATER["zh"]
    assert later_words(Message("v", text="hello", lang="zh-CN")) == LATER["zh"]
