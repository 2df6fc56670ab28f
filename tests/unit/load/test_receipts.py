"""Clients whose reads are stamped read as others do; beside it there is a row for each read."""

from __future__ import annotations

import asyncio
import socket
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.clock import SET_NS
from bench.load.receipts import ONE_OF, STAMP, Follower, Receipts
from bench.model.recorder import Recorder
from bench.model.samples import COMMON_OPERATIONS, RECEIPT, rows

AHEAD_NS = -1_700_000_000_000_000_000
SECOND_NS = 1_000_000_000


class Hands:
    """Clocks that stand still; the wall's can be set."""

    now_ns, ahead_ns = 5 * SECOND_NS, AHEAD_NS

    def __call__(self) -> tuple[int, int]:
        return self.now_ns, self.ahead_ns


class Kernel:
    """A socket whose next look finds what a test says: a stamp, an error, or nothing."""

    def __init__(self) -> None:
        self.finds: int | OSError | None = None
        self.detached = 0

    def recvmsg(self, size: int, space: int, flags: int) -> tuple[bytes, list[Any], int, None]:
        assert (size, flags) == (1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        assert space >= socket.CMSG_SPACE(STAMP.size)
        if isinstance(self.finds, OSError):
            raise self.finds
        if self.finds is None:
            return b"", [], 0, None
        stamp = STAMP.pack(*divmod(self.finds, SECOND_NS))
        return b"x", [(socket.SOL_SOCKET, 35, stamp)], 0, None

    def detach(self) -> None:
        self.detached += 1


class Streaming(asyncio.Protocol):
    """A protocol that is given bytes."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def data_received(self, data: bytes) -> None:
        self.told.append(data)

    def eof_received(self) -> None:
        self.told.append("end")

    def connection_lost(self, error: Exception | None) -> None:
        self.told.append(error)

    def pause_writing(self) -> None:
        self.told.append("pause")

    def resume_writing(self) -> None:
        self.told.append("resume")


class Buffered(asyncio.BufferedProtocol):
    """A protocol that says where to put them."""

    def __init__(self) -> None:
        self.place = bytearray(100)
        self.told: list[bytes] = []

    def get_buffer(self, sizehint: int) -> bytearray:
        return self.place

    def buffer_updated(self, nbytes: int) -> None:
        self.told.append(bytes(self.place[:nbytes]))


class Scene:
    """A followed connection of client 3, with its kernel, its clocks and its rows."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.kernel, self.hands = inner, Kernel(), Hands()
        self.recorder = Recorder(COMMON_OPERATIONS)
        self.receipts = Receipts(self.recorder, 3, self.hands)
        self.follower = Follower(inner, self.kernel, self.receipts, 3)

    def read(self, data: bytes, finds: int | OSError | None) -> None:
        """As uvloop does: it asks for a buffer, reads into it, and says how much it was."""
        self.kernel.finds = finds
        buffer = memoryview(self.follower.get_buffer(65_536))
        if data:
            buffer[: len(data)] = data
            self.follower.buffer_updated(len(data))

    def rows(self) -> list[tuple[int, ...]]:
        """(client, number, received, read, bytes) of each."""
        found = rows(self.recorder.take())
        assert all(found["operation"] == COMMON_OPERATIONS.index(RECEIPT))
        assert (found["intended_ns"] == found["sent_ns"]).all()
        names = ["client", "sequence", "intended_ns", "done_ns", "bytes_down"]
        return [tuple(int(one[name]) for name in names) for one in found]


def stamp_of(received_ns: int) -> int:
    """What the wall's clock shows when the other shows this."""
    return received_ns - AHEAD_NS


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=90), st.integers(1, 10**9)), max_size=5))
@pytest.mark.parametrize("kind", [Streaming, Buffered])
def test_whatever_is_read_is_passed_on_and_has_a_row(
    kind: type[Any], reads: list[tuple[bytes, int]]
) -> None:
    scene, wanted = Scene(kind()), []
    for number, (data, delay_ns) in enumerate(reads, start=1):
        received_ns = scene.hands.now_ns + 7
        scene.hands.now_ns = received_ns + delay_ns
        scene.read(data, stamp_of(received_ns))
        wanted.append((3, number, received_ns, received_ns + delay_ns, len(data)))
    assert scene.inner.told == [data for data, _ in reads]
    assert scene.rows() == wanted


