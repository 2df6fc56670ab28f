"""A client that is followed reads as others do, and there is a row of that read beside."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_builders import in_loop

from bench.clock import SET_NS
from bench.load.receipts import MOST_AT_ONCE, ONE_OF, STAMP, TICKS, Follower, Receipts
from bench.model.recorder import Recorder
from bench.model.samples import COMMON_OPERATIONS, OK, RECEIPT, rows

AHEAD_NS = -1_700_000_000_000_000_000
SECOND_NS = 1_000_000_000


LOOK_NS = 25_000


class Hands:
    """Clocks that a look takes some time of; the wall's can be set."""

    now_ns, ahead_ns = 5 * SECOND_NS, AHEAD_NS

    def __call__(self) -> tuple[int, int]:
        return self.now_ns, self.ahead_ns

    def now(self) -> int:
        return self.now_ns


class Kernel:
    """A socket whose next look finds what a test says: a stamp, an error, or nothing."""

    def __init__(self, hands: Hands) -> None:
        self.finds: int | OSError | None = None
        self.hands = hands
        self.detached = 0

    def recvmsg(self, size: int, space: int, flags: int) -> tuple[bytes, list[Any], int, None]:
        assert (size, flags) == (1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        assert space >= socket.CMSG_SPACE(STAMP.size)
        self.hands.now_ns += LOOK_NS
        if isinstance(self.finds, OSError):
            raise self.finds
        if self.finds is None:
            return b"", [], 0, None
        stamp = STAMP.pack(*divmod(self.finds, SECOND_NS))
        return b"x", [(socket.SOL_SOCKET, 35, stamp)], 0, None

    def detach(self) -> int:
        self.detached += 1
        return 9


class Transport:
    """Of a connection that somebody may follow; all have one socket, which nobody reads."""

    fd = -1

    def __init__(self, inner: Any, **known: Any) -> None:
        self.protocol = inner
        self.closing = False
        sock = SimpleNamespace(
            fileno=lambda: self.fd, family=socket.AF_INET, type=socket.SOCK_STREAM
        )
        self.known = {"socket": sock, **known}

    def get_extra_info(self, name: str) -> Any:
        return self.known.get(name)

    def is_closing(self) -> bool:
        return self.closing

    def get_protocol(self) -> Any:
        return self.protocol

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol


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
        self.inner, self.hands, self.transport = inner, Hands(), Transport(inner)
        self.kernel = Kernel(self.hands)
        self.recorder = Recorder(COMMON_OPERATIONS)
        self.receipts = Receipts(self.recorder, {}, 1, self.hands, self.hands.now)
        self.follow()

    def follow(self) -> None:
        given: Any = self.transport
        self.follower = Follower(given, self.inner, self.kernel, self.receipts, 3)
        self.transport.protocol = self.follower

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


@given(st.binary(min_size=1, max_size=90), st.integers(1, 10**9))
@pytest.mark.parametrize("kind", [Streaming, Buffered])
def test_one_read_is_passed_on_and_has_a_row_and_the_protocol_is_its_own_again(
    kind: type[Any], data: bytes, delay_ns: int
) -> None:
    """What the look took is no delay of the read."""
    scene = Scene(kind())
    received_ns = scene.hands.now_ns + 7
    scene.hands.now_ns = received_ns + delay_ns
    scene.read(data, stamp_of(received_ns))
    assert scene.inner.told == [data]
    assert scene.rows() == [(3, 1, received_ns, received_ns + delay_ns, len(data))]
    assert scene.transport.protocol is scene.inner
    assert scene.kernel.detached == 1


@pytest.mark.parametrize(
    ("after_ns", "delay_ns"), [(0, 0), (LOOK_NS - 1, 0), (LOOK_NS, 0), (LOOK_NS + 9, -9)]
)
def test_what_arrives_during_the_look_was_read_no_sooner(after_ns: int, delay_ns: int) -> None:
    """The kernel adds it to what waits, with its own stamp.  A stamp after the read stays."""
    scene = Scene(Streaming())
    received_ns = scene.hands.now_ns + after_ns
    scene.read(b"ab", stamp_of(received_ns))
    assert scene.rows() == [(3, 1, received_ns, received_ns + delay_ns, 2)]


@pytest.mark.parametrize("finds", [None, BlockingIOError(11, "again")])
def test_a_read_without_a_stamp_is_passed_on_and_has_no_row(finds: Any) -> None:
    scene = Scene(Streaming())
    scene.read(b"b", finds)
    assert scene.inner.told == [b"b"]
    assert scene.rows() == []


def test_a_look_that_finds_nothing_to_read_is_followed_by_another() -> None:
    scene = Scene(Streaming())
    scene.read(b"", BlockingIOError(11, "again"))
    scene.read(b"b", stamp_of(1))
    assert scene.inner.told == [b"b"]
    assert len(scene.rows()) == 1


@pytest.mark.parametrize("step_ns", [SET_NS + 1, -SET_NS - 1])
def test_what_came_while_the_walls_clock_was_set_has_no_row(step_ns: int) -> None:
    scene = Scene(Streaming())
    scene.hands.ahead_ns += step_ns
    scene.read(b"a", stamp_of(1))
    scene.follow()
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


def test_the_end_of_a_connection_that_its_own_protocol_closes_is_passed_on() -> None:
    scene = Scene(Streaming())
    scene.inner.data_received = lambda _: setattr(scene.transport, "closing", True)
    scene.follow()
    scene.read(b"a", stamp_of(1))
    assert scene.transport.protocol is scene.follower
    scene.follower.connection_lost(None)
    assert scene.inner.told == [None]
    assert scene.kernel.detached == 1


# --- who is followed, and when ------------------------------------------------------------------


class Client:
    """It has these connections, or none that can be followed."""

    def __init__(self, *transports: Transport, are_known: bool = True) -> None:
        self.own, self.are_known = transports, are_known

    def transports(self) -> Any:
        if not self.are_known:
            raise NotImplementedError
        return self.own


@pytest.fixture(autouse=True)
def sock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with socket.socket() as made:
        monkeypatch.setattr(Transport, "fd", made.fileno())
        yield


def drawing(clients: dict[int, Client]) -> tuple[Recorder, Receipts]:
    recorder = Recorder(COMMON_OPERATIONS)
    return recorder, Receipts(recorder, clients, 1, Hands())


def work(recorder: Recorder, operations: int) -> None:
    for _ in range(operations):
        recorder.add(0, OK, 0, 0, 0, 0, 0, 0, 0, 0)


def followed(clients: dict[int, Client]) -> int:
    every = [one for client in clients.values() for one in client.own]
    return sum(isinstance(one.protocol, Follower) for one in every)


def detached(clients: dict[int, Client]) -> None:
    """The descriptors of these tests are nobody's."""
    for client in clients.values():
        for one in client.own:
            if isinstance(one.protocol, Follower):
                one.protocol.stop()


def test_one_is_drawn_after_so_many_operations() -> None:
    clients = {number: Client(Transport(Streaming())) for number in range(100)}
    recorder, receipts = drawing(clients)
    counts = []
    for operations in (0, ONE_OF - 1, 1, ONE_OF - 1, 10 * ONE_OF, 0):
        work(recorder, operations)
        receipts.draw()
        counts.append(followed(clients))
    detached(clients)
    assert counts == [0, 0, 1, 1, 2, 2]


def test_a_client_is_drawn_before_some_of_the_ticks() -> None:
    clients = {0: Client(Transport(Streaming()))}
    recorder, receipts = drawing(clients)
    found = []

    async def tick(due_ns: int) -> None:
        found.append((due_ns, followed(clients)))
        detached(clients)

    async def run() -> None:
        until = receipts.between(tick)
        for number in range(2 * TICKS):
            work(recorder, ONE_OF)
            await until(number)

    in_loop(run)
    assert found == [(number, int(number % TICKS == 0)) for number in range(2 * TICKS)]


def test_all_clients_have_their_turn_and_those_that_come_later() -> None:
    clients = {number: Client(Transport(Streaming())) for number in range(4)}
    recorder, receipts = drawing(clients)
    seen = set()
    for turn in range(200):
        if turn == 100:
            clients[4] = Client(Transport(Streaming()))
        work(recorder, ONE_OF)
        receipts.draw()
        seen |= {number for number in clients if followed({number: clients[number]})}
        detached(clients)
    assert seen == {0, 1, 2, 3, 4}


def test_who_is_not_read_is_given_up_for_others() -> None:
    clients = {number: Client(Transport(Streaming())) for number in range(500)}
    recorder, receipts = drawing(clients)
    for _ in range(3 * MOST_AT_ONCE):
        work(recorder, ONE_OF)
        receipts.draw()
        assert followed(clients) <= MOST_AT_ONCE
    assert followed(clients) == MOST_AT_ONCE
    detached(clients)
    assert followed(clients) == 0


def unlike(**known: Any) -> Transport:
    return Transport(Streaming(), **known)


def place(family: int, kind: int) -> Any:
    return SimpleNamespace(fileno=lambda: Transport.fd, family=family, type=kind)


def test_a_socket_that_was_lost_meanwhile_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Transport, "fd", 2**20)
    clients = {0: Client(Transport(Streaming()))}
    recorder, receipts = drawing(clients)
    work(recorder, ONE_OF)
    receipts.draw()
    assert followed(clients) == 0


@pytest.mark.parametrize(
    "client",
    [
        Client(unlike(sslcontext=object())),
        Client(unlike(socket=place(socket.AF_INET, socket.SOCK_DGRAM))),
        Client(unlike(socket=place(socket.AF_UNIX, socket.SOCK_STREAM))),
        Client(unlike(socket=None)),
        Client(are_known=False),
        Client(),
    ],
)
def test_only_tcp_without_tls_is_followed(client: Client) -> None:
    recorder, receipts = drawing({0: client})
    work(recorder, ONE_OF)
    receipts.draw()
    assert followed({0: client}) == 0


def test_nobody_is_followed_where_there_is_nobody() -> None:
    recorder, receipts = drawing({})
    work(recorder, ONE_OF)
    receipts.draw()
