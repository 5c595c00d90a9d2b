"""A TCP proxy that is slow, cuts lines, or swallows what is sent, as networks do."""

import asyncio
import random
import threading
import time
from contextlib import suppress

DEAF = 1.5
"""Seconds."""


class Proxy:
    """Stands before a server, in a thread of its own; what it does can be changed at any time.

    `latency` in seconds is added to every piece either way. While it is `deaf`, lines are taken but
    nothing gets through and nobody is told (half-open). `cut` breaks every line that is open.
    """

    def __init__(self, port: int = 0, path: str = "") -> None:
        self.latency, self.deaf = 0.0, False
        self._port, self._path = port, path
        self._lines: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(self._listen())
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self._path:
                there, back = await asyncio.open_unix_connection(self._path)
            else:
                there, back = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.transport.abort()
            return
        self._lines |= {writer, back}
        pumps = [
            asyncio.create_task(self._pump(*ends)) for ends in ((reader, back), (there, writer))
        ]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        for line in (writer, back):
            self._lines.discard(line)
            line.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(65536):
                if self.latency:
                    await asyncio.sleep(self.latency * (0.5 + random.random()))
                if not self.deaf:
                    writer.write(piece)
                    await writer.drain()

    def cut(self) -> None:
        """Break every line, in the middle of whatever goes over it."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for line in list(self._lines):
            line.transport.abort()

    def close(self) -> None:
        """Stop, and break all lines."""

        async def stop() -> None:
            self._server.close()
            self._cut()
            await asyncio.sleep(0.1)

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def disturb(self) -> None:
        """Be slow, cut lines, cut them while slow, and go deaf for a while."""
        self.latency = 0.05
        time.sleep(0.6)
        for _cut in range(3):
            self.cut()
            time.sleep(0.3)
        self.latency, self.deaf = 0.0, True
        time.sleep(DEAF)
        self.cut()  # A half-open line ends when somebody gives it up.
        self.deaf = False
