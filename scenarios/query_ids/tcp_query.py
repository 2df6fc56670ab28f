"""Client side of TCP: one connection, queries one after the other without waiting (RFC 7766)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bench.clock import now_ns
from scenarios.query_ids import _dns as dns
from scenarios.query_ids._asking import Asked, AskingClient


class Stream(asyncio.Protocol):
    """One connection; tells its client of each message, and of its end."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._rest = b""
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.fd = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.fd = self._client.session.wire.opens(transport)

    def data_received(self, data: bytes) -> None:
        read_ns = now_ns()
        messages, self._rest = dns.split(self._rest + data)
        for message in messages:
            self._client.heard(message, read_ns)

    def connection_lost(self, error: Exception | None) -> None:
        self._client.session.wire.closes(self.fd)
        if not self.ended.done():
            self.ended.set_result(str(error or "the server closed the connection"))

    def close(self) -> None:
        self._client.session.wire.closes(self.fd)
        self.transport.abort()


class Client(AskingClient):
    """The kernel sends again what is lost; what a lost connection leaves open is asked once more.

    The next queries do not wait for answers, and these come in any order.
    """

    stream: Stream | None = None
    is_closing = False

    async def connect(self) -> None:
        self.is_closing = False
        await self._open()
        self._keeping = asyncio.create_task(self._keep())

    async def _open(self) -> None:
        session = self.session
        loop = asyncio.get_running_loop()
        _, self.stream = await loop.create_connection(
            lambda: Stream(self), session.host, session.port
        )

    async def _keep(self) -> None:
        """Whenever the connection is lost: open another one and ask for what is open."""
        while self.stream is not None:
            words = await self.stream.ended
            if self.is_closing:
                return
            self.session.failed(ConnectionResetError(words), "connection")
            while self.stream.ended.done():
                try:
                    await self._open()
                except OSError as error:
                    self.session.failed(error, "connect")
                    await asyncio.sleep(0.05)
            for asked in list(self._waiting.values()):
                self.ask(asked)

    def transports(self) -> Sequence[asyncio.Transport]:
        return [] if self.stream is None else [self.stream.transport]

    def send(self, asked: Asked) -> None:
        assert self.stream is not None
        if not self.stream.ended.done():  # else it is asked when there is another connection
            self.stream.transport.write(dns.framed(asked.message))

    async def close(self) -> None:
        self.is_closing = True
        if self.stream is not None:
            self._keeping.cancel()
            self.stream.close()
            self.stream = None
