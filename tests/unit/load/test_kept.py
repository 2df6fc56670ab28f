"""Connections that are kept: used again when idle, closed when a request did not end well."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bench.load.clients.kept import KeptConnections


class Opened:
    """A connection without a network."""

    def __init__(self) -> None:
        self.closed = False
        self.transport: Any = object()

    def close(self) -> None:
        self.closed = True


class Opener:
    def __init__(self) -> None:
        self.made: list[Opened] = []

    async def __call__(self) -> Opened:
        self.made.append(Opened())
        return self.made[-1]


def run(body: Callable[[KeptConnections[Opened]], Awaitable[None]]) -> list[Opened]:
    """All connections that were opened while `body` used them."""
    opener = Opener()

    async def whole() -> None:
        await body(KeptConnections(opener))

    asyncio.run(whole())
    return opener.made


def test_one_after_the_other_shares_a_connection() -> None:
    async def body(kept: KeptConnections[Opened]) -> None:
        for _ in range(3):
            async with kept.one():
                pass

    assert [one.closed for one in run(body)] == [False]


def test_two_at_once_have_one_each() -> None:
    async def body(kept: KeptConnections[Opened]) -> None:
        async with kept.one() as first, kept.one() as second:
            assert first is not second
        assert len(kept.transports()) == 2

    assert len(run(body)) == 2


def test_prepared_ones_are_idle() -> None:
    async def body(kept: KeptConnections[Opened]) -> None:
        await kept.prepare(3)
        async with kept.one(), kept.one(), kept.one():
            pass

    assert len(run(body)) == 3


@pytest.mark.parametrize("error", [OSError, asyncio.CancelledError, ValueError])
def test_where_a_request_fails_its_connection_is_closed(error: type[BaseException]) -> None:
    async def body(kept: KeptConnections[Opened]) -> None:
        with pytest.raises(error):
            async with kept.one():
                raise error
        assert not kept.transports()
        async with kept.one() as other:
            assert not other.closed

    assert [one.closed for one in run(body)] == [True, False]


def test_one_that_was_closed_while_idle_is_not_used() -> None:
    async def body(kept: KeptConnections[Opened]) -> None:
        async with kept.one() as first:
            pass
        first.close()  # as a server does that keeps no connection
        async with kept.one() as second:
            assert second is not first
        assert kept.transports() == [second.transport]

    assert len(run(body)) == 2


def test_one_of_elsewhere_is_counted_and_never_lent() -> None:
    async def body(kept: KeptConnections[Opened]) -> None:
        stream = Opened()
        kept.hold(stream)
        assert kept.transports() == [stream.transport]
        async with kept.one() as other:
            assert other is not stream
        kept.drop(stream)
        assert stream.closed
        assert kept.transports() == [other.transport]

    assert len(run(body)) == 1


def test_after_close_all_are_closed_and_more_can_be_opened() -> None:
    async def body(kept: KeptConnections[Opened]) -> None:
        await kept.prepare(2)
        kept.close()
        assert not kept.transports()
        async with kept.one():
            pass

    assert [one.closed for one in run(body)] == [True, True, False]
