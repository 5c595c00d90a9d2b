"""Another system: a real HTTP server on loopback that answers as a test tells it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest


@dataclass
class Shop:
    """What was asked, and how to answer: as JSON, or in any other way that `behave` knows."""

    server: ThreadingHTTPServer
    answer: object = field(default_factory=dict)
    status: int = 200
    behave: Callable[[BaseHTTPRequestHandler], None] | None = None
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.server.server_port

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.name}/ask"

    def raw(self, *parts: bytes) -> None:
        """Answer with these bytes, whatever HTTP says."""
        self.behave = lambda handler: [handler.wfile.write(part) for part in parts] and None


class _Handler(BaseHTTPRequestHandler):
    shop: Shop

    def do_POST(self) -> None:
        shop = self.shop
        content = self.rfile.read(int(self.headers["Content-Length"]))
        shop.asked.append((self.path, dict(self.headers), content))
        self.close_connection = True
        with suppress(OSError):  # Some tests want us to hang up.
            shop.behave(self) if shop.behave else self._answer(shop)

    def _answer(self, shop: Shop) -> None:
        content = orjson.dumps(shop.answer)
        self.send_response(shop.status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A business system that DIALOOM_CONNECTOR_HOSTS allows."""
    handler = type("Handler", (_Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        handler.shop = found = Shop(server)
        monkeypatch.setenv("DIALOOM_CONNECTOR_HOSTS", f" {found.name},")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield found
        server.shutdown()
        thread.join()
