"""When the kernel received what clients then read: of some reads, beside what clients record.

The kernel stamps what arrives at a socket that asks for it (SO_TIMESTAMPNS), and tells the stamp
to who reads with `recvmsg`; where it merges segments, it keeps the last one's stamp.  uvloop
reads without.  So just before a read of uvloop's, the first of the bytes that wait is looked at and
left there.  The look takes 4 us where it is made again and again, and 13 to 25 where it is not, by
which that read is later.  Therefore few reads are followed, and their clients are as all others
before and after.
Knows nothing of protocols, nor what is read.
"""

from __future__ import annotations

import _socket  # the original class: socket.socket is gevent's in a load process
import asyncio
import contextlib
import random
import struct
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import count
from typing import Any, Protocol

from bench.clock import SET_NS, Clocks, now_ns
from bench.model.recorder import Recorder
from bench.model.samples import OK, RECEIPT

ONE_OF = 64
"""Of so many operations at most one read is followed."""

TICKS = 4
"""And at most one in so many ticks: to draw a client and to follow it takes up to 0.1 ms."""

MOST_AT_ONCE = 16
"""So many clients are followed at most, until they read; the longest one is then given up."""

SO_TIMESTAMPNS = 35
STAMP = struct.Struct("qq")
"""A timespec: seconds and nanoseconds of the wall's clock."""

STAMP_SPACE = _socket.CMSG_SPACE(STAMP.size)
PEEK = _socket.MSG_PEEK | _socket.MSG_DONTWAIT
INTERNET = (_socket.AF_INET, _socket.AF_INET6)
SECOND_NS = 1_000_000_000
READ_BYTES = 256_000
"""At most so much is read at once: as much as uvloop would without us."""

ReadClocks = Callable[[], tuple[int, int]]
"""The time, and what it is ahead of the wall's clock."""

Until = Callable[[int], Awaitable[None]]


class StampedSocket(Protocol):
    """A transport's socket, borrowed: the transport closes it."""

    def recvmsg(
        self, size: int, space: int, flags: int, /
    ) -> tuple[bytes, list[tuple[int, int, bytes]], int, Any]: ...

    def detach(self) -> int: ...


