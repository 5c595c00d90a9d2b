"""A widget as a browser has it: one WebSocket, opened anew, lines counted, frames sent again."""

import asyncio
import json
import random
import time
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.faults.noted import FAILURES, PATIENCE, Noted, Taken, Talk


class Widget:
    """A visitor's widget. It takes every line just once, in order, whatever breaks in between."""

    def __init__(self, port: int, visitor: str, talk: Talk, noted: Noted) -> None:
        self.address = f"ws://127.0.0.1:{port}/ws/chat?visitor={visitor}"
        self.visitor, self.talk, self.noted = visitor, talk, noted
        self.seq = 0
        self._socket: ClientConnection | None = None

    async def send(self, said: str) -> None:
        """Send a message until it is acknowledged, and take the lines that answer it."""
        begun, name = time.monotonic(), f"{self.visitor}/{self.talk.turn}"
        frame = json.dumps({"type": "message", "id": name, "text": said})
        lines, taken, why = list[str](), False, ""
        while not (taken and len(lines) >= len(self.talk.right)):
            if time.monotonic() - begun > PATIENCE:
                raise AssertionError(f"{name} was never taken; the last time: {why}")
            self.noted.tries += 1
            try:
                async with asyncio.timeout(15):
                    taken = await self._try(frame, name, lines) or taken
            except FAILURES as error:
                why = type(error).__name__
                self.noted.failures[why] += 1
                await self.close()
                await asyncio.sleep(0.05 + 0.1 * random.random())
        self.noted.taken.append(Taken(self.visitor, name, said, time.monotonic() - begun))
        self.talk.check(lines, self.noted)

    async def _try(self, frame: str, name: str, lines: list[str]) -> bool:
        if self._socket is None:
            self._socket = await connect(f"{self.address}&since={self.seq}", open_timeout=5)
        await self._socket.send(frame)
        taken = False
        while not (taken and len(lines) >= len(self.talk.right)):
            told: dict[str, Any] = json.loads(await self._socket.recv())
            if told["type"] == "error":
                raise ValueError(told["code"])
            taken |= told["type"] == "ack" and told["id"] == name
            if told["type"] == "line":
                self._take(told, lines)
        return taken

    def _take(self, line: dict[str, Any], lines: list[str]) -> None:
        if line["seq"] != self.seq + 1:
            self.noted.wrong.append(f"{self.visitor}: line {line['seq']} after {self.seq}")
        self.seq = line["seq"]
        if line["from"] == "bot":
            lines.append(line["text"])

    async def close(self) -> None:
        """Close the socket."""
        socket, self._socket = self._socket, None
        if socket is not None:
            with suppress(*FAILURES):
                socket.transport.abort()
                await socket.wait_closed()
