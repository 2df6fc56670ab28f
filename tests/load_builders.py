"""Stand-ins for what a load process has around it: a transport, a meter, the kernel's counts."""

from __future__ import annotations

import asyncio
import ctypes
from collections.abc import Awaitable, Callable, Iterable
from itertools import pairwise
from typing import Any, TypeVar

T = TypeVar("T")


class FakeTransport:
    """Keeps what is written; a test says what is read."""

    def __init__(self) -> None:
        self.written = b""
        self.aborted = self.closed = 0

    def write(self, data: bytes) -> None:
        self.written += data

    def abort(self) -> None:
        self.aborted += 1

    def close(self) -> None:
        self.closed += 1


class FakeMeter:
    """Gives out descriptors from 5 and keeps which were closed."""

    def __init__(self) -> None:
        self.opened = 0
        self.closed: list[int] = []

    def opens(self, transport: object) -> int:
        self.opened += 1
        return 4 + self.opened

    def closes(self, fd: int) -> None:
        self.closed.append(fd)


def in_loop(function: Callable[[], Awaitable[T]]) -> T:
    """Run a coroutine function in a fresh loop.  No test here waits for time or sockets."""

    async def once() -> T:
        return await function()

    return asyncio.run(once())


def pieces(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """`data` cut at these places (taken modulo its length); no piece is empty."""
    places = sorted({cut % len(data) for cut in cuts} - {0}) if data else []
    edges = [0, *places, len(data)]
    return [data[start:end] for start, end in pairwise(edges) if end > start]


class TcpInfo(ctypes.Structure):
    """struct tcp_info of <linux/tcp.h>, field by field."""

    _fields_ = (
        *((name, ctypes.c_uint8) for name in ("state", "ca_state", "retransmits", "probes")),
        *((name, ctypes.c_uint8) for name in ("backoff", "options", "wscale", "limited")),
        *((name, ctypes.c_uint32) for name in ("rto", "ato", "snd_mss", "rcv_mss")),
        *((name, ctypes.c_uint32) for name in ("unacked", "sacked", "lost", "retrans", "fackets")),
        *((name, ctypes.c_uint32) for name in ("last_data_sent", "last_ack_sent")),
        *((name, ctypes.c_uint32) for name in ("last_data_recv", "last_ack_recv")),
        *((name, ctypes.c_uint32) for name in ("pmtu", "rcv_ssthresh", "rtt", "rttvar")),
        *((name, ctypes.c_uint32) for name in ("snd_ssthresh", "snd_cwnd", "advmss")),
        *((name, ctypes.c_uint32) for name in ("reordering", "rcv_rtt", "rcv_space")),
        ("total_retrans", ctypes.c_uint32),
        *((name, ctypes.c_uint64) for name in ("pacing_rate", "max_pacing_rate")),
        *((name, ctypes.c_uint64) for name in ("bytes_acked", "bytes_received")),
        *((name, ctypes.c_uint32) for name in ("segs_out", "segs_in", "notsent_bytes")),
        *((name, ctypes.c_uint32) for name in ("min_rtt", "data_segs_in", "data_segs_out")),
        *((name, ctypes.c_uint64) for name in ("delivery_rate", "busy_time")),
        *((name, ctypes.c_uint64) for name in ("rwnd_limited", "sndbuf_limited")),
        *((name, ctypes.c_uint32) for name in ("delivered", "delivered_ce")),
        *((name, ctypes.c_uint64) for name in ("bytes_sent", "bytes_retrans")),
        *((name, ctypes.c_uint32) for name in ("dsack_dups", "reord_seen", "rcv_ooopack")),
        *((name, ctypes.c_uint32) for name in ("snd_wnd", "rcv_wnd", "rehash")),
    )


def tcp_info(**values: Any) -> bytes:
    """What the kernel would say; every field that is not named holds a wrong-looking number."""
    info = TcpInfo()
    for name, _ in TcpInfo._fields_:
        setattr(info, name, values.get(name, 170))
    return bytes(info)
