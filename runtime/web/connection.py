"""One open widget, whatever carries its frames: lines by number, acknowledged after commit.

A WebSocket, a stream of events, a long poll and a frame by POST all go through here; a way only
says how a frame is written.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
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

MOST_FRAME = 64 * 1024
Write = Callable[[Mapping[str, Any]], Awaitable[None]]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """What a widget asks for in its address. `since` is the last line it has shown."""

    visitor: str
    lang: str
    since: int
    more: Mapping[str, str]


def read_asked(query: bytes) -> Asked | None:
    """Read an address's query; None where it names no visitor."""
    given = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    if not given.get("visitor"):
        return None
    since = read_seq(given.get("since", ""))
    return Asked(visitor_name(given["visitor"]), given.get("lang", "")[:20], since, given)


def read_seq(text: str) -> int:
    """Read a sequence number; 0 where there is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


class Connection:
    """One open widget. `seq` is that of the last line it was sent."""

    def __init__(self, services: Services, asked: Asked, write: Write) -> None:
        self.services, self._write = services, write
        self.visitor, self.lang, self.seq = asked.visitor, asked.lang, asked.since
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
        await self._write(frame)

    async def hello(self) -> dict[str, Any]:
        """Give the first frame: who answers here, and how far the log goes."""
        try:
            seen = await self.services.sessions.load(self.visitor)
            release = await self.services.releases.get(seen.session.release or seen.current)
        except RuntimeFailed:
            title = "Nothing is published yet."
            return {"type": "error", "id": "", "code": "closed", "title": title}
        title, greeting = greeting_of(release, self.lang)
        color = release.book.workspace.widget_color
        about = {"title": title, "greeting": greeting, "color": color}
        return {"type": "hello", "seq": seen.session.seq, "desk": seen.session.desk, **about}

    async def write_lines(self) -> None:
        """Send every line that is new, and who answers, whenever something was committed."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self.write_new()
            except RedisError:
                await asyncio.sleep(0.3)
                self._woken.set()
            except (OSError, RuntimeError):
                return

    async def write_new(self) -> None:
        """Send every line that is new, and who answers where that is news."""
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
                await self._write(line)

    async def take(self, text: str | bytes) -> None:
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
            await self.fail(message_id, error)
        else:
            await self.send(type="ack", id=message_id)
            if way:
                way.passed("reply")
                metering.end(way)

    async def _say_own(self, answer: Answer) -> None:
        """Send the lines of our own turn, where they go on from the last that was sent."""
        async with self._sending:
            if self.goes_on(answer):
                await self._send_lines(answer.lines)

    def goes_on(self, answer: Answer) -> bool:
        """Say whether the lines of a turn go on from the last that was sent."""
        lines = answer.lines
        return not answer.repeated and bool(lines) and lines[0]["seq"] == self.seq + 1

    async def fail(self, message_id: str, _error: Exception) -> None:
        """Say that a frame could not be taken, and is to be sent again."""
        await self.send(type="error", id=message_id, code="busy", title="Please try again.")

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
