"""The WebSocket of the widget: lines by sequence number, messages acknowledged after commit."""

import asyncio
import logging
from collections import defaultdict
from typing import Any

import orjson
from redis.exceptions import RedisError
from starlette.websockets import WebSocket, WebSocketDisconnect

from runtime.conversation import handle
from runtime.errors import MessageRefused, RuntimeFailed
from runtime.messages import SPOKEN, Message, visitor_name
from runtime.services import Services
from runtime.store.keys import LIVE
from runtime.thinking import greeting_of

MOST_FRAME = 64 * 1024
_log = logging.getLogger(__name__)


class Hub:
    """Wakes the sockets of a visitor when something was committed, by whichever process."""

    def __init__(self) -> None:
        self._sockets: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    def start(self, services: Services) -> None:
        """Begin to listen, once."""
        if self._task is None:
            self._task = asyncio.create_task(self._listen(services))

    async def stop(self) -> None:
        """Stop listening; once may not do, as connecting to Redis can swallow a cancellation."""
        while self._task and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=0.5)

    def join(self, visitor: str) -> asyncio.Event:
        """Give an event that is set whenever this visitor's log may have grown."""
        woken = asyncio.Event()
        self._sockets[visitor].add(woken)
        return woken

    def leave(self, visitor: str, woken: asyncio.Event) -> None:
        """Forget a socket."""
        self._sockets[visitor].discard(woken)
        if not self._sockets[visitor]:
            del self._sockets[visitor]

    async def _listen(self, services: Services) -> None:
        while True:
            try:
                async with services.redis.pubsub() as channel:
                    await channel.subscribe(LIVE)
                    # What was committed while we were away is found by looking again.
                    for sockets in self._sockets.values():
                        for woken in sockets:
                            woken.set()
                    async for said in channel.listen():
                        if said["type"] == "message":
                            for woken in self._sockets.get(said["data"].decode(), ()):
                                woken.set()
            except (RedisError, OSError):
                await asyncio.sleep(0.3)


async def chat_socket(socket: WebSocket) -> None:
    """Serve one widget."""
    services: Services = socket.app.state.services
    hub: Hub = socket.app.state.hub
    given = socket.query_params.get("visitor", "")
    if not given:
        await socket.close(4400, "visitor is missing")
        return
    visitor, lang = visitor_name(given), socket.query_params.get("lang", "")[:20]
    since = socket.query_params.get("since", "0")
    await socket.accept()
    connection = _Connection(services, socket, visitor, lang)
    connection.seq = int(since) if since.isdigit() and len(since) < 16 else 0
    woken = hub.join(visitor)
    woken.set()
    writer = asyncio.create_task(connection.write_lines(woken))
    try:
        await connection.hello()
        while True:
            await connection.take(await socket.receive_text())
    except (WebSocketDisconnect, RuntimeError, KeyError):
        pass
    finally:
        writer.cancel()
        hub.leave(visitor, woken)


class _Connection:
    """One open widget."""

    def __init__(self, services: Services, socket: WebSocket, visitor: str, lang: str) -> None:
        self.services, self.socket, self.visitor, self.lang = services, socket, visitor, lang
        self.seq = 0
        self.desk: tuple[str, str] | None = None

    async def send(self, **frame: Any) -> None:
        await self.socket.send_text(orjson.dumps(frame).decode())

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

    async def write_lines(self, woken: asyncio.Event) -> None:
        """Send every line that is new, and who answers, whenever something was committed."""
        while True:
            await woken.wait()
            woken.clear()
            try:
                await self._write_new()
            except (WebSocketDisconnect, RuntimeError):
                return
            except (RedisError, OSError):
                await asyncio.sleep(0.3)
                woken.set()

    async def _write_new(self) -> None:
        seen = await self.services.sessions.load(self.visitor)
        if seen.session.seq < self.seq:
            self.seq = 0  # The session had expired and began anew.
        if seen.session.seq > self.seq:
            for line in await self.services.sessions.lines_after(self.visitor, self.seq):
                await self.send(**line)
                self.seq = line["seq"]
        desk = (seen.session.desk, seen.session.agent)
        if desk != self.desk and (self.desk is not None or desk[0]):
            await self.send(type="desk", state=desk[0], agent=desk[1])
        self.desk = desk

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
        message_id = str(frame.get("id") or "")
        try:
            await handle(self.services, self._message(frame, message_id))
        except MessageRefused as error:
            await self.send(type="error", id=message_id, code=error.code, title=error.title)
        except (RuntimeFailed, RedisError, OSError) as error:
            _log.warning("a frame was not taken: %r", error)
            await self.send(type="error", id=message_id, code="busy", title="Please try again.")
        else:
            await self.send(type="ack", id=message_id)

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
