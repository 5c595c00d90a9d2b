"""A Valkey of a test's own, that can be killed, stopped and started again, and a way in between."""

import asyncio
import signal
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

import redis

from runtime.embedded import valkey_binary


class Server:
    """A Valkey on a port and a socket, that keeps what it is told."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.folder, self.more = folder, more
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        where = ("--port", str(self.port), "--unixsocket", str(self.folder / "valkey.sock"))
        kept = ("--dir", str(self.folder), "--save", "", "--appendonly", "yes")
        command = [valkey_binary(), *where, *kept, "--bind", "127.0.0.1", *self.more]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        client = redis.Redis(port=self.port, retry=None)
        for _ in range(500):
            try:
                client.ping()
                break
            except redis.AuthenticationError:
                break
            except redis.RedisError:
                subprocess.run(["sleep", "0.01"], check=False)
        client.close()

    def kill(self) -> None:
        """End it at once."""
        assert self.process
        self.process.kill()
        self.process.wait(10)

    def freeze(self, frozen: bool) -> None:
        """Stop it for a while, or let it go on."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)


class Between:
    """Passes on what goes to a server and what comes back, until it swallows or cuts it."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        self.to, self.context = port, context
        self.swallows, self.slow = False, 0.0
        self.port = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: Any = None

    async def __aenter__(self) -> "Between":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_said: object) -> None:
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Cut every connection."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, on = await asyncio.open_connection("127.0.0.1", self.to)
        self._writers += [writer, on]
        for one, other in ((reader, on), (there, writer)):
            task = asyncio.create_task(self._pass(one, other))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await asyncio.sleep(self.slow)
                if not self.swallows:
                    writer.write(data)
                    await writer.drain()
        except OSError:
            pass
        finally:
            writer.transport.abort()
