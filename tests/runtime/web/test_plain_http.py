"""The ways without a WebSocket say what the socket says: over a real gunicorn and a real Valkey."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import redis
from starlette.testclient import TestClient
from websockets.sync.client import connect

from migrations.run import migrate
from runtime.db import open_engine
from runtime.services import Portal, Services
from runtime.settings import Settings
from runtime.web.gateway import make_gateway
from tests.runtime.web.asking import ORIGIN, Stream, poll, post, until
from tests.runtime.web.serving import Server
from tests.workspaces import publish_files


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("the designer is not asked here")


def publish(settings: Settings) -> None:
    engine = open_engine(settings.database)
    migrate(engine)
    portal = Portal(settings, engine)

    async def do(services: Services) -> int:
        return await publish_files(services)

    portal.call(do)
    portal.close()
    engine.dispose()


@pytest.fixture(scope="module")
def server(valkey: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data: Path = tmp_path_factory.mktemp("served")
    settings = Settings(data=data, redis_url=valkey.redis, secret_key="for tests only")
    client = redis.Redis.from_url(valkey.redis)
    client.flushall()
    client.close()
    publish(settings)
    found = Server(settings, longest=3.0)
    yield found
    found.stop()


def test_a_post_is_answered_as_the_socket_answers(server: Server) -> None:
    said = {"type": "message", "id": "1", "text": "你好"}
    with connect(f"ws://127.0.0.1:{server.port}/ws/chat?visitor=ws1&lang=zh-CN") as socket:
        hello = json.loads(socket.recv())
        socket.send(json.dumps(said))
        over_socket = [json.loads(socket.recv()) for _ in range(4)]
    over_post = post(server, "post1", **said)
    for frame in (*over_socket, *over_post):
        frame.pop("at", None)
    assert over_post == over_socket
    assert [frame["type"] for frame in over_post] == ["line", "line", "line", "ack"]
    first = poll(server, "post2", hello=1)["frames"]
    assert first == [hello]


def test_the_same_message_again_is_answered_the_same_and_counts_once(server: Server) -> None:
    said = {"type": "message", "id": "1", "text": "你好"}
    first, again = post(server, "twice", **said), post(server, "twice", **said)
    assert [f for f in first if f.get("from") == "bot"] == [
        f for f in again if f.get("from") == "bot"
    ]
    assert again[-1] == {"type": "ack", "id": "1"}
    assert len(poll(server, "twice")["frames"]) == 3


def test_lines_come_with_a_post_only_where_they_go_on(server: Server) -> None:
    assert len(post(server, "gap", type="message", id="1", text="你好")) == 4
    frames = post(server, "gap", since=1, type="message", id="2", text="你好")
    assert [frame["type"] for frame in frames] == ["ack"], "two lines were missing in between"
    last = poll(server, "gap")["seq"]
    frames = post(server, "gap", since=last, type="message", id="3", text="你好")
    assert [frame["type"] for frame in frames][-2:] == ["line", "ack"]
    assert frames[0]["seq"] == last + 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("not json", "bad_frame"),
        ("[]", "bad_frame"),
        ('{"type": "fly", "id": "c"}', "bad_frame"),
        ('{"type": "message", "id": "d", "text": ""}', "bad_frame"),
        (json.dumps({"type": "message", "id": "e", "text": "x" * 20_000}), "too_long"),
        (json.dumps({"type": "message", "id": "f", "text": "x" * 70_000}), "bad_frame"),
    ],
)
def test_a_bad_frame_is_an_error_as_over_the_socket(server: Server, body: str, code: str) -> None:
    with connect(f"ws://127.0.0.1:{server.port}/ws/chat?visitor=bad") as socket:
        socket.recv()
        socket.send(body)
        wanted = json.loads(socket.recv())
    answer = httpx.post(f"{server.url}/chat/frames?visitor=bad", content=body.encode())
    assert answer.json()["frames"] == [wanted]
    assert wanted["code"] == code


def test_other_ways_of_asking_are_told_what_is_wrong(server: Server) -> None:
    for path in ("events", "lines"):
        assert httpx.get(f"{server.url}/chat/{path}").status_code == 400
        assert httpx.head(f"{server.url}/chat/{path}?visitor=v").status_code == 200
    big = httpx.post(f"{server.url}/chat/frames?visitor=v", content=b"x" * 600_000)
    assert big.status_code == 400
    asks = ORIGIN | {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    preflight = httpx.options(f"{server.url}/chat/frames?visitor=v", headers=asks)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"


def test_a_poll_answers_at_once_or_waits(server: Server) -> None:
    begun = time.monotonic()
    assert poll(server, "waits", wait=1) == {"frames": [], "seq": 0}
    assert 0.9 < time.monotonic() - begun < 4
    post(server, "waits", type="message", id="1", text="你好")
    begun = time.monotonic()
    found = poll(server, "waits", since=1)
    assert [frame["seq"] for frame in found["frames"]] == [2, 3]
    assert found["seq"] == 3
    assert time.monotonic() - begun < 2


def test_a_poll_that_waits_is_woken_by_a_line_and_by_the_desk(server: Server) -> None:
    found: list[dict[str, Any]] = []

    def wait(**more: Any) -> threading.Thread:
        thread = threading.Thread(target=lambda: found.append(poll(server, "woken", **more)))
        thread.start()
        time.sleep(0.4)
        return thread

    thread = wait()
    post(server, "woken", type="message", id="1", text="你好")
    thread.join(10)
    assert [frame["seq"] for frame in found[0]["frames"]] == [1, 2, 3]
    thread = wait(since=3, desk="", agent="")
    post(server, "woken", type="human", id="2")
    thread.join(10)
    kinds = [frame["type"] for frame in found[1]["frames"]]
    assert "desk" in kinds
    last = found[1]["seq"]
    desk = next(frame for frame in found[1]["frames"] if frame["type"] == "desk")
    assert desk["state"] == "waiting"
    again = poll(server, "woken", since=last, desk="waiting", agent="", wait=1)
    assert again["frames"] == [], "what is known already is no news"
    assert poll(server, "woken", since=last, wait=1)["frames"] == [], "who did not say, waits"
    first = poll(server, "woken", since=last, hello=1)["frames"]
    assert [frame["type"] for frame in first] == ["hello", "desk"]


def test_a_stream_says_what_the_socket_says_and_resumes(server: Server) -> None:
    stream = Stream(server, "stream")
    assert stream.answer.headers["content-type"].startswith("text/event-stream")
    assert stream.answer.headers["x-accel-buffering"] == "no"
    assert stream.answer.headers["cache-control"] == "no-store"
    assert stream.answer.headers["access-control-allow-origin"] == "*"
    until(lambda: stream.of("hello"))
    assert stream.of("hello")[0]["seq"] == 0
    post(server, "stream", type="message", id="1", text="你好")
    until(lambda: len(stream.of("line")) == 3)
    post(server, "stream", type="human", id="2")
    until(lambda: stream.of("desk"))
    assert stream.of("desk")[0]["state"] == "waiting"
    named = [(name, str(frame["seq"])) for name, frame in stream.events if frame["type"] == "line"]
    assert named == [(str(seq + 1), str(seq + 1)) for seq in range(len(named))]
    until(lambda: stream.beats > 1)
    until(lambda: stream.ended)  # It has lasted long enough, and says so by ending well.
    stream.close()
    after = Stream(server, "stream", **{"Last-Event-ID": "2"})
    until(lambda: len(after.of("line")) == len(named) - 2)
    assert [line["seq"] for line in after.of("line")] == list(range(3, len(named) + 1))
    after.close()


def _watched(redis_url: str, visitor: str) -> int:
    client = redis.Redis.from_url(redis_url)
    (_, many), *_ = client.pubsub_numsub(f"live:{visitor}")
    client.close()
    return int(many)


@pytest.mark.parametrize("path", ["events", "lines"])
def test_who_leaves_is_forgotten(server: Server, valkey: Settings, path: str) -> None:
    asks = f"GET /chat/{path}?visitor=left HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(asks)
        until(lambda: _watched(valkey.redis, "left") == 1)
    begun = time.monotonic()
    until(lambda: _watched(valkey.redis, "left") == 0)
    assert time.monotonic() - begun < 2


def test_nobody_is_left_behind_and_nothing_was_said_to_the_log(server: Server) -> None:
    until(lambda: server.open_connections() == 0, 40)
    assert "Traceback" not in server.said()
    assert "ERROR" not in server.said().upper().replace("ERRORLOG", "")


def test_too_much_at_once_says_when_to_come_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(settings)
    monkeypatch.setattr("runtime.taking.MOST_MESSAGES", 0)
    said = b'{"type": "message", "id": "1", "text": "x"}'
    with TestClient(make_gateway(settings, _nothing)) as client:
        answer = client.post("/chat/frames?visitor=v", content=said, headers=ORIGIN)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert answer.headers["access-control-expose-headers"] == "Retry-After"


def test_while_redis_is_away_a_message_is_kept_and_who_listens_comes_again(
    settings: Settings,
) -> None:
    away = replace(settings, redis_url="redis://127.0.0.1:1/0")
    engine = open_engine(away.database)
    migrate(engine)
    engine.dispose()
    said = b'{"type": "message", "id": "1", "text": "x"}'
    with TestClient(make_gateway(away, _nothing)) as client:
        for path in ("events", "lines?hello=1", "lines"):
            asked = f"/chat/{path}{'&' if '?' in path else '?'}visitor=v"
            answer = client.get(asked, headers=ORIGIN)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert answer.headers["access-control-allow-origin"] == "*"
        answer = client.post("/chat/frames?visitor=v", content=said)
        assert answer.json()["frames"] == [{"type": "ack", "id": "1"}]
