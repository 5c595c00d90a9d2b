"""The WebSocket of the widget: lines by sequence number, messages acknowledged after commit."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import orjson
from redis.exceptions import RedisError

from runtime import metering
from runtime.conversation import Answer
from runtime.errors import MessageRefused, RuntimeFailed
from runtime.messages import SPOKEN, Message, visitor_name
from runtime.services import Services
from runtime.taking import take
from runtime.thinking import greeting_of
from runtime.web.hub import Hub

MOST_FRAME = 64 * 1024
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
_log = logging.getLogger(__name__)


async def chat_socket(
    services: Services, hub: Hub, query: bytes, receive: Receive, send: Send
) -> None:
    """Serve one widget, as ASGI has it: frames go by so often that nothing stands in between."""
    asked = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    await receive()  # That it wants to connect.
    given, since = asked.get("visitor", ""), asked.get("since", "0")
    if not given:
        close = {"type": "websocket.close", "code": 4400, "reason": "visitor is missing"}
        await send(close)
        return
    await send({"type": "websocket.accept"})
    connection = _Connection(services, send, visitor_name(given), asked.get("lang", "")[:20])
    connection.seq = int(since) if since.isdigit() and len(since) < 16 else 0
    hub.join(connection.visitor, connection)
    writer = asyncio.create_task(connection.write_lines())
    try:
        await connection.hello()
        while (frame := await receive())["type"] == "websocket.receive":
            text = frame.get("text")
            if text is None:
                break
            await connection.take(text)
    except (OSError, RuntimeError):
        pass  # It is gone.
    finally:
        writer.cancel()
        hub.leave(connection.visitor, connection)


class _Connection:
    """One open widget. `seq` is that of the last line it was sent."""

    def __init__(self, services: Services, send: Send, visitor: str, lang: str) -> None:
        self.services, self._send, self.visitor, self.lang = services, send, visitor, lang
        self.seq = 0
        self.desk: tuple[str, str] | None = None
        self._woken, self._sending = asyncio.Event(), asyncio.Lock()
        self._is_taking, self._grown = False, (0, False)

    def grew(self, seq: int, at_desk: bool) -> None:
        """Look for new lines, unless it is our own turn that brings them."""
        if self._is_taking:
            self._grown = max(seq, self._grown[0]), at_desk
        elif at_desk or seq != self.seq or (self.desk and self.desk[0]):
            self._woken.set()

    def look(self) -> None:
        """Look for new lines."""
        self._woken.set()

    async def send(self, **frame: Any) -> None:
        """Send one frame."""
        text = orjson.dumps(frame).decode()
        await self._send({"type": "websocket.send", "text": text})

    async def hello(self) -> None:
        """Say who answers here, and how far the log goes."""
        try:
            seen = await self.services.sessions.load(self.visitor)
            release = await self.services.releases.get(seen.session.release or seen.current)
        except RuntimeFailed:
            await self.send(type="error", id="", code="closed", title="Nothing is published yet.")
            return
        title, greeting = greeting_of(release, self.lang)
        color = release.book.workspace.widget_color
        about = {"title": title, "greeting": greeting, "color": color}
        session = seen.session
        await self.send(type="hello", seq=session.seq, desk=session.desk, **about)

    async def write_lines(self) -> None:
        """Send every line that is new, and who answers, whenever something was committed."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self._write_new()
            except RedisError:
                await asyncio.sleep(0.3)
                self._woken.set()
            except (OSError, RuntimeError):
                return

    async def _write_new(self) -> None:
        before = self.seq
        seen = await self.services.sessions.load(self.visitor)
        if seen.session.seq < before:
            self.seq = 0  # The session had expired and began anew.
        if seen.session.seq > self.seq:
            lines = await self.services.sessions.lines_after(self.visitor, self.seq)
            async with self._sending:
                await self._send_lines(lines)
        desk = (seen.session.desk, seen.session.agent)
        if desk != self.desk and (self.desk is not None or desk[0]):
            await self.send(type="desk", state=desk[0], agent=desk[1])
        self.desk = desk

    async def _send_lines(self, lines: Sequence[Mapping[str, Any]]) -> None:
        for line in lines:
            if line["seq"] > self.seq:
                self.seq = line["seq"]
                await self.send(**line)

    async def take(self, text: str) -> None:
        """Take one frame, and acknowledge it once it is committed."""
        try:
            frame = orjson.loads(text) if len(text) <= MOST_FRAME else None
        except orjson.JSONDecodeError:
            frame = None
        if not isinstance(frame, dict):
            await self.send(type="error", id="", code="bad_frame", title="Not a JSON object.")
            return
        if frame.get("type") == "ping":
            await self.send(type="pong")
            return
        self._is_taking = True
        try:
            await self._answer(frame, str(frame.get("id") or ""))
        finally:
            self._is_taking = False
            (seq, at_desk), self._grown = self._grown, (0, False)
            if seq:
                self.grew(seq, at_desk)

    async def _answer(self, frame: dict[str, Any], message_id: str) -> None:
        way = metering.begin()
        try:
            message = self._message(frame, message_id)
            if way:
                way.passed("read")
            answer = await take(self.services, message)
            if answer is not None:
                await self._say_own(answer)
        except MessageRefused as error:
            await self.send(type="error", id=message_id, code=error.code, title=error.title)
        except (RuntimeFailed, RedisError, OSError) as error:
            _log.warning("a frame was not taken: %r", error)
            await self.send(type="error", id=message_id, code="busy", title="Please try again.")
        else:
            await self.send(type="ack", id=message_id)
            if way:
                way.passed("reply")
                metering.end(way)

    async def _say_own(self, answer: Answer) -> None:
        """Send the lines of our own turn, where they go on from the last that was sent."""
        async with self._sending:
            if not answer.repeated and answer.lines and answer.lines[0]["seq"] == self.seq + 1:
                await self._send_lines(answer.lines)

    def _message(self, frame: dict[str, Any], message_id: str) -> Message:
        kind, text = frame.get("type"), frame.get("text", "")
        payload, script = frame.get("payload", ""), frame.get("script", "")
        if kind not in (*SPOKEN, "click") or not message_id:
            raise MessageRefused("bad_frame", "The type is not known, or the id is missing.")
        if not all(isinstance(part, str) for part in (text, payload, script)):
            raise MessageRefused("bad_frame", "text, payload and script must be texts.")
        if kind == "message" and not (text.strip() or payload):
            raise MessageRefused("bad_frame", "The message is empty.")
        return Message(
            self.visitor,
            "widget",
            text.replace("\x00", ""),
            message_id,
            str(kind),
            self.lang,
            payload,
            {"script": script},
        )
