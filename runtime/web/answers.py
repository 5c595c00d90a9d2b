"""JSON in and out of the HTTP API; errors as RFC 9457 problem details."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from runtime.errors import (
    MessageRefused,
    NoRoom,
    NothingPublished,
    RuntimeFailed,
    SessionBusy,
    TooMany,
)

MOST_BODY = 512 * 1024


class BadRequest(RuntimeFailed):
    """A request that cannot be read."""


def json_answer(
    value: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with JSON."""
    return Response(orjson.dumps(value), status, headers, media_type="application/json")


def problem(status: int, title: str, detail: str = "") -> Response:
    """Answer with a problem: what happened, and what to do about it."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return Response(orjson.dumps(body), status, media_type="application/problem+json")


async def read_json(request: Request) -> Any:
    """Read a JSON body within limits; BadRequest says what is wrong with it."""
    return read_body(await read_raw(request))


async def read_raw(request: Request) -> bytes:
    """Read a body within limits."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY:
            raise BadRequest(f"The body may have {MOST_BODY} bytes.")
    return bytes(body)


def read_body(body: bytes | bytearray) -> Any:
    """Read JSON; BadRequest says what is wrong with it."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"The body is not JSON: {error}") from error


def on_failure(error: Exception) -> Response:
    """Turn an error of ours into an answer."""
    if isinstance(error, BadRequest):
        return problem(400, "The request could not be read.", str(error))
    if isinstance(error, MessageRefused):
        return problem(413, "The message was not taken.", str(error))
    if isinstance(error, NothingPublished):
        return problem(503, "Nothing is published yet.", "Publish a release in the designer.")
    if isinstance(error, SessionBusy):
        return problem(409, "This visitor is busy.", "Send the message again with the same id.")
    if isinstance(error, TooMany):
        return again(problem(429, "Too much at once.", "Send it again in a second."), 1)
    if isinstance(error, NoRoom):
        detail = "Neither Redis nor the disk takes it. Send it again in a while."
        return again(problem(503, "It could not be taken.", detail), 5)
    return problem(500, "The runtime failed.", type(error).__name__)


def again(answer: Response, seconds: int) -> Response:
    """Say after how many seconds it may be sent again."""
    answer.headers["Retry-After"] = str(seconds)
    return answer
