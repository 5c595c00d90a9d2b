"""Where a web address leads, and whether we may go there.

The system's resolver is asked once; what it answers is judged and handed over, so that the very
addresses that were judged are connected to.
"""

import re
import socket
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Thread
from typing import Any
from urllib.parse import quote, urlsplit

from runtime.errors import ConnectorFailed

Address = tuple[socket.AddressFamily, Any]
"""The family of a socket and what it connects to."""
_NAT64 = ip_network("64:ff9b::/96")
_UNICAST = ip_network("2000::/3")
_CLOSED = tuple(  # What `is_global` lets pass, on one Python or another.
    ip_network(network)
    for network in (
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "168.63.129.16/32",  # Azure's machines find what is theirs alone here.
        "2001::/23",  # Teredo and other tunnels
        "2001:db8::/32",
        "2002::/16",  # 6to4, which carries any IPv4 address inside
        "3fff::/20",
    )
)
_NUMBER_LAST = re.compile(r"[^:]*\.(0x[0-9a-f]*|[0-9]+)|0x[0-9a-f]*|[0-9]+")


@dataclass(frozen=True)
class Place:
    """Where an address leads; `path` holds the query too."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def name(self) -> str:
        """Give `host:port`, as the list of allowed places has it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def header(self) -> str:
        """Give it as the Host header has it: without a port that goes without saying."""
        return self.name.removesuffix(":443" if self.secure else ":80")


def read_place(url: str) -> Place:
    """Read an address that somebody wrote; ConnectorFailed says what is wrong with it."""
    wrong = ConnectorFailed("the address is not a web address")
    if len(url) > 2048 or not url.isprintable() or set(url) & set(" \\"):
        raise wrong
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode().rstrip(".")
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise wrong from None
    if parts.scheme not in ("http", "https"):
        raise ConnectorFailed("only http and https are spoken")
    if "@" in parts.netloc:
        raise ConnectorFailed("an address may not hold a name or a password")
    if not host:
        raise wrong
    path = quote(parts.path, safe="/%!$&'()*+,;=:@~") or "/"
    if parts.query:
        path += "?" + quote(parts.query, safe="/?%!$&'()*+,;=:@~")
    return Place(parts.scheme == "https", host, port, path)


def look_up(place: Place, allowed: frozenset[str], seconds: float) -> list[Address]:
    """Ask once where a name leads; ConnectorFailed when any address of it is not public.

    Places that are `allowed` by name may lead anywhere. TimeoutError after `seconds`.
    """
    trusted = place.name in allowed
    if not trusted:
        _check_spelling(place.host)
    found = [(family, where) for family, _, _, _, where in _resolve(place, seconds)]
    for _, where in found:
        if not trusted and not is_public(where[0]):
            raise ConnectorFailed(
                "%(host)s is not a public address; it needs %(name)s in DIALOOM_CONNECTOR_HOSTS",
                host=where[0],
                name=place.name,
            )
    return found


def is_public(address: str) -> bool:
    """Say whether an address belongs to the open internet, also where IPv6 wraps IPv4."""
    given = ip_address(address)
    if isinstance(given, IPv6Address):
        wrapped = given.ipv4_mapped
        if given in _NAT64:
            wrapped = IPv4Address(int(given) & 0xFFFFFFFF)
        if wrapped is None and given not in _UNICAST:
            return False
        given = wrapped or given
    if given.is_multicast or given.is_reserved or not given.is_global:
        return False
    return not any(given in network for network in _CLOSED)


def _check_spelling(host: str) -> None:
    """Refuse 2130706433, 0x7f.1 and 0177.0.0.1: all are 127.0.0.1 to some resolvers."""
    if _NUMBER_LAST.fullmatch(host):
        try:
            IPv4Address(host)
        except ValueError:
            raise ConnectorFailed("%(host)s is not a proper address", host=host) from None


def _resolve(place: Place, seconds: float) -> list[Any]:
    future: Future[list[Any]] = Future()

    def ask() -> None:
        try:
            future.set_result(socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM))
        except (OSError, ValueError) as error:  # ValueError: a part of the name is too long.
            future.set_exception(error)

    Thread(target=ask, daemon=True).start()  # The system's resolver knows no deadline.
    try:
        return future.result(seconds)
    except TimeoutError:
        raise
    except (OSError, ValueError) as error:
        raise ConnectorFailed("%(host)s is not known", host=place.host) from error
