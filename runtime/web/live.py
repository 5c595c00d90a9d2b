"""The WebSocket of the widget."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from redis.exceptions import RedisError

from runtime.services import Services
from runtime.web.connection import Connection, read_asked
from runtime.web.hub import Hub
from runtime.web.peers import Peer

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def chat_socket(
    services: Services, hub: Hub, query: bytes, receive: Receive, send: Send
) -> None:
    """Serve one widget, as ASGI has it: frames go by so often that nothing stands in between."""
    asked = read_asked(query)
    await receive()  # That it wants to connect.
    if asked is None:
        await send({"type": "websocket.close", "code": 4400, "reason": "visitor is missing"})
        return
    await send({"type": "websocket.accept"})
    peer, now = Peer(receive, send), asyncio.get_running_loop().time

    async def write(frame: Mapping[str, Any]) -> None:
        await peer.send({"type": "websocket.send", "text": orjson.dumps(frame).decode()})

    connection = Connection(services, asked, write)
    hub.peers.open.add(peer)
    hub.join(connection.visitor, connection)
    writer = asyncio.create_task(connection.write_lines())
    try:
        await write(await connection.hello())
        while (frame := await receive())["type"] == "websocket.receive":
            peer.heard = now()
            text = frame.get("text")
            if text is None:
                break
            await connection.take(text)
    except (OSError, RuntimeError, RedisError):
        pass  # It is gone; or Redis is, and it comes back in a while.
    finally:
        writer.cancel()
        hub.leave(connection.visitor, connection)
        hub.peers.open.discard(peer)