def have_stamps() -> None:
    """Have the kernel stamp what arrives, for as long as this process lives.

    It begins with the first socket that asks, and not at once.
    """
    first = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    first.setsockopt(_socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    first.detach()


class Followed(Protocol):
    """A client, which says what connections it has now; NotImplementedError: none that can be."""

    def transports(self) -> Sequence[asyncio.Transport]: ...


class Receipts:
    """Draws a client now and then, and records a row for its next read.

    `clients` are those of this process by number, and may become more.
    """

    def __init__(
        self,
        recorder: Recorder,
        clients: Mapping[int, Followed],
        seed: int,
        clocks: ReadClocks | None = None,
        now: Callable[[], int] = now_ns,
    ) -> None:
        self._recorder = recorder
        self._code = recorder.code(RECEIPT)
        self._clients = clients
        self._known: list[tuple[int, Followed]] = []
        self._random = random.Random(seed)
        self.now = now
        self._clocks: ReadClocks = clocks or Clocks()
        _, self._ahead_ns = self._clocks()
        self._seen = self._count = 0
        self._followers: deque[Follower] = deque()
        # One for all: it is filled and emptied within one call of the loop.
        self.buffer = memoryview(bytearray(READ_BYTES))

    def between(self, until: Until) -> Until:
        """Wait for ticks as `until` does, and draw a client before some of them."""
        ticks = count()

        async def draw_and_wait(due_ns: int) -> None:
            if not next(ticks) % TICKS:
                self.draw()
            await until(due_ns)

        return draw_and_wait

    def draw(self) -> None:
        """Follow the next read of a client, unless there was too little to read since the last."""
        counted = self._recorder.counted
        if counted - self._seen < ONE_OF:
            return
        self._seen = counted
        if len(self._known) != len(self._clients):
            self._known = list(self._clients.items())
        if not self._known:
            return
        number, client = self._random.choice(self._known)
        try:
            transports = client.transports()
        except NotImplementedError:
            return
        for transport in transports:
            self._follow(number, transport)

    def _follow(self, number: int, transport: asyncio.Transport) -> None:
        """Follow one connection: over TCP, and without TLS."""
        inner: Any = transport.get_protocol()
        if isinstance(inner, Follower) or (borrowed := _stamped(transport)) is None:
            return
        if len(self._followers) >= MOST_AT_ONCE:
            self._followers[0].stop()
        follower = Follower(transport, inner, borrowed, self, number)
        self._followers.append(follower)
        transport.set_protocol(follower)

    def forget(self, follower: Follower) -> None:
        """It follows nobody any more."""
        with contextlib.suppress(ValueError):
            self._followers.remove(follower)

    def add(self, number: int, stamp: bytes, read_ns: int, look_ns: int, size: int) -> None:
        """A client read `size` bytes at `read_ns`; the look before took `look_ns`.

        The kernel's stamp is of what it received last of the bytes that it keeps together: where
        more arrives during the look, only the part of the look behind the stamp is taken off.
        Where the wall's clock was set since the receipt before this one, nobody knows by which the
        stamp was made: it is left out.
        """
        _, ahead_ns = self._clocks()
        was_set = abs(ahead_ns - self._ahead_ns) > SET_NS
        self._ahead_ns = ahead_ns
        if was_set:
            return
        seconds, rest = STAMP.unpack(stamp)
        received_ns = seconds * SECOND_NS + rest + ahead_ns
        self._count += 1
        done_ns = read_ns - min(look_ns, max(0, read_ns - received_ns))
        row = (received_ns, received_ns, done_ns, done_ns, 0, size)
        self._recorder.add(self._code, OK, number, self._count, *row)


def _stamped(transport: asyncio.Transport) -> _socket.socket | None:
    """The transport's socket, which then has stamps; None where it cannot."""
    sock = transport.get_extra_info("socket")
    if sock is None or transport.is_closing():
        return None
    # With TLS what the client gets was read before it is asked where to put it.
    if transport.get_extra_info("sslcontext") is not None:
        return None
    if sock.type != _socket.SOCK_STREAM or sock.family not in INTERNET:
        return None
    # Not by the transport's own `setsockopt`: it makes a socket of gevent's for each call.
    try:
        borrowed = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM, 0, sock.fileno())
    except OSError:  # lost meanwhile, as its protocol will be told
        return None
    borrowed.setsockopt(_socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    return borrowed


class Follower(asyncio.BufferedProtocol):
    """Stands before a connection's own protocol for one read: looks first, and passes all on.

    A protocol that has a buffer of its own goes on reading into it.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        inner: Any,
        borrowed: StampedSocket,
        receipts: Receipts,
        number: int,
    ) -> None:
        self._transport, self._inner, self._borrowed = transport, inner, borrowed
        self._receipts, self._number = receipts, number
        self._stamp, self._look_ns = b"", 0
        self._error: OSError | None = None
        # As uvloop tells them apart.
        self._is_buffered = hasattr(inner, "get_buffer") and not isinstance(inner, asyncio.Protocol)

    def get_buffer(self, hint: int) -> Any:
        begun_ns = self._receipts.now()
        try:
            _, ancillary, _, _ = self._borrowed.recvmsg(1, STAMP_SPACE, PEEK)
            self._stamp = ancillary[0][2] if ancillary else b""
        except BlockingIOError:  # a read that filled the buffer is followed by another
            self._stamp = b""
        except OSError as error:
            # The kernel tells it once: uvloop will find an end, as if the other side had closed.
            self._stamp, self._error = b"", error
        self._look_ns = self._receipts.now() - begun_ns
        return self._inner.get_buffer(hint) if self._is_buffered else self._receipts.buffer

    def buffer_updated(self, size: int) -> None:
        read_ns = self._receipts.now()
        if self._is_buffered:
            self._inner.buffer_updated(size)
        else:
            self._inner.data_received(bytes(self._receipts.buffer[:size]))
        if self._stamp:
            self._receipts.add(self._number, self._stamp, read_ns, self._look_ns, size)
        self.stop()

    def stop(self) -> None:
        """Leave the connection to its own protocol."""
        self._receipts.forget(self)
        if self._transport.is_closing():  # its end will be told through here
            return
        self._borrowed.detach()
        if self._transport.get_protocol() is self:
            self._transport.set_protocol(self._inner)

    def eof_received(self) -> bool | None:
        if self._error is not None:
            return None
        keeps_open: bool | None = self._inner.eof_received()
        return keeps_open

    def connection_lost(self, error: Exception | None) -> None:
        self._receipts.forget(self)
        self._borrowed.detach()
        self._inner.connection_lost(error or self._error)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()