@pytest.mark.parametrize("finds", [None, BlockingIOError(11, "again")])
def test_a_read_without_a_stamp_is_passed_on_and_has_no_row(finds: Any) -> None:
    """The stamp of the read before it is not taken for its own."""
    scene = Scene(Streaming())
    scene.read(b"a", stamp_of(1))
    scene.read(b"b", finds)
    assert scene.inner.told == [b"a", b"b"]
    assert len(scene.rows()) == 1


@pytest.mark.parametrize("step_ns", [SET_NS + 1, -SET_NS - 1])
def test_what_came_while_the_walls_clock_was_set_has_no_row(step_ns: int) -> None:
    scene = Scene(Streaming())
    scene.hands.ahead_ns += step_ns
    scene.read(b"a", stamp_of(1))
    scene.read(b"b", stamp_of(2) - step_ns)
    assert scene.inner.told == [b"a", b"b"]
    assert [row[2] for row in scene.rows()] == [2]


def test_an_error_that_the_look_takes_away_is_told_all_the_same() -> None:
    """The kernel tells an error once: after the look uvloop finds an orderly end."""
    scene = Scene(Streaming())
    error = ConnectionResetError(104, "reset")
    scene.read(b"", error)
    assert not scene.follower.eof_received()
    scene.follower.connection_lost(None)
    assert scene.inner.told == [error]
    assert scene.kernel.detached == 1


def test_what_else_a_transport_says_is_passed_on() -> None:
    scene = Scene(Streaming())
    scene.follower.pause_writing()
    scene.follower.resume_writing()
    scene.read(b"", None)
    scene.follower.eof_received()
    scene.follower.connection_lost(None)
    assert scene.inner.told == ["pause", "resume", "end", None]
    assert scene.kernel.detached == 1


@given(st.integers(0, 10**6), st.integers(1, 1000))
def test_one_client_of_so_many_is_followed_and_never_none(seed: int, clients: int) -> None:
    receipts = Receipts(Recorder(COMMON_OPERATIONS), seed % clients, Hands())
    followed = [number for number in range(clients) if receipts.follows(number)]
    assert max(1, clients // ONE_OF) <= len(followed) <= -(-clients // ONE_OF)


def transport(fd: int, family: int, kind: int, **more: Any) -> Any:
    options: list[tuple[int, ...]] = []
    sock = SimpleNamespace(
        fileno=lambda: fd, family=family, type=kind, setsockopt=lambda *one: options.append(one)
    )
    known = {"socket": sock, **more}
    return SimpleNamespace(
        get_extra_info=known.get,
        is_closing=lambda: bool(more.get("closing")),
        get_protocol=Streaming,
        set_protocol=lambda one: options.append((0, 0, one)),
        options=options,
    )


@pytest.mark.parametrize(
    "refused",
    [
        transport(9, socket.AF_INET, socket.SOCK_STREAM, sslcontext=object()),
        transport(9, socket.AF_INET, socket.SOCK_STREAM, closing=True),
        transport(9, socket.AF_INET, socket.SOCK_DGRAM),
        transport(9, socket.AF_UNIX, socket.SOCK_STREAM),
        transport(9, socket.AF_INET, socket.SOCK_STREAM, socket=None),
    ],
)
def test_only_tcp_without_tls_is_followed(refused: Any) -> None:
    Receipts(Recorder(COMMON_OPERATIONS), 0, Hands()).follow(0, [refused])
    assert refused.options == []
