"""Which addresses may be asked: no spelling of a private one passes."""

import socket

import pytest

from plugins.connectors.addresses import is_public, look_up, read_place
from runtime.errors import ConnectorFailed

NOWHERE = frozenset[str]()


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "223.5.5.5",
        "2606:4700:4700::1111",
        "2400:3200::1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
    ],
)
def test_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        # this machine
        *("127.0.0.1", "127.8.8.8", "localhost", "0.0.0.0", "[::1]", "[::]", "127.0.0.1."),  # noqa: S104
        # this machine, spelt as old resolvers like it
        *(
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0x7F.0.0.1",
            "0177.0.0.1",
            "017700000001",
        ),
        *("0", "127.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1", "１２７.0.0.1", "0x", "127.0.0.01"),
        # this network
        *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "198.18.0.1"),
        *("[fc00::1]", "[fd00:ec2::254]", "[fe80::1]", "[fec0::1]"),
        # what clouds tell their own machines
        *("169.254.169.254", "100.100.100.200", "168.63.129.16"),
        # reserved, several, everybody
        *("192.0.0.8", "192.0.2.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "240.0.0.1"),
        *(
            "224.0.0.1",
            "239.255.255.255",
            "255.255.255.255",
            "[ff02::1]",
            "[2001:db8::1]",
            "[3fff::1]",
        ),
        # IPv4 inside IPv6
        *("[::ffff:127.0.0.1]", "[::ffff:a00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]"),
        *("[64:ff9b:1::a00:1]", "[2002:7f00:1::1]", "[2001:0:7f00:1::1]", "[::ffff:0:127.0.0.1]"),
        # the public ones, but only spelt as everybody spells them
        *("134744072", "0x08080808", "010.8.8.8"),
    ],
)
def test_no_spelling_of_a_private_address_passes(host: str) -> None:
    with pytest.raises(ConnectorFailed, match=r"is not a (public|proper) address"):
        look_up(read_place(f"http://{host}:8080/"), NOWHERE, 5)


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
        for address in ("8.8.8.8", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(ConnectorFailed, match=r"^10\.0\.0\.1 is not a public address; it needs"):
        look_up(read_place("https://shop.example/"), NOWHERE, 5)
    assert len(look_up(read_place("https://shop.example"), frozenset({"shop.example:443"}), 5)) == 2


def test_what_is_allowed_is_allowed_with_its_port_only() -> None:
    allowed = frozenset({"127.0.0.1:5055", "[::1]:5055"})
    assert look_up(read_place("http://127.0.0.1:5055/"), allowed, 5)
    assert look_up(read_place("http://[::1]:5055/"), allowed, 5)
    for url in ("http://127.0.0.1:5056/", "http://127.0.0.1/", "http://localhost:5055/"):
        with pytest.raises(ConnectorFailed, match="is not a public address"):
            look_up(read_place(url), allowed, 5)


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 70 + ".example", "127.0.0.1%2e", "a..b"])
def test_a_name_that_leads_nowhere(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(name: str, *_: object, **__: object) -> None:
        name.encode("idna")
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    with pytest.raises(ConnectorFailed, match=r"is not known|is not a web address"):
        look_up(read_place(f"http://{host}/"), NOWHERE, 5)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        *(
            (url, "only http and https")
            for url in ("ftp://a.b/", "file:///etc/passwd", "shop.example")
        ),
        *((url, "only http and https") for url in ("", "gopher://a:70/_x", "javascript:alert(1)")),
        ("http://user:s3cret@shop.example/", "may not hold a name"),
        ("http://8.8.8.8@127.0.0.1/", "may not hold a name"),
        ("http://@shop.example/", "may not hold a name"),
        *(
            (url, "is not a web address")
            for url in ("http://", "http:///x", "http://./", "http://[::1/")
        ),
        *(
            (url, "is not a web address")
            for url in ("http://a b/", "http://a\\@b/", "http://a/\r\nX: y")
        ),
        *(
            (url, "is not a web address")
            for url in ("http://a:99999/", "http://a:x/", "http://a\u3000b/")
        ),
        ("http://a/" + "x" * 2048, "is not a web address"),
    ],
)
def test_an_address_that_is_none(url: str, why: str) -> None:
    with pytest.raises(ConnectorFailed, match=why) as caught:
        read_place(url)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "name", "header", "path"),
    [
        ("https://Shop.Example", "shop.example:443", "shop.example", "/"),
        ("http://shop.example:80/a?b=c#d", "shop.example:80", "shop.example", "/a?b=c"),
        ("https://shop.example:80/", "shop.example:80", "shop.example:80", "/"),
        (
            "https://商店.cn/订单?号=1%20",
            "xn--czrs0t.cn:443",
            "xn--czrs0t.cn",
            "/%E8%AE%A2%E5%8D%95?%E5%8F%B7=1%20",
        ),
        ("http://[2400:3200::1]:8080/", "[2400:3200::1]:8080", "[2400:3200::1]:8080", "/"),
    ],
)
def test_an_address_is_read(url: str, name: str, header: str, path: str) -> None:
    place = read_place(url)
    assert (place.name, place.header, place.path) == (name, header, path)
