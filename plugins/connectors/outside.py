"""Asks another system over HTTP: posts JSON, reads JSON, and opens no door that should stay shut.

Operators write addresses and workspaces are imported, so no address is trusted. A name is looked
up once, all it leads to must be public, and exactly that is connected to: a name that leads
elsewhere the second time (DNS rebinding) is not asked a second time. Redirects are not followed
and proxies are not used, because either would choose an address after the check.
"""

import hmac
import os
import socket
import ssl
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import cache
from http.client import HTTPException
from threading import Timer
from typing import Any
from urllib.parse import quote

import orjson
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as ReadTimeout

from plugins.connectors.addresses import Address, Place, look_up, read_place
from runtime.errors import ConnectorFailed

MOST_BYTES = 65_536
MOST_SECONDS = 60.0


class Declined(ConnectorFailed):
    """The other system answered with a status that is no success; `body` is what it wrote."""

    def __init__(self, reason: str, body: bytes, **values: object) -> None:
        super().__init__(reason, **values)
        self.body = body


def post(
    url: str,
    body: Mapping[str, Any],
    *,
    key: str,
    seconds: float,
    secret: str = "",
    allowed: frozenset[str] = frozenset(),
) -> Any:
    """Post `body` as JSON and give the JSON of the answer; None where the status is 204.

    `key` lets the other system do it once, `seconds` is the time for everything together, and
    `allowed` names what may be reached although it is not public, as `host:port`.
    """
    return _read_json(tell(url, body, key=key, seconds=seconds, secret=secret, allowed=allowed))


def tell(
    url: str,
    body: Mapping[str, Any],
    *,
    key: str,
    seconds: float,
    secret: str = "",
    allowed: frozenset[str] = frozenset(),
) -> bytes | None:
    """Post `body` as JSON and give what was answered, whatever it is; None where that is a 204."""
    place = read_place(url)
    deadline = _Deadline(min(seconds, MOST_SECONDS))
    try:
        content = orjson.dumps(body)
    except TypeError as error:  # Numbers beyond 64 bits, halves of characters.
        raise ConnectorFailed("what is sent cannot be written as JSON") from error
    headers = _headers(place, key, content, secret)
    try:
        line = _connect(place, look_up(place, allowed, deadline.left()), deadline)
        with line, deadline.cutting(line):
            return _exchange(place, line, content, headers)
    except (TimeoutError, ReadTimeout) as error:
        raise ConnectorFailed(
            "no answer within %(seconds)s s", seconds=f"{deadline.seconds:g}"
        ) from error
    except ssl.SSLCertVerificationError as error:
        raise ConnectorFailed(
            "the certificate of %(host)s is not valid", host=place.host
        ) from error
    except (OSError, HTTPError, HTTPException) as error:
        raise ConnectorFailed("%(host)s broke off", host=place.host) from error


def trusted() -> tuple[frozenset[str], str]:
    """Read from the environment what may be reached though not public, and the signing secret."""
    hosts = os.environ.get("DIALOOM_CONNECTOR_HOSTS", "").lower().split(",")
    secret = os.environ.get("DIALOOM_CONNECTOR_SECRET", "")
    return frozenset(host.strip() for host in hosts if host.strip()), secret


def sign(secret: str, key: str, sent: int, content: bytes) -> dict[str, str]:
    """Give the headers of https://www.standardwebhooks.com; `sent` is in seconds since 1970."""
    text = secret.removeprefix("whsec_")
    try:
        raw = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raw = b""
    if not raw:
        raise ConnectorFailed("DIALOOM_CONNECTOR_SECRET is not whsec_ and base64")
    code = hmac.digest(raw, f"{key}.{sent}.".encode() + content, "sha256")
    return {
        "webhook-id": key,
        "webhook-timestamp": str(sent),
        "webhook-signature": f"v1,{b64encode(code).decode()}",
    }


class _Deadline:
    """The moment after which nobody waits any more, whatever still arrives."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends = time.monotonic() + seconds
        self._passed = False

    def left(self) -> float:
        """Give the seconds that are left; TimeoutError when there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    @contextmanager
    def cutting(self, line: socket.socket) -> Iterator[None]:
        """Cut a connection when the time is over.

        A socket's own timeout starts anew with every byte, so a server that drips would hold us.
        The second handle stays valid when TLS takes over the first.
        """
        with line.dup() as handle:
            timer = Timer(self.left(), self._cut, [handle])
            timer.daemon = True
            timer.start()
            try:
                yield
            except (OSError, HTTPError, HTTPException) as error:
                if self._passed:
                    raise TimeoutError from error
                raise
            finally:
                timer.cancel()
                timer.join()  # Its handle must not be closed, and its number given away, under it.
            if self._passed:  # A cut looks like the end of an answer.
                raise TimeoutError

    def _cut(self, handle: socket.socket) -> None:
        self._passed = True
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)


def _headers(place: Place, key: str, content: bytes, secret: str) -> dict[str, str]:
    key = quote(key, safe="!#$&'()*+,/:;=?@[]~")
    return {
        "Host": place.header,
        "User-Agent": "Dialoom",
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Connection": "close",
        "Idempotency-Key": key,
        **(sign(secret, key, int(time.time()), content) if secret else {}),
    }


def _connect(place: Place, addresses: list[Address], deadline: _Deadline) -> socket.socket:
    """Connect to the first address that lets us in; each gets its share of the time."""
    failed = OSError()
    for i, (family, where) in enumerate(addresses):
        line = socket.socket(family, socket.SOCK_STREAM)
        try:
            line.settimeout(deadline.left() / (len(addresses) - i))
            line.connect(where)
            line.settimeout(deadline.left())
        except OSError as error:
            line.close()
            failed = error
        else:
            return line
    if isinstance(failed, TimeoutError):
        raise failed
    raise ConnectorFailed("%(host)s cannot be reached", host=place.host) from failed


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


def _exchange(
    place: Place, line: socket.socket, content: bytes, headers: Mapping[str, str]
) -> bytes | None:
    if place.secure:
        line = _certificates().wrap_socket(line, server_hostname=place.host)
    connection = HTTPConnection(place.host, place.port, timeout=line.gettimeout())
    connection.sock = line  # Connected already: urllib3 looks up nothing and knows no proxy.
    with closing(connection):
        connection.request("POST", place.path, content, headers, preload_content=False)
        with closing(connection.getresponse()) as response:
            if not 200 <= response.status < 300:
                body = b""
                with suppress(OSError, HTTPError, HTTPException):
                    body = response.read(MOST_BYTES)
                raise Declined(
                    "%(host)s answered %(status)s", body, host=place.host, status=response.status
                )
            return None if response.status == 204 else response.read(MOST_BYTES + 1)


def _read_json(answer: bytes | None) -> Any:
    if answer is None:
        return None
    if len(answer) > MOST_BYTES:
        raise ConnectorFailed("the answer is larger than 64 KiB")
    try:
        return orjson.loads(answer)
    except orjson.JSONDecodeError as error:
        raise ConnectorFailed("the answer is not JSON") from error
