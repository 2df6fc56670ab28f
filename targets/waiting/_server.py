"""The server of every pattern of `waiting`: answers each message a fixed time after it came.

Knows no way of waiting.
"""

from __future__ import annotations

import asyncio
from collections import deque

from bench.clock import Alarm, now_ns
from targets._target import BACKLOG, BaseTarget
from targets.waiting._limits import raise_descriptors

MESSAGE = b"question"
"""What is sent, and what comes back."""


class Server(BaseTarget):
    """Keeps each message for the time that the load says, then sends it back."""

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        self._wait_ns = round(self.load.own.wait_time_s * 1e9)
        self._pending: deque[tuple[int, asyncio.WriteTransport]] = deque()
        self._came = asyncio.Event()

    async def start(self, port: int) -> int:
        raise_descriptors()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self), self.host, port, backlog=BACKLOG
        )
        self._replying = asyncio.create_task(self._reply(Alarm(loop)))
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        self._replying.cancel()
        self._server.close()

    def asked(self, transport: asyncio.WriteTransport) -> None:
        """A message has come in."""
        if not self._wait_ns:
            transport.write(MESSAGE)
            return
        self._pending.append((now_ns() + self._wait_ns, transport))
        self._came.set()

    async def _reply(self, alarm: Alarm) -> None:
        """All wait for the same time: the first to come is the first to be due."""
        try:
            while True:
                await self._came.wait()
                while self._pending:
                    await alarm.until(self._pending[0][0])
                    self._reply_to_all_due()
                self._came.clear()
        finally:
            alarm.close()

    def _reply_to_all_due(self) -> None:
        now = now_ns()
        while self._pending and self._pending[0][0] <= now:
            self._pending.popleft()[1].write(MESSAGE)


class Connection(asyncio.Protocol):
    """One connection; what comes are messages, one after the other."""

    def __init__(self, server: Server) -> None:
        self._asked = server.asked
        self._bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        messages, self._bytes = divmod(self._bytes + len(data), len(MESSAGE))
        for _ in range(messages):
            self._asked(self._transport)
