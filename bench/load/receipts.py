"""When the kernel received what clients then read: of some of them, beside what they record.

The kernel stamps what arrives at a socket that asks for it (SO_TIMESTAMPNS), and tells the stamp
to who reads with `recvmsg`; uvloop reads without.  So just before each of uvloop's reads, the first
of the bytes that wait is looked at and left there.  Clients read as ever, and what they call done
is as ever.  The look takes a few microseconds, therefore only some clients are followed.
Knows nothing of protocols, nor what is read.
"""

from __future__ import annotations

import _socket  # the original class: socket.socket is gevent's in a load process
import asyncio
import struct
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from bench.clock import SET_NS, Clocks
from bench.model.recorder import Recorder
from bench.model.samples import OK, RECEIPT

ONE_OF = 32
"""Of so many clients one is followed.  Its reads cost half as much again, or more; of all, one or
two hundredths."""

SO_TIMESTAMPNS = 35
STAMP = struct.Struct("qq")
"""A timespec: seconds and nanoseconds of the wall's clock."""

STAMP_SPACE = _socket.CMSG_SPACE(STAMP.size)
PEEK = _socket.MSG_PEEK | _socket.MSG_DONTWAIT
SECOND_NS = 1_000_000_000
READ_BYTES = 256_000
"""At most so much is read at once: as much as uvloop would without us."""

ReadClocks = Callable[[], tuple[int, int]]
"""The time, and what it is ahead of the wall's clock."""


class StampedSocket(Protocol):
    """A transport's socket, borrowed: the transport closes it."""

    def recvmsg(
        self, size: int, space: int, flags: int, /
    ) -> tuple[bytes, list[tuple[int, int, bytes]], int, Any]: ...

    def detach(self) -> int: ...


class Receipts:
    """Records a row for each read of the clients that are followed.

    `first` is the number of one of them; with fewer clients than ONE_OF it is the only one.
    """

    def __init__(self, recorder: Recorder, first: int, clocks: ReadClocks | None = None) -> None:
        self._recorder = recorder
        self._code = recorder.code(RECEIPT)
        self._first = first % ONE_OF
        self.clocks: ReadClocks = clocks or Clocks()
        _, self._ahead_ns = self.clocks()
        self._count = 0
        # One for all: it is filled and emptied within one call of the loop.
        self.buffer = memoryview(bytearray(READ_BYTES))

    def follows(self, number: int) -> bool:
        """Whether the client of this number is one of them."""
        return number % ONE_OF == self._first

    def follow(self, number: int, transports: Iterable[asyncio.Transport]) -> None:
        """Follow the connections that a client has now: those over TCP and without TLS."""
        for transport in transports:
            if (fd := _stamped(transport)) is not None:
                borrowed = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM, 0, fd)
                follower = Follower(transport.get_protocol(), borrowed, self, number)
                transport.set_protocol(follower)

    def add(self, number: int, stamp: bytes, now_ns: int, ahead_ns: int, size: int) -> None:
        """A client read `size` bytes at `now_ns`; the kernel's stamp is of the first of them.

        Where the wall's clock was set since the read before this one, nobody knows by which the
        stamp was made: it is left out.
        """
        was_set = abs(ahead_ns - self._ahead_ns) > SET_NS
        self._ahead_ns = ahead_ns
        if was_set:
            return
        seconds, rest = STAMP.unpack(stamp)
        received_ns = seconds * SECOND_NS + rest + ahead_ns
        self._count += 1
        self._recorder.add(
            self._code,
            OK,
            number,
            self._count,
            received_ns,
            received_ns,
            now_ns,
            now_ns,
            0,
            size,
        )


def _stamped(transport: asyncio.Transport) -> int | None:
    """The descriptor of the transport's socket, which then has stamps; None where it cannot."""
    sock = transport.get_extra_info("socket")
    if sock is None or transport.is_closing():
        return None
    # With TLS what the client gets was read before it is asked where to put it.
    if transport.get_extra_info("sslcontext") is not None:
        return None
    if sock.type != _socket.SOCK_STREAM or sock.family not in {_socket.AF_INET, _socket.AF_INET6}:
        return None
    try:
        sock.setsockopt(_socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    except OSError:  # lost meanwhile, as its protocol will be told
        return None
    fd: int = sock.fileno()
    return fd


class Follower(asyncio.BufferedProtocol):
    """Stands before a connection's own protocol: looks first, and passes everything on.

    A protocol that has a buffer of its own goes on reading into it.
    """

    def __init__(self, inner: Any, borrowed: StampedSocket, receipts: Receipts, number: int):
        self._inner = inner
        self._borrowed = borrowed
        self._look = borrowed.recvmsg
        self._receipts, self._clocks = receipts, receipts.clocks
        self._number = number
        self._stamp = b""
        self._error: OSError | None = None
        # As uvloop tells them apart.
        if hasattr(inner, "get_buffer") and not isinstance(inner, asyncio.Protocol):
            self._buffer_of, self._take = inner.get_buffer, inner.buffer_updated
        else:
            self._buffer_of, self._take = self._shared_buffer, self._hand_on

    def get_buffer(self, hint: int) -> Any:
        try:
            _, ancillary, _, _ = self._look(1, STAMP_SPACE, PEEK)
            self._stamp = ancillary[0][2] if ancillary else b""
        except BlockingIOError:  # a read that filled the buffer is followed by another
            self._stamp = b""
        except OSError as error:
            # The kernel tells it once: uvloop will find an end, as if the other side had closed.
            self._stamp, self._error = b"", error
        return self._buffer_of(hint)

    def buffer_updated(self, size: int) -> None:
        now_ns, ahead_ns = self._clocks()
        self._take(size)
        if self._stamp:
            self._receipts.add(self._number, self._stamp, now_ns, ahead_ns, size)

    def _shared_buffer(self, _: int) -> memoryview:
        return self._receipts.buffer

    def _hand_on(self, size: int) -> None:
        self._inner.data_received(bytes(self._receipts.buffer[:size]))

    def eof_received(self) -> bool | None:
        if self._error is not None:
            return None
        keeps_open: bool | None = self._inner.eof_received()
        return keeps_open

    def connection_lost(self, error: Exception | None) -> None:
        self._borrowed.detach()
        self._inner.connection_lost(error or self._error)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()
