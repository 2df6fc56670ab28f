"""The network that fails: a TCP relay that resets each connection at a random time.

A cut is a reset in the middle of the way: both ends get it, and what was on its way to the
relay is lost.  Cuts are a Poisson process over the time for which a connection is open, so
they come as often while an upload is busy, whatever it has sent before.
Knows nothing of HTTP, nor of what is uploaded.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import cast

from bench.model.messages import Address
from scenarios.upload._planned import lives
from targets._target import BACKLOG, BaseTarget

CLOSE_BY_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of 0 s: what is closed sends a reset."""

HELD_BYTES = 65_536
"""What the relay holds for a receiver that is slow, before it reads no more."""


class RelayTarget(BaseTarget):
    """Passes bytes between clients and the first server, or the proxy before it, both ways."""

    server: asyncio.Server | None = None

    async def start(self, port: int) -> int:
        rate = self.load.own.cut_rate_per_s
        self.lives = lives(rate, self.seed) if rate else None
        self.cuts = 0
        self.opening: set[asyncio.Task[None]] = set()
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(
            lambda: _FromClient(self), self.host, port, backlog=BACKLOG
        )
        return int(self.server.sockets[0].getsockname()[1])

    @property
    def behind(self) -> tuple[str, int]:
        """Where connections lead."""
        server = self.server_address()
        for one in server.listeners.values():
            return one.host, one.port
        return server.host, server.port

    def server_address(self) -> Address:
        """The server before which it stands."""
        return self.parts["server"][0]

    def counts(self) -> dict[str, float]:
        """Connections that the relay has cut."""
        return {"cuts": self.cuts}

    def time_to_cut_s(self) -> float | None:
        """For how long a new connection lives; None: it is never cut."""
        return next(self.lives) if self.lives is not None else None


class _End(asyncio.Protocol):
    """One side of a relayed connection."""

    transport: asyncio.Transport | None = None
    other: _End | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        self.transport.set_write_buffer_limits(HELD_BYTES)

    def data_received(self, data: bytes) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.write(data)

    def pause_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        if self.other is None or self.other.transport is None:
            return
        if error is None:
            self.other.transport.close()
        else:
            self.other.reset()

    def reset(self) -> None:
        """End it with a reset, so that nothing more is taken."""
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CLOSE_BY_RESET)
        transport.abort()


class _FromClient(_End):
    """The side of the client, which has the other one opened and the cut planned."""

    def __init__(self, relay: RelayTarget) -> None:
        self._relay = relay
        self._cut: asyncio.TimerHandle | None = None
        self._opening: asyncio.Task[None] | None = None
        self._early: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._opening = asyncio.create_task(self._open())
        self._relay.opening.add(self._opening)
        self._opening.add_done_callback(self._relay.opening.discard)

    async def _open(self) -> None:
        """Reach the server; a client whose server is not there is reset, as if it had been."""
        loop, (host, port) = asyncio.get_running_loop(), self._relay.behind
        try:
            _, end = await loop.create_connection(_End, host, port)
        except OSError:
            self.reset()
            return
        if self.transport is None or self.transport.is_closing():
            end.reset()
            return
        self.other, end.other = end, self
        for data in self._early:
            super().data_received(data)
        if (after_s := self._relay.time_to_cut_s()) is not None:
            self._cut = loop.call_later(after_s, self._reset_both)

    def data_received(self, data: bytes) -> None:
        if self.other is None:  # uvloop cannot keep a new connection from being read
            self._early.append(data)
        else:
            super().data_received(data)

    def _reset_both(self) -> None:
        self._relay.cuts += 1
        self.reset()
        if self.other is not None:
            self.other.reset()

    def connection_lost(self, error: Exception | None) -> None:
        if self._cut is not None:
            self._cut.cancel()
        super().connection_lost(error)
