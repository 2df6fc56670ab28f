"""What the kernel counted on the clients' sockets: TCP_INFO, open and closed ones.

On loopback this is the byte-exact way: wire bytes = stream bytes + headers of
every segment (IPv4 20 + TCP 20 + timestamps 12), + 8 for the longer options of
the SYN (checked against a packet capture by a test).
Knows nothing of what the bytes mean.
"""

from __future__ import annotations

import _socket  # the original class: socket.socket is gevent's in a load process
import asyncio
import statistics
import struct
from dataclasses import dataclass, fields

from bench.model.readings import Wire

IPPROTO_TCP, TCP_INFO = 6, 11
INFO_BYTES = 232
PLAIN_HEADER, TIMESTAMP_OPTION, SYN_EXTRA = 40, 12, 8
OPTION_TIMESTAMPS = 1
SOCKETS_AT_ONCE = 200
"""Sockets read between two turns of the loop: about 0.5 ms."""

NO_RTT = 2**32 - 1
"""What the kernel says before it has seen a round trip."""

SOCKET_NS = 4_000
"""About what reading one takes."""

_READ_BYTES = struct.Struct("<QII4xI")  # at 128: bytes_received, segs_out, segs_in, min_rtt


@dataclass(slots=True)
class Counts:
    """Sums over sockets."""

    stream_up: int = 0
    stream_down: int = 0
    wire_up: int = 0
    wire_down: int = 0
    segments_up: int = 0
    segments_down: int = 0
    retransmitted: int = 0

    def add(self, other: Counts) -> None:
        for name in _NAMES:
            setattr(self, name, getattr(self, name) + getattr(other, name))


_NAMES = [entry.name for entry in fields(Counts)]


def read_socket(fd: int) -> tuple[Counts, int]:
    """The counts of one TCP socket and its least round-trip time in microseconds."""
    borrowed = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM, 0, fd)
    try:
        info: bytes = borrowed.getsockopt(IPPROTO_TCP, TCP_INFO, INFO_BYTES)
    finally:
        borrowed.detach()
    received, segments_out, segments_in, min_rtt = _READ_BYTES.unpack_from(info, 128)
    (sent,) = struct.unpack_from("<Q", info, 200)
    (retransmitted,) = struct.unpack_from("<I", info, 100)
    header = PLAIN_HEADER + (TIMESTAMP_OPTION if info[5] & OPTION_TIMESTAMPS else 0)
    counts = Counts(
        stream_up=sent,
        stream_down=received,
        wire_up=sent + header * segments_out + SYN_EXTRA,
        wire_down=received + header * segments_in + SYN_EXTRA,
        segments_up=segments_out,
        segments_down=segments_in,
        retransmitted=retransmitted,
    )
    return counts, min_rtt


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
            **{name: getattr(total, name) for name in _NAMES},
            open=len(self._open),
            opened=self.opened,
            unseen=self.unseen,
            rtt_us=statistics.median(times) if times else None,
        )
