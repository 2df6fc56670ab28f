"""Client side of TCP: HTTP/1.1 over TLS 1.3; a broken connection is replaced by a new one."""

from __future__ import annotations

from bench.load.clients.http1 import Http1Connection, get
from scenarios.address_change._reply import Reply
from scenarios.address_change._tcp import TcpClient


class Client(TcpClient[Http1Connection]):
    """A TCP connection is its two addresses: with another one nothing can come over it."""

    def protocol(self) -> Http1Connection:
        return Http1Connection(self.session.wire)

    async def ask(self, path: str) -> Reply:
        assert self.connection is not None
        found = await self.connection.request(get(path, self.session.host, self.session.port))
        return Reply(found.status, found.body, found.first_byte_ns)
