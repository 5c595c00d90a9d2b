"""Another system that rules tell things: it notes every message, and knows each by its key."""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver(ThreadingHTTPServer):
    """Keeps (key, body) of every message in the order in which they came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[tuple[str, dict[str, Any]]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        """Name where it listens."""
        return f"127.0.0.1:{self.server_port}"

    def deeds(self, visitors: str) -> Counter[str]:
        """Count the different keys by visitor, of those whose name begins like that."""
        keys = {key: body["data"]["visitor"] for key, body in list(self.heard)}
        return Counter(name for name in keys.values() if name.startswith(visitors))

    def close(self) -> None:
        """Stop listening."""
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.heard.append((self.headers["webhook-id"], body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Keep quiet."""
