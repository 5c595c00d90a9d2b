"""One keep-alive connection, as lean as a client can be."""

import asyncio
import json


class Line:
    """One keep-alive connection that is opened anew whenever it breaks."""

    def __init__(self, port: int) -> None:
        self.port, self._streams = port, None

    async def post(self, path: str, body: object, seconds: float = 15.0) -> tuple[int, bytes]:
        """Post JSON; gives status and body."""
        try:
            async with asyncio.timeout(seconds):
                return await self._post(path, json.dumps(body).encode())
        except BaseException:
            self.close()
            raise

    async def _post(self, path: str, content: bytes) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        await writer.drain()
        headers = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(headers.split(b"content-length:")[1].split(b"\r\n")[0])
        found = await reader.readexactly(length)
        if b"connection: close" in headers:
            self.close()
        return int(headers.split(b" ", 2)[1]), found

    def close(self) -> None:
        """Close it."""
        if self._streams:
            self._streams[1].transport.abort()
            self._streams = None
