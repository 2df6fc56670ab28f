"""A client over HTTP: a connection for each attempt under way, kept and used again.

Knows what the first service's answers mean, and nothing of what protects it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from bench.clock import now_ns
from bench.load.clients.http1 import Http1Connection, Reply, get
from bench.load.clients.kept import KeptConnections
from bench.load.working import WorkItem
from bench.model.messages import Address
from scenarios.chain._requester import ChainClient, Refused, Unanswered
from scenarios.chain._slip import Stop, format_slip

ANSWERED, FULL = 200, 503


class HttpChainClient(ChainClient):
    """Asks the first service, with the others on the slip."""

    abstract = True

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._kept = KeptConnections(self._opened)
        session = self.session
        services = session.parts.get("service") or [session.address]
        self._requests = {
            tuple(way): self._request(self.stops(way[1:], services)) for way in self.routes.values()
        }

    def stops(self, way: Iterable[int], services: Sequence[Address]) -> list[Stop]:
        """Where each service of a way is reached by the one before it."""
        return [Stop(number, services[number].host, services[number].port) for number in way]

    def _request(self, stops: Sequence[Stop]) -> bytes:
        session = self.session
        return get(f"/work?slip={format_slip(stops)}", session.host, session.port)

    async def connect(self) -> None:
        await self._kept.prepare()

    async def _opened(self) -> Http1Connection:
        session = self.session
        return await Http1Connection.open(session.engine, session.host, session.port, session.wire)

    async def attempt(self, item: WorkItem, way: list[int]) -> None:
        data = self._requests[tuple(way)]
        item.bytes_up += len(data)
        reply = await self._ask_once(data)
        item.bytes_down += reply.bytes_down
        if reply.status == FULL:
            raise Refused(f"HTTP {reply.status}")
        if reply.status != ANSWERED:
            raise Unanswered(f"HTTP {reply.status}")
        item.first_byte_ns, item.done_ns = reply.first_byte_ns, reply.done_ns

    async def _ask_once(self, data: bytes) -> Reply:
        """A reply in time; what was asked is given up with its connection otherwise."""
        began_ns = now_ns()
        try:
            async with asyncio.timeout(self.patience_s), self._kept.one() as connection:
                return await connection.request(data)
        except TimeoutError:
            waited_ms = (now_ns() - began_ns) / 1e6
            raise Unanswered(f"no answer for {waited_ms:.0f} ms") from None

    def transports(self) -> Sequence[asyncio.Transport]:
        return self._kept.transports()

    async def close(self) -> None:
        self._kept.close()
