"""The HTTP of the runtime, over a real server socket's worth of ASGI."""

import gzip
import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from runtime.services import Portal, Services
from runtime.settings import Settings
from runtime.web.gateway import make_gateway
from tests.workspaces import publish_files


async def _nothing(scope: dict[str, object], receive: object, send: object) -> None:
    raise AssertionError("the designer is not asked here")


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    from migrations.run import migrate
    from runtime.db import open_engine

    engine = open_engine(settings.database)
    migrate(engine)
    portal = Portal(settings, engine)

    async def publish(services: Services) -> int:
        return await publish_files(services)

    portal.call(publish)
    with TestClient(make_gateway(settings, _nothing)) as client:
        yield client
    portal.close()
    engine.dispose()


def test_rasas_rest_channel_answers_in_rasas_shape(client: TestClient) -> None:
    answer = client.post("/webhooks/rest/webhook", json={"sender": "u1", "message": "你好"})
    assert answer.status_code == 200
    assert answer.json() == [
        {"recipient_id": "u1", "text": "您好"},
        {
            "recipient_id": "u1",
            "text": "请问需要什么？",
            "buttons": [
                {"title": "看价格", "payload": "/welcome.need.0"},
                {"title": "查订单", "payload": "/welcome.need.1"},
            ],
        },
    ]
    body = {"sender": "u1", "message": "/welcome.need.0"}
    assert client.post("/webhooks/rest/webhook", json=body).json()[0]["text"] == "7999 元"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"sender": [], "message": "x"}', 400),
        (b'{"sender": "u", "message": 5}', 400),
        (b"\xff\xfe", 400),
        (json.dumps({"sender": "u", "message": "x" * 20_000}).encode(), 413),
        (b'"' + b"x" * 600_000 + b'"', 400),
    ],
)
def test_a_bad_request_is_a_problem_that_says_why(
    client: TestClient, body: bytes, status: int
) -> None:
    answer = client.post("/webhooks/rest/webhook", content=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_segments_calls_are_taken_once(client: TestClient) -> None:
    order = {
        "anonymousId": "v1",
        "messageId": "m1",
        "event": "Product Added",
        "properties": {"name": "小米14", "price": 3999, "quantity": 2},
    }
    for _ in range(3):
        assert client.post("/v1/track", json=order).json() == {"success": True}
    batch = {"batch": [{**order, "messageId": "m2", "type": "track"}]}
    packed = gzip.compress(json.dumps(batch).encode())
    headers = {"content-encoding": "gzip"}
    assert client.post("/v1/batch", content=packed, headers=headers).status_code == 200
    with client.websocket_connect("/ws/chat?visitor=v1") as socket:
        assert socket.receive_json()["type"] == "hello"
    assert client.post("/v1/track", json={"event": "x"}).status_code == 400
    assert client.post("/v1/batch", json={"batch": 1}).status_code == 400


def test_the_widget_resumes_where_it_was(client: TestClient) -> None:
    with client.websocket_connect("/ws/chat?visitor=w1&lang=zh-CN&since=0") as socket:
        assert socket.receive_json()["seq"] == 0
        frame = {"type": "message", "id": "a", "text": "你好"}
        socket.send_json(frame)
        socket.send_json(frame)
        frames = [socket.receive_json() for _ in range(5)]
        lines = [frame for frame in frames if frame["type"] == "line"]
        assert [line["text"] for line in lines] == ["你好", "您好", "请问需要什么？"]
        assert [frame["id"] for frame in frames if frame["type"] == "ack"] == ["a", "a"]
        for bad in ("not json", '{"type": "message", "id": "b"}', '{"type": "fly", "id": "c"}'):
            socket.send_text(bad)
            assert socket.receive_json()["code"] == "bad_frame"
    with client.websocket_connect("/ws/chat?visitor=w1&since=2") as socket:
        assert socket.receive_json()["seq"] == 3
        assert socket.receive_json()["seq"] == 3


def test_health_and_descriptions_are_there(client: TestClient) -> None:
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz").json()
    assert ready["ready"]
    assert ready["parts"]["rule_matcher"]["matcher"] == "durable-rules"
    assert "dialoom_release_current 1" in client.get("/metrics").text
    assert client.get("/api/openapi.json").json()["openapi"] == "3.1.0"
    assert "REST channel" in client.get("/api/docs").text
    assert client.get("/schemas/flow.json").json()["title"] == "Dialoom flow"
    assert client.get("/schemas/nothing.json").status_code == 404
    assert client.get("/widget.js").headers["content-type"].startswith("text/javascript")
    assert "iphone15pro" in client.get("/demo/iphone15pro/").text


def test_an_offer_comes_in_the_language_of_the_page(client: TestClient) -> None:
    call = {"anonymousId": "e1", "event": "Product Viewed", "context": {"locale": "en-US"}}
    assert client.post("/v1/track", json=call).status_code == 200
    answer = client.post("/webhooks/rest/webhook", json={"sender": "e1", "message": ""})
    assert [button["title"] for button in answer.json()[-1]["buttons"]] == ["Prices", "My order"]
