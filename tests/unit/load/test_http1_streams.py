"""Streams of an HTTP/1.1 connection: the same bytes, in parts, as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from http1_builders import INTERIM, REQUEST, Wire, head, opened, oracle, replies
from hypothesis import example, given
from hypothesis import strategies as st
from load_builders import in_loop, pieces

from bench.load.clients.http1 import (
    ConnectionClosed,
    Http1Stream,
    ProtocolError,
)

# --- streams ------------------------------------------------------------------------------


async def streamed(
    data: Sequence[bytes], lost: Exception | None = None
) -> tuple[int, bytes, list[int]]:
    """What a stream's sink gets, and the status; the connection is lost at the end."""
    connection = opened(Http1Stream)
    assert isinstance(connection, Http1Stream)
    got: list[tuple[bytes, int]] = []
    status = asyncio.ensure_future(
        connection.stream(REQUEST, lambda part, read_ns: got.append((part, read_ns)))
    )
    await asyncio.sleep(0)
    for read in data:
        connection.data_received(read)
    connection.connection_lost(lost)
    assert connection.ended.done()
    return await status, b"".join(part for part, _ in got), [read_ns for _, read_ns in got]


@given(replies(), st.lists(st.integers(0, 400), max_size=6))
def test_a_stream_hands_on_the_same_bytes_in_parts(wire: Wire, cuts: list[int]) -> None:
    async def run() -> None:
        status, body, times = await streamed(pieces(wire.data, cuts))
        assert (status, body) == oracle(wire.data, wire.framing == "close")
        assert times == sorted(times)

    in_loop(run)


def test_a_stream_hands_each_part_on_as_it_is_read() -> None:
    async def run() -> None:
        connection = opened(Http1Stream)
        assert isinstance(connection, Http1Stream)
        parts: list[bytes] = []
        status = asyncio.ensure_future(
            connection.stream(REQUEST, lambda part, _: parts.append(part))
        )
        await asyncio.sleep(0)
        connection.data_received(INTERIM[0])
        await asyncio.sleep(0)
        assert not status.done(), "an interim reply is no reply"
        connection.data_received(head(200, [("Transfer-Encoding", "chunked")]))
        assert await status == 200
        for text in (b"a", b"bc", b"def"):
            connection.data_received(b"%x\r\n%b\r\n" % (len(text), text))
            assert parts[-1] == text
        assert not connection.ended.done()
        connection.connection_lost(None)
        assert connection.ended.done()

    in_loop(run)


class Unaware(Http1Stream):
    """Has all that it reads parsed."""

    _between_chunks = property(lambda _: False, lambda _, __: None)


ABC = b"3\r\nabc\r\n"
READS = [
    *(ABC, b"3\r\nabd\r\n", 2 * ABC, b"1\r\n.\r\n"),
    *(b"3", b"3\r\n", b"\r\n", b"abc\r\n", b"3\r\nab", b"c\r\n", b"0\r\n\r\n", b"0\r\n", b"x"),
]
TWICE = [(0, ABC), (0, ABC)]


@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(READS)), max_size=30))
@example([*TWICE, (0, b"3"), (0, ABC)])
@example([*TWICE, (0, b"0\r\n\r\n"), (0, ABC)])
@example([*TWICE, (0, b"3\r\nab"), (0, b"c\r\n"), (0, b"c\r\n")])
@example([*TWICE, (0, 2 * ABC), (0, 2 * ABC)])
def test_chunks_that_are_recognized_are_what_they_were_when_parsed(
    told: list[tuple[int, bytes]],
) -> None:
    """Two clients are told much that is alike, some of it in pieces, some of it no chunk."""

    def parts_of(kind: type[Http1Stream]) -> list[tuple[bytes, bool]]:
        clients = [opened(kind) for _ in range(2)]
        got: list[list[bytes]] = [[], []]
        for client, parts in zip(clients, got, strict=True):
            assert isinstance(client, Http1Stream)
            client._sink = lambda part, _, parts=parts: parts.append(part)
            client.data_received(head(200, [("Transfer-Encoding", "chunked")]))
        for number, read in told:
            if not clients[number].closed:
                clients[number].data_received(read)
        return [(b"".join(got[one]), clients[one].closed) for one in range(2)]

    async def run() -> None:
        assert parts_of(Http1Stream) == parts_of(Unaware)

    in_loop(run)


def test_a_sink_that_fails_at_a_recognized_chunk_ends_its_connection() -> None:
    async def run() -> None:
        for _ in range(2):  # the second is not parsed
            connection = opened(Http1Stream)
            assert isinstance(connection, Http1Stream)
            parts: list[bytes] = []
            connection._sink = lambda part, _, parts=parts: parts.append(part)
            connection.data_received(head(200, [("Transfer-Encoding", "chunked")]) + b"1\r\na\r\n")
            connection.data_received(b"2\r\nbc\r\n")
            assert parts == [b"a", b"bc"]

        def fail(part: bytes, read_ns: int) -> None:
            raise ValueError(part)

        connection._sink = fail
        connection.data_received(b"2\r\nbc\r\n")
        assert connection.closed

    in_loop(run)


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200 OK\r\nServ"])
def test_a_stream_lost_before_its_head_is_an_error(data: bytes) -> None:
    async def run() -> None:
        with pytest.raises(ConnectionClosed):
            await streamed([data] if data else [])

    in_loop(run)


def test_a_stream_of_garbage_is_an_error() -> None:
    async def run() -> None:
        with pytest.raises(ProtocolError):
            await streamed([b"\0\0\0\0"])

    in_loop(run)
