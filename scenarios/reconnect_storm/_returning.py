"""What every client does: hold a connection, and come back when it has lost it.

A pattern says how it connects.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Sequence
from typing import Any

from bench.clock import now_ns
from bench.load.clients.http1 import Http1Connection, get
from bench.load.working import WorkingClient, WorkItem
from scenarios.reconnect_storm._resuming import ResumingContext


class ReturningClient(WorkingClient):
    """Idle until its connection is lost; then it waits for its own random time, and is back."""

    abstract = True
    experiment = "reconnect_storm"
    connection: Http1Connection | None = None
    trust: ResumingContext | None = None

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        session = self.session
        self._chance = random.Random(f"{session.seed}/{self.number}/jitter")
        self._within_ns = session.load.own.return_within_s * 1e9
        self._request = get("/", session.host, session.port)

    # --- what a pattern writes ----------------------------------------------------------------

    def tls(self) -> ResumingContext | None:
        """How it proves whom it talks to; None: not at all."""
        return None

    def answered(self, connection: Http1Connection) -> None:
        """A new connection has carried its first answer."""

    # --- a client's life ----------------------------------------------------------------------

    async def connect(self) -> None:
        self.trust = self.trust or self.tls()
        await self._come(None)

    async def live(self) -> None:
        if self.session.only_one:
            assert self.connection is not None
            self.connection.close()
            await self._one(now_ns())
            await asyncio.Event().wait()
        while not self.is_over:
            if self.connection is not None and not self.connection.closed:
                await self.connection.ended
            due_ns = now_ns() + round(self._chance.random() * self._within_ns)
            await self.session.engine.alarm.until(due_ns)
            if self.session.t1_ns and due_ns >= self.session.t1_ns:
                break
            await self._one(due_ns)
        await asyncio.Event().wait()

    async def work(self, item: WorkItem) -> None:
        await self._come(item)

    async def _come(self, item: WorkItem | None) -> None:
        """A new connection, and a request on it."""
        session, sent_ns = self.session, now_ns()
        _, connection = await session.engine.loop.create_connection(
            lambda: Http1Connection(session.wire),
            session.host,
            session.port,
            ssl=self.trust,
            server_hostname=session.host if self.trust else None,
        )
        self.connection, ready_ns = connection, now_ns()
        reply = await connection.request(self._request)
        if reply.status != 200:
            raise OSError(f"HTTP {reply.status}")
        self.answered(connection)
        if item is not None:
            item.sent_ns, item.first_byte_ns, item.done_ns = sent_ns, ready_ns, reply.done_ns
            item.bytes_up, item.bytes_down = len(self._request), reply.bytes_down

    def transports(self) -> Sequence[asyncio.Transport]:
        connection = self.connection
        return [connection.transport] if connection is not None and not connection.closed else []

    async def close(self) -> None:
        if self.connection is not None:
            self.connection.close()


def trusting(ca_file: str) -> ResumingContext:
    """TLS 1.3 with a server whose certificate that authority has signed."""
    found = ResumingContext(ssl.PROTOCOL_TLS_CLIENT)
    found.minimum_version = ssl.TLSVersion.TLSv1_3
    found.load_verify_locations(ca_file)
    return found
