"""Asking another system over HTTP: what goes out, what comes back, and what is never done."""

import gzip
import re
import socket
import time
import tracemalloc
from typing import Any

import orjson
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from plugins.connectors import outside
from runtime.errors import ConnectorFailed
from tests.plugins.connectors.conftest import Shop

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def ask(shop: Shop, *, url: str = "", seconds: float = 5, **more: Any) -> Any:
    allowed = frozenset({shop.name, f"localhost:{shop.port}", f"shop.example:{shop.port}"})
    asked = {"key": "k1", "allowed": allowed} | more
    return outside.post(url or shop.url, {"order": "A17", "多": 1}, seconds=seconds, **asked)


def test_json_goes_out_and_json_comes_back(shop: Shop) -> None:
    shop.answer = {"state": "已发货", "items": [1, 2.5, None, True]}
    assert ask(shop, url=shop.url + "?a=b") == shop.answer
    (path, headers, content), *others = shop.asked
    assert not others
    assert path == "/ask?a=b"
    assert orjson.loads(content) == {"order": "A17", "多": 1}
    assert headers["Host"] == shop.name
    assert headers["User-Agent"] == "Dialoom"
    assert headers["Idempotency-Key"] == "k1"
    assert headers["Content-Type"] == "application/json"
    assert not [name for name in headers if name.lower().startswith("webhook")]


@pytest.mark.parametrize("key", ["v-1:order.状态:3", "k\r\nX-Other: 1", "a b"])
def test_a_key_of_any_letters_stays_one_header(shop: Shop, key: str) -> None:
    ask(shop, key=key)
    headers = shop.asked[0][1]
    assert "X-Other" not in headers
    assert headers["Idempotency-Key"].isascii()
    ask(shop, key=key + "!")
    assert headers["Idempotency-Key"] != shop.asked[1][1]["Idempotency-Key"]


