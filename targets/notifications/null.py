"""The harness's own floor: each event goes straight onto a bare TCP connection, without a
protocol."""

from __future__ import annotations

import asyncio

from bench.model.samples import EVERY
from targets._events import Event, EventSource
from targets._slow import burn
from targets._target import BACKLOG, BaseTarget

TITLE = "harness floor (null)"
EXAMPLE = "(echo 0; sleep 5) | nc {host} {port}"
COMPARED = False


class Connection(asyncio.Protocol):
    """One client; it says its number in a line and then only listens."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.greeting = b""
        self.client = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.greeting += data
        if self.client < 0 and self.greeting.endswith(b"\n"):
            self.client = int(self.greeting)
            self.target.listeners.setdefault(self.client, set()).add(self.transport)
            self.transport.write(b"\n")  # type: ignore[attr-defined]

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002
        self.target.listeners.get(self.client, set()).discard(self.transport)


class Target(BaseTarget):
    """Writes each payload and a line end to every client for which it is meant."""

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        self.listeners: dict[int, set[asyncio.BaseTransport]] = {}
        self.source = EventSource(self.load, self.seed, self.deliver)

    async def start(self, port: int) -> int:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Connection(self), self.host, port, backlog=BACKLOG
        )
        return int(server.sockets[0].getsockname()[1])

    def deliver(self, audience: int, event: Event) -> None:
        line = event.payload + b"\n"
        chosen = (
            self.listeners.values() if audience == EVERY else [self.listeners.get(audience, set())]
        )
        for transports in chosen:
            for transport in transports:
                burn(self.load.own.burn_s)
                transport.write(line)  # type: ignore[attr-defined]
