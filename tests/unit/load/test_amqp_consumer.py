"""The load's AMQP consumer: times of reads, acknowledgements, and a socket that is counted once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from load_builders import FakeMeter, FakeTransport, in_loop
from pamqp import base, body, commands, frame, header

from bench.brokers.amqp import BrokerClosed
from bench.brokers.amqp_frames import CHANNEL, CONSUMER_TAG
from bench.load.clients import amqp
from bench.load.clients.amqp import ABANDONED_QUEUE_MS, Consumer


def said(*methods: base.Frame) -> bytes:
    return b"".join(frame.marshal(one, CHANNEL) for one in methods)


def delivery(payload: bytes, tag: int) -> bytes:
    return said(
        commands.Basic.Deliver(CONSUMER_TAG, tag, False, "e", ""),
        header.ContentHeader(0, len(payload), commands.Basic.Properties(delivery_mode=1)),
        body.ContentBody(payload),
    )


def heard(written: bytes) -> list[Any]:
    found: list[Any] = []
    while written:
        size, _, one = frame.unmarshal(written)
        written = written[size:]
        found.append(one)
    return found


class Fixture:
    """A consumer on a stand-in for its socket, and what it handed on."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, int]] = []
        self.meter, self.transport = FakeMeter(), FakeTransport()
        self.consumer = Consumer(lambda *one: self.got.append(one), self.meter)  # type: ignore[arg-type]
        self.consumer.connection_made(self.transport)  # type: ignore[arg-type]

    async def consume(self, queue: str = "") -> list[Any]:
        """Have it consume; what it asked for."""
        asking = asyncio.ensure_future(self.consumer.consume("e", "k", queue))
        for reply in (
            commands.Queue.DeclareOk(queue or "amq.gen-1", 0, 0),
            commands.Queue.BindOk(),
            commands.Basic.ConsumeOk(CONSUMER_TAG),
        ):
            await asyncio.sleep(0)
            self.consumer.data_received(said(reply))
        await asking
        asked, self.transport.written = heard(self.transport.written), b""
        return asked


def run(check: Callable[[Fixture], Awaitable[None]]) -> None:
    async def once() -> None:
        await check(Fixture())

    in_loop(once)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock is a second later."""
    times = iter(range(10**9, 10**12, 10**9))
    monkeypatch.setattr(amqp, "now_ns", lambda: next(times))


def test_an_exclusive_queue_goes_with_its_connection() -> None:
    async def check(one: Fixture) -> None:
        declared, bound, consumed = await one.consume()
        assert (declared.queue, declared.exclusive, declared.durable) == ("", True, False)
        assert (bound.queue, bound.exchange, bound.routing_key) == ("amq.gen-1", "e", "k")
        assert (consumed.queue, consumed.no_ack) == ("amq.gen-1", True)
        one.consumer.data_received(delivery(b"one", 1))
        assert one.transport.written == b"", "nothing is acknowledged"

    run(check)


def test_messages_of_one_read_have_its_time(clock: None) -> None:
    async def check(one: Fixture) -> None:
        await one.consume()
        before = one.consumer._read_ns
        first = delivery(b"one", 1) + delivery(b"two", 2) + delivery(b"six", 3)[:-1]
        one.consumer.data_received(first)
        one.consumer.data_received(b"\xce")
        second = 10**9
        expected = [(b"one", before + second), (b"two", before + second)]
        assert one.got == [*expected, (b"six", before + 2 * second)]

    run(check)


def test_what_was_read_together_is_acknowledged_together() -> None:
    async def check(one: Fixture) -> None:
        declared, _, consumed = await one.consume("mine")
        assert (declared.queue, declared.exclusive, declared.durable) == ("mine", False, True)
        assert declared.arguments == {"x-expires": ABANDONED_QUEUE_MS}
        assert (consumed.queue, consumed.no_ack) == ("mine", False)
        one.consumer.data_received(delivery(b"one", 1) + delivery(b"two", 2))
        one.consumer.data_received(delivery(b"six", 3)[:-5])
        one.consumer.data_received(delivery(b"six", 3)[-5:])
        acks = [(ack.delivery_tag, ack.multiple) for ack in heard(one.transport.written)]
        assert acks == [(2, True), (3, True)]

    run(check)


def test_nothing_is_acknowledged_on_a_connection_that_is_gone() -> None:
    async def check(one: Fixture) -> None:
        await one.consume("mine")
        bad = said(commands.Channel.Close(406, "PRECONDITION_FAILED", 60, 80))
        one.consumer.data_received(delivery(b"one", 1) + bad)
        assert one.got[0][0] == b"one"
        assert isinstance(one.consumer.error, BrokerClosed)
        assert [found.name for found in heard(one.transport.written)] == ["Channel.CloseOk"]

    run(check)


def test_a_socket_is_counted_once() -> None:
    async def check(one: Fixture) -> None:
        await one.consume()
        one.consumer.abort()
        one.consumer.connection_lost(None)
        await one.consumer.ended
        assert one.transport.aborted == 1
        assert one.meter.opened == 1
        assert [fd for fd in one.meter.closed if fd >= 0] == [5]

    run(check)
