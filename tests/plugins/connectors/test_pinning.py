"""A name is looked up once; exactly what was judged is connected to, and TLS is for the name."""

import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from plugins.connectors import outside
from runtime.errors import ConnectorFailed
from tests.plugins.connectors.conftest import Shop
from tests.plugins.connectors.test_outside import OK, ask, drip


def test_a_name_is_looked_up_once_and_what_was_judged_is_asked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = leads_to(monkeypatch, [("8.8.8.8", 80)], [("127.0.0.1", shop.port)])
    went: list[tuple[str, int]] = []
    connect = socket.socket.connect

    def to_the_shop(self: socket.socket, where: tuple[str, int]) -> None:
        went.append(where)
        connect(self, ("127.0.0.1", shop.port))

    monkeypatch.setattr(socket.socket, "connect", to_the_shop)
    assert ask(shop, url="http://shop.example/", allowed=frozenset()) == {}
    assert asked == ["shop.example"]
    assert went == [("8.8.8.8", 80)]
    assert shop.asked[0][1]["Host"] == "shop.example"


def test_a_name_that_turns_private_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    leads_to(monkeypatch, [("127.0.0.1", shop.port)])
    with pytest.raises(ConnectorFailed, match=r"^127\.0\.0\.1 is not a public address; it needs"):
        ask(shop, url=f"http://shop.example:{shop.port}/", allowed=frozenset({"shop.example:80"}))
    assert not shop.asked


def test_the_next_address_is_tried_when_one_lets_nobody_in(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        shut = closed.getsockname()
    leads_to(monkeypatch, [shut, ("127.0.0.1", shop.port)], [shut])
    assert ask(shop, url=f"http://shop.example:{shop.port}/") == {}
    with pytest.raises(ConnectorFailed, match=r"^shop\.example cannot be reached$"):
        ask(shop, url=f"http://shop.example:{shop.port}/")


def test_an_address_that_swallows_everything_leaves_time_for_the_next(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = socket.socket.connect

    def swallow(self: socket.socket, where: tuple[str, int]) -> None:
        if where[1] == shop.port:
            return connect(self, where)
        time.sleep(self.gettimeout() or 0)
        raise TimeoutError

    def late(handler: Any) -> None:
        time.sleep(0.7)
        handler.wfile.write(OK + b"\r\n{}")

    monkeypatch.setattr(socket.socket, "connect", swallow)
    leads_to(monkeypatch, [("127.0.0.1", 1), ("127.0.0.1", shop.port), ("127.0.0.1", 2)])
    shop.behave = late
    assert ask(shop, url=f"http://shop.example:{shop.port}/", seconds=1.5) == {}


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[trustme.CA]:
    """An authority that this machine trusts."""
    found = trustme.CA()
    found.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    outside._certificates.cache_clear()
    yield found
    outside._certificates.cache_clear()


@pytest.mark.parametrize(
    ("issued_to", "ours", "why"),
    [
        ("shop.example", True, ""),
        ("other.example", True, r"^the certificate of shop\.example is not valid$"),
        ("127.0.0.1", True, "is not valid"),
        ("shop.example", False, "is not valid"),
    ],
)
def test_tls_is_for_the_name_though_the_address_is_pinned(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    authority: trustme.CA,
    issued_to: str,
    ours: bool,
    why: str,
) -> None:
    named: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (authority if ours else trustme.CA()).issue_cert(issued_to).configure_cert(context)
    context.sni_callback = lambda _, name, __: named.append(name)
    shop.server.socket = context.wrap_socket(shop.server.socket, server_side=True)
    shop.server.handle_error = lambda *_: None  # type: ignore[method-assign]
    leads_to(monkeypatch, [("127.0.0.1", shop.port)])
    url = f"https://shop.example:{shop.port}/"
    if why:
        with pytest.raises(ConnectorFailed, match=why):
            ask(shop, url=url)
        assert not shop.asked
    else:
        assert ask(shop, url=url) == {}
        shop.behave = lambda handler: drip(handler, OK + b"\r\n")
        began = time.monotonic()
        with pytest.raises(ConnectorFailed, match=r"^no answer within 0\.2 s$"):
            ask(shop, url=url, seconds=0.2)
        assert time.monotonic() - began < 1
    assert set(named) == {"shop.example"}


def leads_to(monkeypatch: pytest.MonkeyPatch, *answers: list[tuple[str, int]]) -> list[str]:
    """Let names lead where a test says, one answer after the other; gives what was asked."""
    asked: list[str] = []

    def look_up(host: str, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        where = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", to) for to in where]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked
