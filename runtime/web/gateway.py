"""The gateway: messages, events and WebSockets go straight in, Starlette has the rest.

Flask is mounted beside it.
"""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from flows.schema import KIND_SCHEMAS, schema_of
from runtime.errors import RuntimeFailed
from runtime.services import open_services
from runtime.settings import Settings
from runtime.store.keys import CURRENT
from runtime.tracing import start_tracing
from runtime.web import chat_api, health, openapi, plain_http, straight, track_api
from runtime.web.answers import json_answer, on_failure, problem
from runtime.web.hub import Hub
from runtime.web.live import chat_socket

HERE = Path(__file__).parent
WIDGET_PARTS = ("wire.js", "widget.js")
_SOON_ANEW = {"Cache-Control": "public, max-age=300"}


class Gateway(Starlette):
    """Looks for what goes straight in, before Starlette looks at anything."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request, or serve a widget."""
        kind = scope["type"]
        if kind == "http" and scope["path"] in straight.STRAIGHT and straight.is_plain(scope):
            await straight.answer(self.state.services, scope, receive, send)
        elif kind == "websocket" and scope["path"] == "/ws/chat":
            query = scope["query_string"]
            await chat_socket(self.state.services, self.state.hub, query, receive, send)
        else:
            await super().__call__(scope, receive, send)


def make_gateway(settings: Settings, designer: Any) -> Gateway:
    """Build the ASGI application; `designer` is an ASGI application for everything else."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        services = app.state.services = open_services(settings)
        start_tracing("dialoom")
        with suppress(RedisError, OSError):  # Then the first session that is loaded brings it.
            await services.steady.catch_up(services.redis)
        services.releases.when_opened = _settle
        with suppress(RedisError, OSError, RuntimeFailed):  # The first visitor need not wait.
            await services.releases.get(int(await services.redis.get(CURRENT) or 0))
        hub = app.state.hub = Hub(services)
        watch = asyncio.create_task(hub.peers.watch())
        yield
        watch.cancel()
        hub.stop()
        await app.state.services.redis.aclose()

    routes: list[BaseRoute] = [*chat_api.ROUTES, *plain_http.ROUTES, *track_api.ROUTES]
    routes += health.ROUTES
    routes += [
        Route("/widget.js", widget_script),
        Route("/widget.css", widget_style),
        Route("/schemas/{kind}.json", schema),
        *openapi.ROUTES,
        Route("/demo", lambda _request: RedirectResponse("/demo/")),
        Mount("/demo", StaticFiles(directory=HERE / "demo", html=True)),
        Mount("/", designer),
    ]
    # The widget speaks from other people's pages, so these answers may be read from any origin.
    cors = Middleware(
        _OpenPaths,
        allow_origins=["*"],
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["Retry-After"],
    )
    return Gateway(
        routes=routes,
        lifespan=lifespan,
        middleware=[cors],
        exception_handlers={RuntimeFailed: lambda _request, error: on_failure(error)},
    )


_OPEN = ("/v1/", "/webhooks/", "/chat/", "/widget.")


class _OpenPaths(CORSMiddleware):
    """Opens only what widgets and trackers use; the designer stays closed to other origins."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and path.startswith(_OPEN):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _settle() -> None:
    """Keep what stays out of the rounds of the garbage collector, which stop all turns.

    A release is some hundred thousand objects. What an older one left behind is found here.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


async def widget_script(_request: Request) -> Response:
    """Give the embeddable launcher, its parts as one script; no name of theirs meets the page's."""
    parts = "".join((HERE / "widget" / name).read_text("utf-8") for name in WIDGET_PARTS)
    return Response(f"(() => {{\n{parts}}})();\n", headers=_SOON_ANEW, media_type="text/javascript")


async def widget_style(_request: Request) -> Response:
    """Give the launcher's style."""
    return FileResponse(HERE / "widget/widget.css", headers=_SOON_ANEW, media_type="text/css")


async def schema(request: Request) -> Response:
    """Give the JSON Schema of a YAML kind."""
    kind = request.path_params["kind"]
    if kind not in KIND_SCHEMAS:
        return problem(404, "There is no such kind.", f"Kinds: {', '.join(KIND_SCHEMAS)}.")
    return json_answer(schema_of(kind))
