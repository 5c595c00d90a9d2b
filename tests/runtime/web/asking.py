"""Asks as the widget does where no WebSocket gets through, from another origin."""

import json
import threading
import time
from contextlib import suppress
from typing import Any

import httpx2 as httpx

from tests.runtime.web.serving import Server

Frames = list[dict[str, Any]]
ORIGIN = {"Origin": "https://shop.example"}


def post(server: Server, visitor: str, since: int | None = None, **frame: Any) -> Frames:
    asked = {"visitor": visitor, "lang": "zh-CN", **({} if since is None else {"since": since})}
    body = json.dumps(frame)
    headers = {"Content-Type": "text/plain", **ORIGIN}
    answer = httpx.post(f"{server.url}/chat/frames", params=asked, content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    found: Frames = answer.json()["frames"]
    return found


def poll(server: Server, visitor: str, since: int = 0, **more: Any) -> dict[str, Any]:
    asked = {"visitor": visitor, "lang": "zh-CN", "since": since, **more}
    answer = httpx.get(f"{server.url}/chat/lines", params=asked, headers=ORIGIN, timeout=40)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"
    found: dict[str, Any] = answer.json()
    return found


class Stream:
    """An open stream of events, read by a thread of its own."""

    def __init__(self, server: Server, visitor: str, since: int = 0, **headers: str) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.beats, self.ended = 0, False
        address = f"/chat/events?visitor={visitor}&lang=zh-CN&since={since}"
        self._client = httpx.Client(timeout=20)
        self._context = self._client.stream(
            "GET", f"{server.url}{address}", headers=ORIGIN | headers
        )
        self.answer = self._context.__enter__()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with suppress(httpx.HTTPError):
            self._read_lines()
        self.ended = True

    def _read_lines(self) -> None:
        name = ""
        for line in self.answer.iter_lines():
            if line.startswith("id: "):
                name = line[4:]
            elif line.startswith("data: "):
                self.events.append((name, json.loads(line[6:])))
                name = ""
            elif line == ":":
                self.beats += 1

    def of(self, kind: str) -> Frames:
        return [frame for _, frame in list(self.events) if frame["type"] == kind]

    def close(self) -> None:
        self._thread.join(20)
        self._client.close()


def until(holds: Any, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
