"""TCP_INFO of one socket: bytes and segments in both directions, as the kernel counted them.

On loopback this is the byte-exact way: wire bytes = stream bytes + headers of
every segment (IPv4 20 + TCP 20 + timestamps 12), + 8 for the longer options of
the SYN (checked against a packet capture by a test).
Knows nothing of who has the socket, nor what the bytes mean.
"""

from __future__ import annotations

import _socket  # the original class: socket.socket is gevent's in a load process
import statistics
import struct
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

IPPROTO_TCP, TCP_INFO = 6, 11
INFO_BYTES = 232
PLAIN_HEADER, TIMESTAMP_OPTION, SYN_EXTRA = 40, 12, 8
OPTION_TIMESTAMPS = 1
LISTENING = 10
"""The kernel's number for a socket that has no connection of its own."""

NO_RTT = 2**32 - 1
"""What the kernel says before it has seen a round trip."""

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


def totals(counts: Counts, round_trips_us: Sequence[int]) -> dict[str, Any]:
    """The counts by name, and the median of the sockets' least round-trip times."""
    rtt_us = statistics.median(round_trips_us) if round_trips_us else None
    return {**{name: getattr(counts, name) for name in _NAMES}, "rtt_us": rtt_us}


def tcp_info(fd: int) -> bytes:
    """The kernel's record of a TCP socket; OSError where the descriptor is none."""
    borrowed = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM, 0, fd)
    try:
        info: bytes = borrowed.getsockopt(IPPROTO_TCP, TCP_INFO, INFO_BYTES)
    finally:
        borrowed.detach()
    return info


def is_connected(info: bytes) -> bool:
    """Whether the socket has, or had, a connection."""
    return info[0] != LISTENING


def read_socket(fd: int) -> tuple[Counts, int]:
    """The counts of one TCP socket and its least round-trip time in microseconds."""
    return counted(tcp_info(fd))


def counted(info: bytes) -> tuple[Counts, int]:
    """The counts in a socket's record and its least round-trip time in microseconds."""
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
