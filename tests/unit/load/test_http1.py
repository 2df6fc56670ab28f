"""The HTTP/1.1 client against h11 as the oracle, whatever the cuts between reads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import h11
import pytest
from http1_builders import INTERIM, REQUEST, Wire, head, opened, oracle, replies
from hypothesis import given
from hypothesis import strategies as st
from load_builders import FakeMeter, FakeTransport, in_loop, pieces

from bench.load.clients import http1
from bench.load.clients.http1 import (
    ConnectionClosed,
    Http1Connection,
    ProtocolError,
    Reply,
    get,
)


def exchange(connection: Http1Connection, reads: Sequence[bytes], ends: bool) -> Reply:
    """Ask, let the reads come, and return the reply (its error is raised)."""
    waiter = connection.request(REQUEST)
    for read in reads:
        assert not waiter.done(), "complete before its last byte"
        connection.data_received(read)
    if ends:
        connection.connection_lost(None)
    return waiter.result()


def check(reply: Reply, wire: Wire) -> None:
    assert (reply.status, reply.body) == oracle(wire.data, wire.framing == "close")
    assert reply.bytes_down == len(wire.data)
    assert 0 < reply.first_byte_ns <= reply.done_ns


@given(replies(), st.lists(st.integers(0, 400), max_size=6))
def test_any_reply_in_any_pieces_is_what_h11_reads(wire: Wire, cuts: list[int]) -> None:
    async def run() -> None:
        connection = opened()
        reply = exchange(connection, pieces(wire.data, cuts), wire.framing == "close")
        check(reply, wire)
        assert connection.closed == wire.closes

    in_loop(run)


@given(replies())
def test_every_byte_a_read_of_its_own(wire: Wire) -> None:
    async def run() -> None:
        reads = pieces(wire.data, range(len(wire.data)))
        check(exchange(opened(), reads, wire.framing == "close"), wire)

    in_loop(run)


@given(
    st.lists(replies(("length", "chunked")), min_size=2, max_size=4),
    st.lists(st.integers(0, 400), max_size=3),
)
def test_a_kept_connection_counts_each_reply_apart(wires: list[Wire], cuts: list[int]) -> None:
    async def run() -> None:
        connection = opened()
        for wire in wires:
            check(exchange(connection, pieces(wire.data, cuts), ends=False), wire)
            if wire.closes:
                assert connection.closed
                with pytest.raises(ConnectionClosed, match="the connection is closed"):
                    connection.request(REQUEST)
                return
        assert not connection.closed

    in_loop(run)


@given(replies(("length", "chunked")), replies(("length", "chunked")))
def test_of_several_replies_in_one_read_the_first_answers(first: Wire, second: Wire) -> None:
    """One request is under way at a time, so what follows its reply was not asked for."""

    async def run() -> None:
        connection = opened()
        waiter = connection.request(REQUEST)
        connection.data_received(first.data + second.data)
        reply = waiter.result()
        assert (reply.status, reply.body) == oracle(first.data, ended=False)
        if not connection.closed:
            check(exchange(connection, [second.data], ends=False), second)

    in_loop(run)


@given(replies(("length", "chunked")), st.integers(0, 400), st.lists(st.integers(0, 400)))
def test_a_reply_cut_short_is_an_error(wire: Wire, length: int, cuts: list[int]) -> None:
    async def run() -> None:
        connection = opened()
        cut = wire.data[: length % len(wire.data)]
        waiter = connection.request(REQUEST)
        for read in pieces(cut, cuts):
            connection.data_received(read)
        connection.connection_lost(None)
        with pytest.raises(ConnectionClosed, match="the server closed the connection"):
            waiter.result()
        assert connection.closed
        assert connection.ended.done()

    in_loop(run)


def test_the_head_of_a_reply_before_says_nothing_of_how_this_one_ends() -> None:
    async def run() -> None:
        connection = opened()
        reads = [head(200, [("Content-Length", "2")]), b"ok"]
        assert exchange(connection, reads, ends=False).body == b"ok"
        reads = [head(200, []), b"until ", b"the end"]
        assert exchange(connection, reads, ends=True).body == b"until the end"

    in_loop(run)


@given(replies(), st.lists(st.integers(0, 400), max_size=6))
def test_times_are_those_of_the_first_and_the_last_read(wire: Wire, cuts: list[int]) -> None:
    async def run() -> None:
        connection = opened()
        reads = pieces(wire.data, cuts)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(http1, "now_ns", count(1000).__next__)
            reply = exchange(connection, reads, wire.framing == "close")
        assert (reply.first_byte_ns, reply.done_ns) == (1000, 1000 + len(reads) - 1)

    in_loop(run)


def test_an_interim_reply_does_not_hide_that_the_real_one_is_cut_short() -> None:
    async def run() -> None:
        connection = opened()
        waiter = connection.request(REQUEST)
        connection.data_received(INTERIM[0] + head(200, [("Content-Length", "10")]) + b"abc")
        connection.connection_lost(None)
        with pytest.raises(ConnectionClosed):
            waiter.result()

    in_loop(run)


def test_a_reply_without_an_end_is_an_error_and_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http1, "MOST_BYTES", 1000)

    async def run() -> None:
        connection = opened()
        waiter = connection.request(REQUEST)
        connection.data_received(head(200, []))
        for _ in range(2):
            connection.data_received(bytes(500))
        with pytest.raises(ProtocolError, match="it does not end"):
            waiter.result()
        assert connection.closed

    in_loop(run)


def test_a_switch_of_protocols_that_nobody_asked_for_is_an_error() -> None:
    async def run() -> None:
        connection = opened()
        waiter = connection.request(REQUEST)
        connection.data_received(head(101, [("Upgrade", "websocket"), ("Connection", "upgrade")]))
        with pytest.raises(ProtocolError):
            waiter.result()
        assert connection.closed

    in_loop(run)


def test_a_reply_that_ends_with_the_connection_is_no_reply_after_a_reset() -> None:
    async def run() -> None:
        connection = opened()
        waiter = connection.request(REQUEST)
        connection.data_received(head(200, []) + b"half a bo")
        connection.connection_lost(ConnectionResetError("reset by peer"))
        with pytest.raises(ConnectionClosed, match="reset by peer"):
            waiter.result()

    in_loop(run)


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc Reason\r\n\r\n",
        b"HTTP/9.9.9 200 Reason\r\n\r\n",
        b"HTTP/1.1 200 Reason\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 Reason\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
        b"HTTP/1.1 200 Reason\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 Reason\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n",
    ],
)
def test_what_is_no_http_is_an_error_and_closes(data: bytes) -> None:
    async def run() -> None:
        connection = opened()
        waiter = connection.request(REQUEST)
        for read in pieces(data, range(len(data))):
            if not connection.closed:
                connection.data_received(read)
        with pytest.raises(ProtocolError, match="not an HTTP reply: "):
            waiter.result()
        assert connection._transport.aborted == 1  # type: ignore[attr-defined]
        connection.connection_lost(None)  # as the loop says afterwards

    in_loop(run)


@given(st.binary(max_size=80), st.lists(st.integers(0, 80), max_size=4))
def test_noise_never_makes_a_reply(noise: bytes, cuts: list[int]) -> None:
    """It is refused, or waited on; nothing else escapes from a read."""

    async def run() -> None:
        connection = opened()
        waiter = connection.request(REQUEST)
        for read in pieces(noise, cuts):
            if not connection.closed:
                connection.data_received(read)
        connection.connection_lost(None)
        assert isinstance(waiter.exception(), ProtocolError | ConnectionClosed)

    in_loop(run)


@pytest.mark.parametrize("ending", ["reply", "lost", "garbage"])
def test_a_cancelled_waiter_is_harmless(ending: str) -> None:
    async def run() -> None:
        connection = opened()
        waiter = connection.request(REQUEST)
        waiter.cancel()
        if ending == "reply":
            connection.data_received(head(200, [("Content-Length", "2")]) + b"ok")
            assert not connection.closed
        elif ending == "garbage":
            connection.data_received(b"\0")
            assert connection.closed
        connection.connection_lost(None)
        assert waiter.cancelled()
        assert connection.ended.done()

    in_loop(run)


def test_the_meter_hears_of_each_connection_before_its_descriptor_is_free() -> None:
    async def run() -> None:
        meter = FakeMeter()
        connection = Http1Connection(meter)  # type: ignore[arg-type]
        transport = FakeTransport()
        connection.connection_made(transport)  # type: ignore[arg-type]
        assert (meter.opened, meter.closed) == (1, [])
        connection.close()
        assert meter.closed == [5]
        assert transport.aborted == 1
        connection.close()
        assert (meter.closed, transport.aborted) == ([5], 1)

    in_loop(run)


def test_the_request_is_written_as_it_is() -> None:
    async def run() -> None:
        connection = opened()
        waiter = connection.request(REQUEST)
        assert connection._transport.written == REQUEST  # type: ignore[attr-defined]
        waiter.cancel()

    in_loop(run)
    server = h11.Connection(h11.SERVER)
    server.receive_data(get("/events?client=1", "127.0.0.1", 8080, "Last-Event-ID: 7\r\n"))
    request = server.next_event()
    assert isinstance(request, h11.Request)
    assert (request.method, request.target) == (b"GET", b"/events?client=1")
    assert dict(request.headers) == {
        b"host": b"127.0.0.1:8080",
        b"accept": b"*/*",
        b"last-event-id": b"7",
    }
