"""The widget's ways where no WebSocket gets through: a stream of events, a long poll, posts.

A stream is one long answer; where somebody in between keeps it back, the widget asks for one
answer after the other. What the visitor does is posted, a frame each, either way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runtime.conversation import Answer
from runtime.services import Services
from runtime.web.answers import again, json_answer, problem, read_raw
from runtime.web.connection import Asked, Connection, Write, read_asked, read_seq
from runtime.web.hub import Hub
from runtime.web.peers import Peer

BEAT = 20.0
"""Seconds between signs of life; most of what stands in between waits for 30 or 60."""
LONGEST_STREAM = 300.0
"""Seconds after which a stream ends: whoever is still there comes back, whoever is not is gone."""
LONGEST_WAIT = 25.0
UNKEPT = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Ask = Callable[[Request, Asked], Awaitable[Response]]


async def frames(request: Request, asked: Asked) -> Response:
    """Take one frame, and give what the socket would have sent for it to whom it came from."""
    found: list[Mapping[str, Any]] = []
    posted = _Posted(request.app.state.services, asked, _onto(found))
    await posted.take(await read_raw(request))
    return json_answer({"frames": found, "seq": posted.seq})


class _Posted(Connection):
    """A single frame. Its sender hears of everything else by another way."""

    def __init__(self, services: Services, asked: Asked, write: Write) -> None:
        super().__init__(services, asked, write)
        self._follows = "since" in asked.more

    def goes_on(self, answer: Answer) -> bool:
        """Say whether the lines of a turn go on from what the sender has; all do from nothing."""
        lines = answer.lines
        return not self._follows or (bool(lines) and lines[0]["seq"] == self.seq + 1)

    async def fail(self, _message_id: str, error: Exception) -> None:
        """Leave it to the status of the answer."""
        raise error


async def lines(request: Request, asked: Asked) -> Response:
    """Give what is newer than `since`, or wait for it; `hello` asks for the first frame, too."""
    state, arrived = request.app.state, asyncio.Event()
    found: list[Mapping[str, Any]] = []
    connection = Connection(state.services, asked, _onto(found, arrived))
    if asked.more.get("hello"):
        found.append(await connection.hello())
    elif "desk" in asked.more:
        connection.desk = asked.more["desk"], asked.more.get("agent", "")
    await connection.write_new()
    if not (asked.more.get("hello") or "desk" in asked.more):
        found[:] = [frame for frame in found if frame["type"] != "desk"]  # Nobody knows if it is.
    if not found:
        wait = asked.more.get("wait", "")
        seconds = min(float(read_seq(wait)), LONGEST_WAIT) if wait else LONGEST_WAIT
        await _wait(state.hub, connection, (arrived.wait(), _left(request.receive)), seconds)
    return json_answer({"frames": found, "seq": connection.seq}, headers=UNKEPT)


async def _wait(
    hub: Hub, connection: Connection, ends: tuple[Awaitable[Any], ...], seconds: float
) -> None:
    """Let the lines be written until one of the ends comes, or the time is over."""
    hub.join(connection.visitor, connection)
    writer = asyncio.create_task(connection.write_lines())
    waited = [asyncio.ensure_future(end) for end in ends]
    try:
        await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (writer, *waited):
            task.cancel()
        hub.leave(connection.visitor, connection)
        await asyncio.gather(writer, *waited, return_exceptions=True)


async def _left(receive: Receive) -> None:
    """Wait until whoever asked is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _onto(found: list[Mapping[str, Any]], arrived: asyncio.Event | None = None) -> Write:
    async def write(frame: Mapping[str, Any]) -> None:
        found.append(frame)
        if arrived:
            arrived.set()

    return write


async def events(request: Request, asked: Asked) -> Response:
    """Stream the frames of a conversation as server-sent events; the id of each line is its seq."""
    last = read_seq(request.headers.get("last-event-id", ""))
    stream = _Stream(request.app.state.hub)
    asked = Asked(asked.visitor, asked.lang, max(asked.since, last), asked.more)
    stream.connection = Connection(request.app.state.services, asked, stream.write)
    stream.first = await stream.connection.hello()
    return stream


class _Stream(Response):
    """An answer that goes on as long as somebody takes it."""

    media_type = "text/event-stream"
    connection: Connection
    first: Mapping[str, Any]

    def __init__(self, hub: Hub) -> None:
        super().__init__(headers=UNKEPT)
        del self.headers["content-length"]
        self._hub = hub

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve it until the other end leaves, or it has lasted long enough."""
        peer = self._peer = Peer(receive, send, quiet=2 * LONGEST_STREAM)
        self._hub.peers.open.add(peer)
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        try:
            await self.write(self.first)
            ends = _left(receive), self._beat()
            await _wait(self._hub, self.connection, ends, LONGEST_STREAM)
            await send({"type": "http.response.body", "body": b""})
        except (OSError, RuntimeError):
            pass  # It is gone.
        finally:
            self._hub.peers.open.discard(peer)
            if peer.stuck:
                peer.cut()

    async def write(self, frame: Mapping[str, Any]) -> None:
        """Write one frame as an event."""
        name = b"id: %d\n" % frame["seq"] if frame["type"] == "line" else b""
        await self._put(name + b"data: " + orjson.dumps(frame) + b"\n\n")

    async def _beat(self) -> None:
        """Write a comment now and then, so that nobody in between takes the silence for an end."""
        while True:
            await asyncio.sleep(BEAT)
            await self._put(b":\n\n")

    async def _put(self, chunk: bytes) -> None:
        await self._peer.send({"type": "http.response.body", "body": chunk, "more_body": True})


def _way(path: str, method: str, ask: Ask) -> Route:
    """Route a path to a function that needs to know which visitor it is about."""

    async def answer(request: Request) -> Response:
        asked = read_asked(request.scope["query_string"])
        if asked is None:
            return problem(400, "The request could not be read.", "visitor is missing.")
        if request.method == "HEAD":
            return Response(headers=UNKEPT)
        try:
            return await ask(request, asked)
        except (RedisError, OSError):
            return again(problem(503, "Redis does not answer.", "Ask again in a second."), 1)

    return Route(path, answer, methods=[method])


ROUTES = [
    _way("/chat/events", "GET", events),
    _way("/chat/lines", "GET", lines),
    _way("/chat/frames", "POST", frames),
]
