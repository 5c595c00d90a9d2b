"""A socket looks for new lines when its visitor's log has grown, and not for lines of its own."""

import asyncio
from typing import Any

import orjson
import pytest

from runtime.conversation import handle
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from runtime.web.hub import Hub
from runtime.web.live import chat_socket


class Noting:
    """A socket that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def grew(self, seq: int, at_desk: bool) -> None:
        self.told.append((seq, at_desk))

    def look(self) -> None:
        self.told.append("look")


async def _until(holds: Any) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.01)


async def test_only_the_sockets_of_a_visitor_are_told(services: Services) -> None:
    hub, mine, other = Hub(services), Noting(), Noting()
    hub.join("v", mine)
    hub.join("w", other)
    await _until(lambda: mine.told and other.told)
    assert mine.told == other.told == ["look"], "nobody knows what was missed before"
    answer = await handle(services, Message("v", text="你好", id="1"))
    await _until(lambda: len(mine.told) > 1)
    await handle(services, Message("v", kind="human", id="2"))
    await _until(lambda: len(mine.told) > 2)
    assert mine.told[1] == (answer.session.seq, False)
    assert mine.told[2][1] is True
    assert other.told == ["look"]
    hub.leave("v", mine)
    hub.stop()


async def test_after_a_cut_everybody_looks(services: Services) -> None:
    hub, mine = Hub(services), Noting()
    hub.join("v", mine)
    await _until(lambda: mine.told)
    await services.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    await _until(lambda: mine.told == ["look", "look"])
    await services.redis.publish(keys.live("v"), "7 0")
    await _until(lambda: mine.told[2:] == [(7, False)])
    hub.stop()


class Page:
    """A widget at the other end of a socket."""

    def __init__(self, services: Services, hub: Hub, query: str = "visitor=v") -> None:
        self.frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        self.frames.put_nowait({"type": "websocket.connect"})

        async def send(event: dict[str, Any]) -> None:
            self.sent.append(event)

        given = services, hub, query.encode(), self.frames.get, send
        self.task = asyncio.create_task(chat_socket(*given))

    def say(self, **frame: Any) -> None:
        text = orjson.dumps(frame).decode()
        self.frames.put_nowait({"type": "websocket.receive", "text": text})

    def got(self, kind: str) -> list[dict[str, Any]]:
        said = [orjson.loads(event["text"]) for event in self.sent if "text" in event]
        return [frame for frame in said if frame["type"] == kind]

    async def leave(self) -> None:
        self.frames.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self.task, 5)


@pytest.mark.parametrize("pages", [1, 3])
async def test_every_page_gets_every_line_once_and_in_order(services: Services, pages: int) -> None:
    hub = Hub(services)
    opened = [Page(services, hub) for _ in range(pages)]
    for number in range(12):
        opened[number % pages].say(type="message", id=f"m{number}", text="你好")
        if number % 4 == 3:
            await handle(services, Message("v", kind="agent_says", text="在", id=f"a{number}"))
    await _until(lambda: sum(len(page.got("ack")) for page in opened) == 12)
    last = (await services.sessions.load("v")).session.seq
    await _until(lambda: all(page.got("line")[-1]["seq"] == last for page in opened))
    for page in opened:
        assert [line["seq"] for line in page.got("line")] == list(range(1, last + 1))
        await page.leave()
    hub.stop()


async def test_a_page_that_comes_back_gets_what_it_missed(services: Services) -> None:
    hub = Hub(services)
    for number in range(9):
        await handle(services, Message("v", text="你好", id=str(number)))
    last = (await services.sessions.load("v")).session.seq
    page = Page(services, hub, "visitor=v&since=3")
    await _until(lambda: page.got("line") and page.got("line")[-1]["seq"] == last)
    assert [line["seq"] for line in page.got("line")] == list(range(4, last + 1))
    await page.leave()
    hub.stop()


async def test_an_own_turn_asks_redis_for_no_lines(services: Services) -> None:
    hub = Hub(services)
    page = Page(services, hub)
    await _until(lambda: page.got("hello"))
    await asyncio.sleep(0.05)
    await services.redis.config_resetstat()
    for number in range(5):
        page.say(type="message", id=str(number), text="你好")
        await _until(lambda n=number: len(page.got("ack")) == n + 1)
    stats = await services.redis.info("commandstats")
    assert "cmdstat_lrange" not in stats
    assert stats["cmdstat_evalsha"]["calls"] == stats["cmdstat_hmget"]["calls"] == 5
    await page.leave()
    hub.stop()
