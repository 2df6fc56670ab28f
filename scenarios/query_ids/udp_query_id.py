"""Client side of UDP: an id in each query, a timer for each, and no connection."""

from __future__ import annotations

import asyncio
from typing import Any

from bench.clock import now_ns
from scenarios.query_ids._asking import Asked, AskingClient

ANY_ADDRESS = "0.0.0.0"


class Ears(asyncio.DatagramProtocol):
    """Hands on each datagram with the address that it comes from."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def datagram_received(self, data: bytes, address: tuple[str | Any, int]) -> None:
        read_ns = now_ns()
        is_from_server = address[:2] == self._client.server
        self._client.heard(data, read_ns, is_from_server=is_from_server)


class Client(AskingClient):
    """Sends a query again after `retry_after`; an id that no query has is answered in vain.

    The socket is not connected: else the kernel would refuse other addresses unseen.
    """

    transport: asyncio.DatagramTransport | None = None

    @property
    def server(self) -> tuple[str, int]:
        """Where answers must come from."""
        return self.session.host, self.session.port

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(
            lambda: Ears(self), local_addr=(ANY_ADDRESS, 0)
        )
        self.session.wire.unseen += 1  # TCP_INFO tells of no datagram: the link counts

    def send(self, asked: Asked) -> None:
        assert self.transport is not None
        self.transport.sendto(asked.message, self.server)
        wait_s = self._own.retry_after_s * 2.0 ** (asked.tries - 1)
        asked.timer = asyncio.get_running_loop().call_later(wait_s, self._expired, asked)

    def _expired(self, asked: Asked) -> None:
        if asked.done.done():
            return
        if asked.tries < self._own.tries:
            self.ask(asked)
        else:
            asked.done.set_exception(TimeoutError(f"no answer after {asked.tries} tries"))

    async def close(self) -> None:
        if self.transport is not None:
            self.transport.close()
            self.transport = None
