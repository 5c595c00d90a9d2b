"""Visitors who chat, look, buy and want gifts, and note what was acknowledged to them.

Each sends a message again, under the same id, until it is acknowledged; then the next one.
"""

import asyncio
import json
import random
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tests.faults.line import Line
from tests.faults.noted import FAILURES, PATIENCE, Noted, Taken, Talk
from tests.faults.widget import Widget


class Load:
    """A crowd of visitors whose names begin alike."""

    def __init__(self, port: int, name: str, pause: float = 0.1) -> None:
        self.port, self.name, self.pause = port, name, pause
        self.noted, self.over = Noted(), asyncio.Event()

    async def run(self, seconds: float = 3.0, many: int = 1) -> None:
        """Let the crowd go about for a while; `many` multiplies it."""
        asyncio.get_running_loop().call_later(seconds, self.over.set)
        kinds = {self.chat: 6, self.talk: 4, self.want: 4, self.look: 8, self.buy: 6}
        people = [
            kind(f"{self.name}-{kind.__name__}{number}")
            for kind, each in kinds.items()
            for number in range(each * many)
        ]
        tabs = [self.tab(f"{self.name}-tabs{n}", tab) for n in range(2) for tab in "abc"]
        await asyncio.gather(*people, *tabs)

    async def chat(self, visitor: str) -> None:
        """Chat over the REST channel; every answer must be that of the visitor's place."""
        line, talk = Line(self.port), Talk(visitor)
        await self.say(line, visitor, f"{visitor}/0", "你好", talk)
        while not self.over.is_set():
            said = talk.next()
            await self.say(line, visitor, f"{visitor}/{talk.turn}", said, talk)
            await self._pause()
        line.close()

    async def tab(self, visitor: str, tab: str) -> None:
        """Write from one of several tabs at once; what is answered depends on the others."""
        line = Line(self.port)
        for number in count():
            if self.over.is_set():
                break
            await self.say(line, visitor, f"{tab}{number}", f"{visitor}的{tab}第{number}件", None)
            await self._pause(0.3)
        line.close()

    async def talk(self, visitor: str) -> None:
        """Chat over a WebSocket, which is opened anew when it breaks; lines come once, in order."""
        widget = Widget(self.port, visitor, Talk(visitor), self.noted)
        await widget.send("你好")
        while not self.over.is_set():
            await widget.send(widget.talk.next())
            await self._pause()
        await widget.close()

    async def want(self, visitor: str) -> None:
        """Want gift after gift: each is a coupon and a message to another system."""
        line = Line(self.port)
        for number in count():
            if self.over.is_set():
                break
            await self._track(line, visitor, f"{visitor}/{number}", "Gift Wanted")
            self.noted.gifts[visitor] = number + 1
            await self._pause(4)
        line.close()

    async def look(self, visitor: str) -> None:
        """Look at a product, once, and stay: a second later there is a coupon."""
        line = Line(self.port)
        await asyncio.sleep(random.random())
        await self._track(line, visitor, f"{visitor}/0", "Product Viewed")
        self.noted.lates[visitor] = 1
        line.close()

    async def leave(self, visitor: str) -> None:
        """Look at a product and leave in time; that this was left is told late, as pages do."""
        line = Line(self.port)
        await self._track(line, visitor, f"{visitor}/0", "Product Viewed")
        happened = datetime.now(UTC) + timedelta(seconds=0.5)
        await asyncio.sleep(1.6)
        times = {"timestamp": happened.isoformat(), "sentAt": datetime.now(UTC).isoformat()}
        await self._track(line, visitor, f"{visitor}/1", "page_leave", **times)
        line.close()

    async def buy(self, visitor: str) -> None:
        """Say hello, meet a wording, and buy; the shop reports each order twice."""
        line, talk = Line(self.port), Talk(visitor)
        await self.say(line, visitor, f"{visitor}/0", "你好", talk)
        order = f"order-{visitor}"
        for number in (1, 2):
            said = {"properties": {"order_id": order, "total": 10}}
            await self._track(line, visitor, f"{visitor}/{number}", "Order Completed", **said)
            await self._pause(3)
        self.noted.orders[order] = visitor
        line.close()

    async def say(self, line: Line, visitor: str, name: str, said: str, talk: Talk | None) -> None:
        """Write a message until it is taken, and look at what is said to it."""
        body = {"sender": visitor, "message": said, "message_id": name}
        answer = await self._until_taken(
            line, "/webhooks/rest/webhook", body, Taken(visitor, name, said)
        )
        if talk is not None:
            talk.check([part["text"] for part in json.loads(answer)], self.noted)

    async def _track(self, line: Line, visitor: str, name: str, event: str, **more: Any) -> None:
        body = {"userId": visitor, "messageId": name, "event": event, **more}
        await self._until_taken(line, "/v1/track", body, Taken(visitor, name, event))

    async def _until_taken(self, line: Line, path: str, body: object, taken: Taken) -> bytes:
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE:
            self.noted.tries += 1
            try:
                status, answer = await line.post(path, body)
            except FAILURES as error:
                why = type(error).__name__
            else:
                if status == 200:
                    taken.after = time.monotonic() - begun
                    self.noted.taken.append(taken)
                    return answer
                why = str(status)
            self.noted.failures[why] += 1
            await asyncio.sleep(0.05 + 0.1 * random.random())
        raise AssertionError(f"{taken.id} was never taken; the last time: {why}")

    async def _pause(self, times: float = 1.0) -> None:
        await asyncio.sleep(self.pause * times * (0.5 + random.random()))
