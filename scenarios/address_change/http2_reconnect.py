"""Client side of HTTP/2: over TLS 1.3 on TCP; a broken connection is replaced by a new one."""

from __future__ import annotations

from scenarios.address_change._http2 import Http2Connection
from scenarios.address_change._reply import Reply
from scenarios.address_change._tcp import TcpClient


class Client(TcpClient[Http2Connection]):
    """Streams have ids, and their connection has none: it is TCP's, and breaks as HTTP/1.1's."""

    application = "h2"

    def protocol(self) -> Http2Connection:
        return Http2Connection(self.session.wire)

    async def ask(self, path: str) -> Reply:
        assert self.connection is not None
        return await self.connection.ask(f"{self.session.host}:{self.session.port}", path)
