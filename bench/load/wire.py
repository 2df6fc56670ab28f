"""What the kernel counted on the clients' sockets, open and closed ones: totals at an instant.

Knows nothing of what the bytes mean, nor how one socket is read.
"""

from __future__ import annotations

import asyncio

from bench.model.readings import Wire
from bench.tcpinfo import NO_RTT, Counts, read_socket, totals

SOCKETS_AT_ONCE = 200
"""Sockets read between two turns of the loop: about 0.5 ms."""

SOCKET_NS = 4_000
"""About what reading one takes."""


class WireMeter:
    """Knows every client socket from its connect to its close."""

    def __init__(self) -> None:
        self._open: set[int] = set()
        self._closed = Counts()
        self.opened = 0
        self.unseen = 0
        """Connections of which no socket tells (QUIC): then only a link counts the bytes."""

    def opens(self, transport: asyncio.BaseTransport) -> int:
        """Take note of a new connection; returns what `closes` wants."""
        fd: int = transport.get_extra_info("socket").fileno()
        self.opens_descriptor(fd)
        return fd

    def opens_descriptor(self, fd: int) -> None:
        """Take note of a new TCP socket by its descriptor, which `closes` wants."""
        self._open.add(fd)
        self.opened += 1

    def closes(self, fd: int) -> None:
        """Keep the last counts of a socket, before its descriptor is given up."""
        if fd not in self._open:
            return
        self._open.discard(fd)
        try:
            self._closed.add(read_socket(fd)[0])
        except OSError:  # gone already: what it carried since the last reading is unknown
            return

    @property
    def reading_ns(self) -> int:
        """About how long a snapshot takes."""
        return len(self._open) * SOCKET_NS

    async def snapshot(self) -> Wire:
        """All totals now, taking turns with the clients."""
        total = Counts()
        total.add(self._closed)
        times = []
        for number, fd in enumerate(list(self._open), start=1):
            if fd not in self._open:  # closed while others were read: counted there
                continue
            try:
                counts, min_rtt = read_socket(fd)
            except OSError:  # its end is about to be told to `closes`
                continue
            total.add(counts)
            if min_rtt != NO_RTT:
                times.append(min_rtt)
            if number % SOCKETS_AT_ONCE == 0:
                await asyncio.sleep(0)
        return Wire(
            **totals(total, times),
            open=len(self._open),
            opened=self.opened,
            unseen=self.unseen,
        )
