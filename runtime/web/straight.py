"""The paths that are asked all the time, without the layers of a framework around them.

Messages, events and widgets come here first; whatever is not the plain form of these (another
method, packed bodies) goes the usual way through Starlette, which has the same functions. This
costs a third of it.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.responses import Response

from runtime import metering
from runtime.errors import RuntimeFailed
from runtime.services import Services
from runtime.web.answers import MOST_BODY, BadRequest, on_failure, read_body
from runtime.web.chat_api import answer_to
from runtime.web.track_api import take_call

Answering = Callable[[Services, Any, str], Awaitable[Any]]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def _message(services: Services, body: Any, _path: str) -> Any:
    return await answer_to(services, body)


STRAIGHT: dict[str, Answering] = {"/webhooks/rest/webhook": _message}
STRAIGHT |= {
    f"/v1/{kind}": take_call for kind in ("track", "page", "identify", "alias", "screen", "group")
}
_ANY = (b"access-control-allow-origin", b"*")
_JSON = (b"content-type", b"application/json")


def is_plain(scope: Any) -> bool:
    """Say whether a request has nothing about it that the usual way has to look at."""
    packed = any(name == b"content-encoding" for name, _value in scope["headers"])
    return scope["method"] == "POST" and not packed


async def answer(services: Services, scope: Any, receive: Receive, send: Send) -> None:
    """Answer a request of one of these paths."""
    path, way = scope["path"], metering.begin()
    try:
        body = read_body(await _whole(receive))
        if way:
            way.passed("read")
        content = orjson.dumps(await STRAIGHT[path](services, body, path))
    except RuntimeFailed as error:
        await _fail(on_failure(error), scope, receive, send)
        return
    except Exception:
        await _fail(Response("Internal Server Error", 500), scope, receive, send)
        raise
    headers = [_JSON, (b"content-length", b"%d" % len(content)), *_open_to(scope)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})
    if way:
        way.passed("reply")
        metering.end(way)


async def _whole(receive: Receive) -> bytes:
    """Give the body of a request, within limits."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST_BODY:
            break
    if len(body) > MOST_BODY:
        raise BadRequest(f"The body may have {MOST_BODY} bytes.")
    return body


def _open_to(scope: Any) -> list[tuple[bytes, bytes]]:
    """Let any page read the answer, as the widget speaks from other people's pages."""
    return [_ANY] if any(name == b"origin" for name, _value in scope["headers"]) else []


async def _fail(response: Response, scope: Any, receive: Receive, send: Any) -> None:
    response.raw_headers += _open_to(scope)
    await response(scope, receive, send)
