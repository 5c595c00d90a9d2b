"""A widget as lean as a client can be on the machine it measures: a bare socket, frames as RFC 6455."""

import asyncio
import base64
import json
import os
from dataclasses import dataclass

TEXT, CLOSE, LONG = 0x81, 0x88, 126
"""The first byte of a text and of the last frame, and how a size of two bytes is told."""


@dataclass
class Widget:
    """One open WebSocket."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, number: int, said: dict[str, str]) -> None:
        """Send a message and wait until it is acknowledged."""
        frame = {"type": "message", "id": str(number), **said}
        self._write(TEXT, json.dumps(frame, ensure_ascii=False).encode())
        wanted = f'"id":"{number}"'.encode()
        while b'"ack"' not in (answer := await self.read()) or wanted not in answer:
            pass

    async def read(self) -> bytes:
        """Read one frame."""
        _kind, size = await self.reader.readexactly(2)
        if size >= LONG:
            size = int.from_bytes(await self.reader.readexactly(2 if size == LONG else 8))
        return await self.reader.readexactly(size)

    def close(self) -> None:
        """Leave."""
        self._write(CLOSE, b"\x03\xe8")
        self.writer.close()

    def _write(self, kind: int, content: bytes) -> None:
        size = len(content)
        told = bytes([0x80 | size]) if size < LONG else bytes([0x80 | LONG]) + size.to_bytes(2)
        # A client has to mask what it sends; with zeros it stays as it is.
        self.writer.write(bytes([kind]) + told + b"\0\0\0\0" + content)


async def open_widget(port: int, visitor: str) -> Widget:
    """Open a widget and wait for its greeting."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=16_384)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /ws/chat?visitor={visitor}&lang=zh-CN HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in head, head
    widget = Widget(reader, writer)
    await widget.read()
    return widget
