"""Who takes nothing or says nothing is let go, and holds up nobody: over a real gunicorn."""

import base64
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import redis
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from runtime.settings import Settings
from runtime.web.peers import MOST_QUIET, MOST_STUCK, ROUND, Peer, Peers
from tests.runtime.web.serving import Server
from tests.runtime.web.test_plain_http import Stream, post, publish, until

MB = 1024 * 1024


@contextmanager
def serving(valkey: Settings, data: Path, **patience: float) -> Iterator[Server]:
    settings = Settings(data=data, redis_url=valkey.redis, secret_key="for tests only")
    client = redis.Redis.from_url(valkey.redis)
    client.flushall()
    client.close()
    publish(settings)
    server = Server(settings, **patience)
    try:
        yield server
    finally:
        server.stop()


def open_raw(server: Server, visitor: str, way: str) -> socket.socket:
    """Open a connection that reads nothing, with as little room in between as there can be."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    raw.connect(("127.0.0.1", server.port))
    head = f"GET {way}?visitor={visitor}&lang=zh-CN HTTP/1.1\r\nHost: x\r\n"
    if way == "/ws/chat":
        key = base64.b64encode(os.urandom(16)).decode()
        head += f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        head += "Sec-WebSocket-Version: 13\r\n"
    raw.sendall(f"{head}\r\n".encode())
    return raw


def read_on(page: ClientConnection, said: str = "") -> None:
    if said:
        page.send(said)
    for _ in range(9):
        page.recv(timeout=5)


def is_reset(raw: socket.socket) -> bool:
    """Say whether the other side let go, without reading what it wrote."""
    return bool(raw.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)) or (
        raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != 1
    )


@pytest.mark.parametrize("way", ["/ws/chat", "/chat/events"])
def test_who_does_not_read_is_let_go_and_holds_up_nobody(
    valkey: Settings, tmp_path: Path, way: str
) -> None:
    with serving(valkey, tmp_path) as server:
        post(server, "warm", type="message", id="0", text="你好")
        raw = open_raw(server, "slow", way)
        other = Stream(server, "slow")
        until(lambda: other.of("hello"))
        before = server.worker.memory_info().rss
        longest, number = 0.0, 0
        text = "很长" * 4_500
        begun = time.monotonic()
        while not is_reset(raw):
            assert time.monotonic() - begun < 30, "it is held for ever"
            asked = time.monotonic()
            post(server, "slow", since=10**9, type="message", id=str(number), text=text)
            longest = max(longest, time.monotonic() - asked)
            number += 1
        lines = number * 2
        until(lambda: len(other.of("line")) >= lines)
        seqs = [line["seq"] for line in other.of("line")]
        assert seqs == list(range(1, len(seqs) + 1)), "whoever reads gets all of it"
        assert longest < 1.0, "nobody waits for somebody else's page"
        assert server.worker.memory_info().rss - before < 30 * MB
        raw.close()
        # It comes back, and gets what it missed.
        again = Stream(server, "slow", since=2)
        until(lambda: len(again.of("line")) >= lines - 2)
        assert again.of("line")[0]["seq"] == 3
        assert "Traceback" not in server.said()
    for stream in (other, again):
        stream.close()


def test_pings_of_the_protocol_pile_up_only_so_far(valkey: Settings, tmp_path: Path) -> None:
    """The server answers these by itself, without asking whether anybody takes the answers."""
    with serving(valkey, tmp_path) as server:
        post(server, "warm", type="message", id="0", text="你好")
        raw = open_raw(server, "pinging", "/ws/chat")
        raw.settimeout(0.05)
        before, most = server.worker.memory_info().rss, 0
        pings = (b"\x89\xfd\0\0\0\0" + b"x" * 125) * 2_000
        begun = time.monotonic()
        with suppress(ConnectionError):
            while time.monotonic() - begun < 30:
                with suppress(TimeoutError):
                    raw.send(pings)
                most = max(most, server.worker.memory_info().rss - before)
        raw.close()
        assert time.monotonic() - begun < 29, "it is held for ever"
        assert most < 60 * MB
        until(lambda: server.open_connections() == 0)


def test_who_says_nothing_is_let_go_and_who_pings_stays(valkey: Settings, tmp_path: Path) -> None:
    with serving(valkey, tmp_path, quiet=1.5) as server:
        address = f"ws://127.0.0.1:{server.port}/ws/chat?visitor="
        with (
            connect(address + "quiet", ping_interval=None) as quiet,
            connect(address + "alive", ping_interval=None) as alive,
        ):
            begun = time.monotonic()
            for _ in range(12):
                time.sleep(0.3)
                alive.send('{"type": "ping"}')
            with pytest.raises(ConnectionClosed):
                read_on(quiet)
            assert time.monotonic() - begun < 6
            kinds = [json.loads(alive.recv(timeout=5))["type"] for _ in range(13)]
            assert kinds == ["hello", *["pong"] * 12]
        until(lambda: server.open_connections() == 0)
        assert "Traceback" not in server.said()


def test_a_frame_beyond_all_measure_is_not_even_read(valkey: Settings, tmp_path: Path) -> None:
    with serving(valkey, tmp_path) as server:
        with connect(f"ws://127.0.0.1:{server.port}/ws/chat?visitor=big") as page:
            page.recv()
            with pytest.raises(ConnectionClosed) as closed:
                read_on(page, "x" * MB)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 1009
        assert httpx.get(f"{server.url}/healthz").status_code == 200


class Far:
    """A far end as the rounds see it."""

    def __init__(self, waiting: int = 0) -> None:
        self.waiting, self.aborted = waiting, False

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def abort(self) -> None:
        self.aborted = True


class Ways:
    """What a server hands to an application."""

    def __init__(self, transport: Far) -> None:
        self.transport = transport

    async def pass_on(self, *_event: Any) -> None:
        pass


async def _one(waiting: int = 0) -> tuple[Peers, Peer, Far]:
    far, peers = Far(waiting), Peers()
    way = Ways(far).pass_on
    peer = Peer(way, way)
    peers.open.add(peer)
    return peers, peer, far


async def test_a_round_looks_at_when_each_was_heard_and_took_something() -> None:
    peers, peer, far = await _one()
    peers.look(peer.heard + MOST_QUIET - 1)
    assert not far.aborted
    peers.look(peer.heard + MOST_QUIET + 1)
    assert far.aborted
    peers, peer, far = await _one()
    peer.stuck = peer.heard
    peers.look(peer.heard + MOST_STUCK - 1)
    assert not far.aborted
    peers.look(peer.heard + MOST_STUCK + 1)
    assert far.aborted
    peers, peer, far = await _one(waiting=2 * MB)
    peers.look(peer.heard)
    assert far.aborted


async def test_a_process_that_was_stopped_itself_lets_nobody_go_for_it() -> None:
    peers, peer, far = await _one()
    peers.look(peer.heard + 600, late=600.0)
    assert not far.aborted
    peers.look(peer.heard + MOST_QUIET + ROUND, late=0.0)
    assert far.aborted
