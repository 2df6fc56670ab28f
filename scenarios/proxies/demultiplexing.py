"""Client side of a demultiplexing proxy: a stream of the load process's one connection."""

from __future__ import annotations

from bench.load.working import WorkItem
from scenarios.proxies._query import PATH, QueryClient, SharedConnection


class Client(QueryClient):
    """One stream at a time on a connection that all clients share."""

    shared: SharedConnection | None = None

    async def connect(self) -> None:
        origin = self.session.address.listeners["http2"].url
        self.shared = await SharedConnection.join(self.session, origin)

    async def query(self, item: WorkItem) -> int:
        assert self.shared is not None
        fetched = await self.shared.curl.fetch(PATH)
        if fetched.status != 200:
            raise ConnectionError(f"HTTP {fetched.status}")
        item.sent_ns = fetched.sent_ns
        item.bytes_up = fetched.header_bytes_up
        item.first_byte_ns = fetched.first_byte_ns
        return fetched.body_bytes

    async def close(self) -> None:
        shared, self.shared = self.shared, None
        if shared is not None:
            shared.leave()