def test_the_signature_is_that_of_standard_webhooks(shop: Shop) -> None:
    ask(shop, secret=SECRET, key="k-订单.1")
    _, headers, content = shop.asked[0]
    assert Webhook(SECRET).verify(content, headers) == {"order": "A17", "多": 1}
    assert headers["webhook-id"] == headers["Idempotency-Key"]
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(content + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(content, headers | {"webhook-id": "k2"})


@pytest.mark.parametrize("secret", ["whsec_", "whsec_不", "whsec_MfKQ!9r8G", "open sesame"])
def test_a_secret_that_is_none_sends_nothing(shop: Shop, secret: str) -> None:
    with pytest.raises(ConnectorFailed, match="DIALOOM_CONNECTOR_SECRET is not"):
        ask(shop, secret=secret)
    assert not shop.asked


@pytest.mark.parametrize(
    ("status", "why"),
    [(400, "answered 400"), (404, "answered 404"), (503, r"^127\.0\.0\.1 answered 503$")],
)
def test_a_status_that_says_no(shop: Shop, status: int, why: str) -> None:
    shop.status, shop.answer = status, {"error": "no"}
    with pytest.raises(outside.Declined, match=why) as caught:
        ask(shop)
    assert caught.value.body == b'{"error":"no"}'


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("inside", [False, True])
def test_redirects_are_not_followed(shop: Shop, status: int, inside: bool) -> None:
    target = shop.url if inside else "http://169.254.169.254/latest/meta-data/"
    shop.raw(b"HTTP/1.1 %d Found\r\nLocation: %b\r\n\r\n{}" % (status, target.encode()))
    with pytest.raises(ConnectorFailed, match=f"answered {status}"):
        ask(shop)
    assert len(shop.asked) == 1


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ((OK, b"\r\n", b"<html>"), "the answer is not JSON"),
        ((OK, b"\r\n", b""), "the answer is not JSON"),
        ((OK, b"\r\n", b'{"a": "\xff"}'), "the answer is not JSON"),
        ((OK, b"\r\n", b"[" * 5000), "the answer is not JSON"),
        ((OK, b"\r\n", b'{"a": NaN}'), "the answer is not JSON"),
        ((OK, b"Content-Length: 9\r\n\r\n", b"{}"), "127.0.0.1 broke off"),
        ((OK, b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n"), "127.0.0.1 broke off"),
        ((OK, b"Content-Encoding: gzip\r\n\r\n", b"{}"), "127.0.0.1 broke off"),
        ((b"SSH-2.0-OpenSSH_9\r\n",), "127.0.0.1 broke off"),
        ((b"",), "127.0.0.1 broke off"),
        ((OK, b"X: y\r\n" * 200, b"\r\n{}"), "127.0.0.1 broke off"),
        ((OK, b"X: " + b"y" * 70_000, b"\r\n\r\n{}"), "127.0.0.1 broke off"),
    ],
)
def test_an_answer_that_is_none(shop: Shop, parts: tuple[bytes, ...], why: str) -> None:
    shop.raw(*parts)
    with pytest.raises(ConnectorFailed, match=f"^{why}$"):
        ask(shop)


def test_no_content_is_an_answer_without_json(shop: Shop) -> None:
    shop.raw(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert ask(shop) is None


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_may_have_64_kib(shop: Shop, packed: bool) -> None:
    for size, fits in ((65_536, True), (65_537, False)):
        content = b'"' + b"x" * (size - 2) + b'"'
        head = OK + (b"Content-Encoding: gzip\r\n\r\n" if packed else b"\r\n")
        shop.raw(head, gzip.compress(content) if packed else content)
        if fits:
            assert ask(shop) == "x" * (size - 2)
        else:
            with pytest.raises(ConnectorFailed, match="the answer is larger than 64 KiB"):
                ask(shop)


@pytest.mark.parametrize("times", [1, 2])
def test_a_gzip_bomb_is_not_unpacked(shop: Shop, times: int) -> None:
    bomb = b"0" * 30_000_000
    for _ in range(times):
        bomb = gzip.compress(bomb, 6)
    shop.raw(OK, b"Content-Encoding: %b\r\n\r\n" % b", ".join([b"gzip"] * times), bomb)
    tracemalloc.start()
    with pytest.raises(ConnectorFailed, match="the answer is larger than 64 KiB"):
        ask(shop)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (b"", "no answer within 0.2 s"),
        (b"HTTP/1.1 ", "no answer within 0.2 s"),
        (OK + b"X-Slow: ", "no answer within 0.2 s"),
        (OK + b"\r\n", "no answer within 0.2 s"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", "no answer within 0.2 s"),
        (b"HTTP/1.1 500 No\r\n\r\n", "127.0.0.1 answered 500"),
    ],
)
def test_a_server_that_drips_is_left_when_the_time_is_over(
    shop: Shop, before: bytes, why: str
) -> None:
    shop.behave = lambda handler: drip(handler, before)
    began = time.monotonic()
    with pytest.raises(ConnectorFailed, match=f"^{re.escape(why)}$"):
        ask(shop, seconds=0.2)
    assert 0.15 < time.monotonic() - began < 1


def drip(handler: Any, before: bytes) -> None:
    handler.wfile.write(before)
    for _ in range(100):
        handler.wfile.write(b"1")
        time.sleep(0.02)


def test_a_server_that_says_nothing_is_left_when_the_time_is_over(shop: Shop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        name = f"127.0.0.1:{mute.getsockname()[1]}"
        for url in (f"http://{name}/", f"https://{name}/"):
            began = time.monotonic()
            with pytest.raises(ConnectorFailed, match=r"^no answer within 0\.2 s$"):
                ask(shop, url=url, seconds=0.2, allowed=frozenset({name}))
            assert time.monotonic() - began < 1


def test_a_name_that_nobody_knows_yet_when_the_time_is_over(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(2))
    began = time.monotonic()
    with pytest.raises(ConnectorFailed, match=r"^no answer within 0\.2 s$"):
        ask(shop, url="http://shop.example/", seconds=0.2)
    assert time.monotonic() - began < 1


def test_proxies_of_the_environment_are_not_used(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask(shop) == {}


@pytest.mark.parametrize("value", [2**70, "\ud800", object()])
def test_what_is_no_json_is_not_sent(shop: Shop, value: object) -> None:
    with pytest.raises(ConnectorFailed, match="what is sent cannot be written as JSON"):
        outside.post(shop.url, {"a": value}, key="k", seconds=1, allowed=frozenset({shop.name}))
    assert not shop.asked


def test_what_is_trusted_stands_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIALOOM_CONNECTOR_HOSTS", raising=False)
    monkeypatch.delenv("DIALOOM_CONNECTOR_SECRET", raising=False)
    assert outside.trusted() == (frozenset(), "")
    monkeypatch.setenv("DIALOOM_CONNECTOR_HOSTS", " Orders.internal:8080,,[::1]:5055 ")
    monkeypatch.setenv("DIALOOM_CONNECTOR_SECRET", SECRET)
    assert outside.trusted() == (frozenset({"orders.internal:8080", "[::1]:5055"}), SECRET)
