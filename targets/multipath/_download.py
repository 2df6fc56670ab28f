"""What both servers do: a line with a number comes in; that many bytes go back.

Knows nothing of paths; the kernel has them.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket

from targets._target import BACKLOG, HOST, BaseTarget

PART = bytes(65_536)
EVERY_ADDRESS = "0.0.0.0"


class DownloadTarget(BaseTarget):
    """Sends as many bytes as each line of a client asks for."""

    protocol = socket.IPPROTO_TCP
    server: asyncio.Server | None = None

    async def start(self, port: int) -> int:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, self.protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # In the backend's namespace: its address on the second path is to be reached too.
        listener.bind((self.host if self.host == HOST else EVERY_ADDRESS, port))
        listener.listen(BACKLOG)
        self.server = await asyncio.start_server(self.serve, sock=listener)
        return int(listener.getsockname()[1])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ValueError):  # the client is gone, or is none
            while line := await reader.readline():
                left = int(line)
                while left > 0:
                    writer.write(PART[:left])
                    left -= len(PART)
                    await writer.drain()
        writer.close()
