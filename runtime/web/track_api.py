"""Segment's HTTP tracking API, so that every Segment SDK with its host changed works here."""

import gzip
import zlib
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runtime.events import BadEvent, locale_of, read_event
from runtime.messages import Message, visitor_name
from runtime.services import Services
from runtime.taking import take
from runtime.web.answers import MOST_BODY, BadRequest, json_answer, read_json

MOST_IN_BATCH = 500


async def one_call(request: Request) -> Response:
    """Take one call: track, page, identify, alias, screen or group."""
    services: Services = request.app.state.services
    return json_answer(await take_call(services, await _body(request), request.url.path))


async def take_call(services: Services, call: Any, path: str) -> dict[str, bool]:
    """Take one call; the last part of its path says of which kind it is."""
    await take(services, _message(services, call, path.rsplit("/", 1)[-1]))
    return {"success": True}


async def batch(request: Request) -> Response:
    """Take a batch of calls; either all can be read, or none is taken."""
    body = await _body(request)
    calls = body.get("batch") if isinstance(body, dict) else None
    if not isinstance(calls, list) or len(calls) > MOST_IN_BATCH:
        raise BadRequest(f'The body must be {{"batch": […]}} with at most {MOST_IN_BATCH} calls.')
    services: Services = request.app.state.services
    messages = [_message(services, call, "") for call in calls]
    for message in messages:
        await take(services, message)
    return json_answer({"success": True})


def _message(services: Services, call: Any, kind: str) -> Message:
    try:
        visitor, message_id, event = read_event(call, kind, services.now())
    except BadEvent as error:
        raise BadRequest(str(error)) from error
    name, data = visitor_name(visitor), {"event": event}
    # Segment's own field: an offer that comes unasked should come in the visitor's language.
    return Message(name, "track", id=message_id, kind="event", lang=locale_of(call), data=data)


async def _body(request: Request) -> Any:
    if request.headers.get("content-encoding") != "gzip":
        return await read_json(request)
    packed = bytearray()
    async for chunk in request.stream():
        packed += chunk
        if len(packed) > MOST_BODY:
            raise BadRequest(f"The body may have {MOST_BODY} bytes.")
    try:
        opened = zlib.decompressobj(wbits=31).decompress(bytes(packed), MOST_BODY * 8)
        return orjson.loads(opened)
    except (zlib.error, gzip.BadGzipFile, orjson.JSONDecodeError) as error:
        raise BadRequest(f"The body is not gzipped JSON: {error}") from error


_KINDS = ("track", "page", "identify", "alias", "screen", "group")
ROUTES = [Route(f"/v1/{kind}", one_call, methods=["POST"]) for kind in _KINDS]
ROUTES += [Route(f"/v1/{name}", batch, methods=["POST"]) for name in ("batch", "import")]
