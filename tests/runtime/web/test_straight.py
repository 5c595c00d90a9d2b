"""The straight way answers as the way through Starlette does."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request

from runtime.services import Services
from runtime.settings import Settings
from runtime.web import straight
from runtime.web.answers import MOST_BODY, read_json
from runtime.web.gateway import Gateway, make_gateway

REST = "/webhooks/rest/webhook"
HELLO = json.dumps({"sender": "v", "message": "你好"}).encode()
Answer = tuple[int, dict[bytes, bytes], bytes]


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("the designer is not asked here")


@pytest.fixture
async def gateway(settings: Settings, services: Services) -> AsyncIterator[Gateway]:
    app = make_gateway(settings, _nothing)
    async with app.router.lifespan_context(app):
        yield app


async def _ask(
    app: Gateway,
    path: str,
    *chunks: bytes,
    headers: tuple[tuple[bytes, bytes], ...] = (),
    **more: Any,
) -> Answer:
    waiting, sent = [*chunks], []

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.sleep(60)
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "headers": list(headers),
        "query_string": b"",
    }
    scope |= {"root_path": "", "scheme": "http", "server": ("x", 80), **more}
    await app(scope, receive, send)
    start, *rest = sent
    return start["status"], dict(start["headers"]), b"".join(one.get("body", b"") for one in rest)


def _goes_straight(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    passed, answer = list[str](), straight.answer

    async def noted(services: Services, scope: Any, *more: Any) -> None:
        passed.append(scope["path"])
        await answer(services, scope, *more)

    monkeypatch.setattr(straight, "answer", noted)
    return passed


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (HELLO, 200),
        (b"{", 400),
        (b"[]", 400),
        (b'{"sender": 5, "message": 7}', 400),
        (b"", 400),
        (b"\xff", 400),
        (json.dumps({"sender": "v", "message": "x" * 20_000}).encode(), 413),
        (b"[" * (MOST_BODY + 1), 400),
    ],
)
async def test_both_ways_answer_alike(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, body: bytes, status: int
) -> None:
    passed = _goes_straight(monkeypatch)
    first = await _ask(gateway, REST, body)
    assert passed == [REST]
    monkeypatch.setattr(straight, "is_plain", lambda _scope: False)
    second = await _ask(gateway, REST, body)
    assert passed == [REST]
    assert first[0] == second[0] == status
    second[1].pop(b"vary", None)  # Nobody keeps the answer to a POST.
    assert first[1] == second[1] or status == 200
    assert first[1][b"content-type"] == second[1][b"content-type"]
    if status != 200:
        assert first[2] == second[2]


async def test_a_body_in_pieces_is_put_together(gateway: Gateway) -> None:
    pieces = [HELLO[i : i + 5] for i in range(0, len(HELLO), 5)]
    status, headers, body = await _ask(gateway, REST, *pieces)
    assert (status, json.loads(body)[0]["text"]) == (200, "您好")
    assert int(headers[b"content-length"]) == len(body)
    status, _, _ = await _ask(gateway, REST, *[b"x" * 10_000] * 60)
    assert status == 400


@pytest.mark.parametrize("origin", [b"", b"https://shop.example"])
async def test_other_pages_may_read_the_answer(gateway: Gateway, origin: bytes) -> None:
    for body, status in ((HELLO, 200), (b"{", 400)):
        headers = ((b"cookie", b"a=b"), *(((b"origin", origin),) if origin else ()))
        found = await _ask(gateway, REST, body, headers=headers)
        assert found[0] == status
        assert found[1].get(b"access-control-allow-origin") == (b"*" if origin else None)


async def test_an_event_goes_straight_and_a_packed_one_does_not(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = _goes_straight(monkeypatch)
    call = json.dumps({"anonymousId": "v", "event": "Product Viewed", "messageId": "1"}).encode()
    assert await _ask(gateway, "/v1/track", call) == (
        200,
        {b"content-type": b"application/json", b"content-length": b"16"},
        b'{"success":true}',
    )
    status, _, _ = await _ask(gateway, "/v1/track", call, headers=((b"content-encoding", b"gzip"),))
    assert (status, passed) == (400, ["/v1/track"])


async def test_another_method_goes_the_usual_way(gateway: Gateway) -> None:
    with pytest.raises(AssertionError):
        await _ask(gateway, REST, b"", method="GET")
    asked = ((b"origin", b"https://a.example"), (b"access-control-request-method", b"POST"))
    status, headers, _ = await _ask(gateway, REST, b"", method="OPTIONS", headers=asked)
    assert status == 200
    assert headers[b"access-control-allow-origin"] == b"*"


async def test_a_failure_nobody_expected_is_answered(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_said: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(straight.STRAIGHT, REST, fail)
    with pytest.raises(ZeroDivisionError):
        await _ask(gateway, REST, HELLO)


async def test_what_starlette_reads_is_read_alike() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b'{"a": 1}', "more_body": False}

    assert await read_json(Request({"type": "http", "headers": []}, receive)) == {"a": 1}
