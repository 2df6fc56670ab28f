"""Streams of an HTTP/1.1 connection: the same bytes, in parts, as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from http1_builders import INTERIM, REQUEST, Wire, head, opened, oracle, replies
from hypothesis import given
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
