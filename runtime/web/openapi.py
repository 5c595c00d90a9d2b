"""The OpenAPI 3.1 description of the runtime, and a page that shows it without any dependency."""

from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from runtime.web.answers import json_answer

_TEXT = {"type": "string"}
_PROBLEM = {"description": "A problem (RFC 9457): what happened and what to do."}
_AGAIN = {
    **_PROBLEM,
    "headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}},
}
_MESSAGE = {
    "type": "object",
    "required": ["sender", "message"],
    "properties": {
        "sender": _TEXT,
        "message": _TEXT,
        "message_id": {**_TEXT, "description": "Makes the message count once."},
        "metadata": {"type": "object", "properties": {"lang": _TEXT}},
    },
}
_REPLIES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["recipient_id"],
        "properties": {
            "recipient_id": _TEXT,
            "text": _TEXT,
            "buttons": {
                "type": "array",
                "items": {"type": "object", "properties": {"title": _TEXT, "payload": _TEXT}},
            },
            "custom": {"type": "object"},
        },
    },
}
_EVENT = {
    "type": "object",
    "properties": {
        "anonymousId": _TEXT,
        "userId": _TEXT,
        "messageId": _TEXT,
        "event": _TEXT,
        "properties": {"type": "object"},
        "traits": {"type": "object"},
        "timestamp": {**_TEXT, "format": "date-time"},
    },
}

_FRAME = {"type": "object", "required": ["type"], "properties": {"type": _TEXT, "id": _TEXT}}
_FRAMES = {
    "type": "object",
    "properties": {"frames": {"type": "array", "items": _FRAME}, "seq": {"type": "integer"}},
}


def _post(summary: str, body: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "post": {
            "summary": summary,
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {
                "200": {
                    "description": "Committed; or kept on the disk while Redis is away, and "
                    "answered later.",
                    "content": {"application/json": {"schema": answer}},
                },
                "400": _PROBLEM,
                "413": _PROBLEM,
                "429": _AGAIN,
                "503": _AGAIN,
            },
        }
    }


def _get(summary: str) -> dict[str, Any]:
    return {"get": {"summary": summary, "responses": {"200": {"description": "As it says."}}}}


def _of_visitor(path: dict[str, Any], kind: str, **more: str) -> dict[str, Any]:
    """Say of a path that it is about a visitor, and what else its address may name."""
    names = {"visitor": "The visitor's id.", "lang": "As zh-CN.", "since": "The last seq shown."}
    asked = [
        {"name": name, "in": "query", "required": name == "visitor", "schema": _TEXT}
        | {"description": text}
        for name, text in (names | more).items()
    ]
    ((method, about),) = path.items()
    schema = _TEXT if kind == "text/event-stream" else _FRAMES
    found = {"description": "Frames, as over the socket.", "content": {kind: {"schema": schema}}}
    answers = {"200": found, "400": _PROBLEM, "503": _AGAIN}
    return {method: about | {"parameters": asked, "responses": about["responses"] | answers}}


def description() -> dict[str, Any]:
    """Give the whole description."""
    done = {"type": "object", "properties": {"success": {"type": "boolean"}}}
    batch = {"type": "object", "properties": {"batch": {"type": "array", "items": _EVENT}}}
    calls = ("track", "page", "identify", "alias", "screen", "group")
    paths = {
        "/webhooks/rest/webhook": _post("Rasa's REST channel", _MESSAGE, _REPLIES),
        **{f"/v1/{call}": _post(f"Segment's {call} call", _EVENT, done) for call in calls},
        "/v1/batch": _post("Many of Segment's calls", batch, done),
        "/healthz": _get("Whether the process lives"),
        "/readyz": _get("Whether a turn can be served; what is up, degraded or down"),
        "/metrics": _get("Gauges for Prometheus"),
        "/widget.js": _get("The embeddable launcher"),
        "/chat/events": _of_visitor(
            _get("The same frames as server-sent events"),
            "text/event-stream",
        ),
        "/chat/lines": _of_visitor(
            _get("The same frames as a long poll"),
            "application/json",
            wait="Seconds to wait when there is nothing new, 25 at most.",
            hello="1 answers at once with the first frame.",
            desk="The desk's state as last told; answers its changes, too.",
            agent="Who answers, as last told.",
        ),
        "/chat/frames": _of_visitor(
            _post("One frame, taken as over the socket", _FRAME, _FRAMES), "application/json"
        ),
        "/ws/chat": _get("The widget's WebSocket; see docs/reference/live.md"),
    }
    info = {"title": "Dialoom runtime", "version": "0.1.0"}
    return {"openapi": "3.1.0", "info": info, "paths": paths}


async def document(_request: Request) -> Response:
    """Give the description as JSON."""
    return json_answer(description())


async def page(_request: Request) -> Response:
    """Show the description to a person."""
    rows = []
    for path, methods in description()["paths"].items():
        for method, about in methods.items():
            name = f"<code>{method.upper()} {escape(path)}</code>"
            rows.append(f"<tr><td>{name}</td><td>{escape(about['summary'])}</td></tr>")
    style = "body{font:16px/1.6 system-ui;max-width:60rem;margin:3rem auto;padding:0 1rem}"
    style += "td{padding:.4rem 1rem .4rem 0}"
    return HTMLResponse(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Dialoom API</title>"
        f"<style>{style}</style><h1>Dialoom runtime API</h1>"
        '<p>The whole description: <a href="/api/openapi.json">openapi.json</a>.</p>'
        f"<table>{''.join(rows)}</table></html>"
    )


ROUTES = [Route("/api/openapi.json", document), Route("/api/docs", page)]
