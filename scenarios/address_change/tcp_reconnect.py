"""Client side of TCP: HTTP/1.1 over TLS 1.3; a broken connection is replaced by a new one."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence

from bench.load.clients.http1 import Http1Connection, get
from scenarios.address_change._asking import AskingClient, Reply


class Client(AskingClient):
    """A TCP connection is its two addresses: with another one nothing can come over it."""

    connection: Http1Connection | None = None
    trust: ssl.SSLContext | None = None

    @property
    def is_open(self) -> bool:
        return self.connection is not None and not self.connection.closed

    async def open(self) -> None:
        session = self.session
        if self.trust is None:
            self.trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self.trust.minimum_version = ssl.TLSVersion.TLSv1_3
            self.trust.load_verify_locations(session.address.ca_file)
        _, self.connection = await session.engine.loop.create_connection(
            lambda: Http1Connection(session.wire),
            session.host,
            session.port,
            ssl=self.trust,
            server_hostname=session.host,
        )

    async def ask(self, path: str) -> Reply:
        assert self.connection is not None
        found = await self.connection.request(get(path, self.session.host, self.session.port))
        return Reply(found.status, found.body, found.first_byte_ns)

    def give_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def move(self) -> None:
        self.give_up()

    def transports(self) -> Sequence[asyncio.Transport]:
        return [self.connection.transport] if self.is_open and self.connection else []
