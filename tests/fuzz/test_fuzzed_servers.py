"""Bytes of a hostile server: each client ends its connection, or waits; nothing else escapes.

Valid bytes are damaged and cut into reads.  `tests/fuzz_cases.py` says how many cases there are.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Any

import pytest
from fuzz_cases import each_case, mutated, read_in_pieces
from http1_builders import INTERIM, REQUEST, chunked, head, opened
from load_builders import FakeMeter, FakeTransport
from pamqp import body, commands, frame, header, heartbeat

from bench.brokers.amqp import Connection
from bench.brokers.amqp_frames import CHANNEL, CONSUMER_TAG, HEAD, Parser, method_frame
from bench.brokers.amqp_methods import METHODS, decode
from bench.brokers.pushed import NatsParser, RedisParser
from bench.load.clients.amqp import Consumer
from bench.load.clients.http1 import ConnectionClosed, Http1Stream, ProtocolError, Reply
from bench.load.clients.line import LineConnection
from bench.load.clients.sse import EventStreamParser

SOAK = {"FUZZ_CASES": "{fuzz_cases}", "FUZZ_SEED": "{seed}"}

EVENTS = [
    b"id: 1\ndata: one\n\nid: 2\ndata: two\n\n",
    b"\xef\xbb\xbfretry: 1000\nevent: x\ndata: a\ndata: b\n\n: comment\n\n",
    b"id: 7\r\ndata: one\r\n\r\ndata\rdata: two\r\r",
]
REPLIES = [
    head(200, [("Content-Length", "5")]) + b"hello",
    head(200, [("Transfer-Encoding", "chunked")]) + chunked(b"some text in chunks", [4, 9], True),
    INTERIM[0] + INTERIM[1] + head(404, [("Content-Length", "2"), ("Connection", "close")]) + b"no",
    head(200, []) + b"until the connection ends",
    head(204, []) + head(304, [("ETag", '"x"')]),
    head(200, [("Transfer-Encoding", "chunked"), ("Content-Type", "text/event-stream")])
    + chunked(EVENTS[0], [3, 20], False),
]
HTTP_WORDS = [
    *(b"\r\n", b"\r\n\r\n", b"0\r\n\r\n", b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Content-Length: 3\r\n", b"ffffffffffffffff\r\n"),
]


def test_replies_of_http1() -> None:
    def check(dice: random.Random) -> None:
        asyncio.run(once(dice))

    async def once(dice: random.Random) -> None:
        data = mutated(dice, REPLIES, HTTP_WORDS)
        connection = opened()
        waiter = connection.request(REQUEST)
        for read in read_in_pieces(dice, data):
            if not connection.closed:
                connection.data_received(read)
        connection.connection_lost(dice.choice((None, ConnectionResetError("reset"))))
        assert connection.closed
        assert connection.ended.done()
        if waiter.exception() is None:
            reply = waiter.result()
            assert isinstance(reply, Reply)
            assert len(reply.body) <= len(data)
        else:
            assert isinstance(waiter.exception(), ProtocolError | ConnectionClosed)

    each_case("http1", check)


def test_streams_of_events_over_http1() -> None:
    def check(dice: random.Random) -> None:
        asyncio.run(once(dice))

    async def once(dice: random.Random) -> None:
        data = mutated(dice, REPLIES, [*HTTP_WORDS, *EVENTS])
        connection, events = opened(Http1Stream), EventStreamParser()
        assert isinstance(connection, Http1Stream)
        got: list[object] = []
        status = asyncio.ensure_future(
            connection.stream(REQUEST, lambda part, _: got.extend(events.feed(part)))
        )
        await asyncio.sleep(0)
        for read in read_in_pieces(dice, data):
            if not connection.closed:
                connection.data_received(read)
        connection.connection_lost(None)
        await asyncio.wait([status])
        assert connection.ended.done()
        error = status.exception()
        assert error is None or isinstance(error, ProtocolError | ConnectionClosed)

    each_case("stream", check)


def test_event_streams() -> None:
    def check(dice: random.Random) -> None:
        data = mutated(
            dice, EVENTS, [b"\n\n", b"\r", b"retry: " + b"9" * 5000 + b"\n", b"id: \0\n", b"data: "]
        )
        parser, size = EventStreamParser(), 0
        for read in read_in_pieces(dice, data):
            size += sum(len(event.data) for event in parser.feed(read))
        assert size <= len(data)
        assert parser.retry_ms is None or parser.retry_ms >= 0

    each_case("events", check)


def test_lines_of_the_null_server() -> None:
    def check(dice: random.Random) -> None:
        asyncio.run(once(dice))

    async def once(dice: random.Random) -> None:
        lines: list[bytes] = []
        connection = LineConnection(lambda line, _: lines.append(line), FakeMeter())  # type: ignore[arg-type]
        connection.connection_made(FakeTransport())  # type: ignore[arg-type]
        for read in read_in_pieces(dice, mutated(dice, [b"\n1 2 3 ...\n4 5 6 ...\n"])):
            connection.data_received(read)
        connection.connection_lost(None)
        assert connection.ended.done()
        assert all(b"\n" not in line for line in lines)

    each_case("lines", check)


# --- brokers ------------------------------------------------------------------------------------


def delivery(payload: bytes, tag: int, **more: Any) -> bytes:
    deliver = commands.Basic.Deliver(CONSUMER_TAG, tag, False, "exchange", "key")
    properties = commands.Basic.Properties(delivery_mode=1, **more)
    head_ = header.ContentHeader(0, len(payload), properties)
    parts = [deliver, head_, *([body.ContentBody(payload)] if payload else [])]
    return b"".join(frame.marshal(part, CHANNEL) for part in parts)


SAID = [
    frame.marshal(commands.Connection.Start(0, 9, {"product": "x", "n": {"y": 1}}), 0),
    frame.marshal(commands.Connection.Tune(1, 131072, 0), 0),
    frame.marshal(commands.Connection.Close(320, "forced", 0, 0), 0),
    frame.marshal(commands.Queue.DeclareOk("queue", 0, 0), CHANNEL),
    frame.marshal(commands.Basic.Ack(7, True), CHANNEL),
    heartbeat.Heartbeat().marshal(),
]
DELIVERIES = [
    delivery(b"one", 1) + delivery(b"two", 2) + delivery(b"six", 3),
    delivery(b"", 4) + delivery(b"x" * 300, 5) + SAID[-1],
    b"".join(SAID[:2]) + delivery(b"three", 6),
    delivery(b"with", 7, headers={"a": [1, {"b": None}], "c": "d"}, correlation_id="x"),
    frame.marshal(commands.Basic.Return(312, "NO_ROUTE", "e", "k"), CHANNEL)
    + delivery(b"back", 8).partition(b"\xce")[2]
    + SAID[4],
]


def test_frames_of_an_amqp_broker() -> None:
    def check(dice: random.Random) -> None:
        data = mutated(dice, DELIVERIES, SAID)
        bodies: list[bytes] = []
        wants_properties = dice.random() < 0.5

        def take(one: bytes, *_: object) -> None:
            bodies.append(one)
            if wants_properties:
                assert isinstance(parser.properties, dict)

        parser = Parser(
            take,
            lambda _: None,
            lambda _, one: bodies.append(one),
            wants_properties=wants_properties,
        )
        with contextlib.suppress(ConnectionError):
            for read in read_in_pieces(dice, data):
                parser.feed(read)
        assert sum(map(len, bodies)) <= len(data)

    each_case("amqp", check)


def test_methods_of_an_amqp_broker() -> None:
    """What is read is what pamqp reads, where it reads it."""

    def check(dice: random.Random) -> None:
        payload = mutated(dice, [one[7:-1] for one in SAID[:-1]])
        try:
            method = decode(payload)
        except ConnectionError:
            return
        assert method.values.keys() == {field.name for field in METHODS[method.name].fields}
        raw = HEAD.pack(1, CHANNEL, len(payload)) + payload + b"\xce"
        with contextlib.suppress(Exception):
            assert type(frame.unmarshal(raw)[2]).__name__ == "".join(
                word.title() for word in method.name.partition(".")[2].split("-")
            )

    each_case("amqp methods", check)


def test_deliveries_of_an_amqp_broker_to_a_client_of_the_load() -> None:
    """It acknowledges what it has taken, and nothing else; its socket is counted once."""

    def check(dice: random.Random) -> None:
        asyncio.run(once(dice))

    async def once(dice: random.Random) -> None:
        meter, transport = FakeMeter(), FakeTransport()
        tags: list[int] = []
        consumer = Consumer(lambda one, _: tags.append(len(one)), meter)  # type: ignore[arg-type]
        consumer.connection_made(transport)  # type: ignore[arg-type]
        asked = asyncio.ensure_future(consumer.consume("e", "k", dice.choice(("", "q"))))
        await asyncio.sleep(0)
        data = mutated(dice, [b"".join(SAID[3:5]) + DELIVERIES[0], *DELIVERIES], SAID)
        for read in read_in_pieces(dice, data):
            if consumer.error is None:
                consumer.data_received(read)
        consumer.connection_lost(None)
        await asyncio.wait([asked])
        assert isinstance(asked.exception(), ConnectionError)
        assert consumer.ended.done()
        assert meter.closed[0] == 5
        assert set(meter.closed[1:]) <= {-1}
        assert tags or b"\0\x3c\0\x50" not in transport.written

    each_case("amqp consumer", check)


def test_the_opening_of_an_amqp_broker() -> None:
    """Whatever it says, who waits for a reply is told, or still waits."""

    def check(dice: random.Random) -> None:
        asyncio.run(once(dice))

    async def once(dice: random.Random) -> None:
        connection = Connection()
        connection.transport = FakeTransport()  # type: ignore[assignment]
        asked = asyncio.ensure_future(
            connection._reply("connection.tune", method_frame("connection.start-ok"))
        )
        await asyncio.sleep(0)
        for read in read_in_pieces(dice, mutated(dice, [b"".join(SAID), *SAID], SAID)):
            if connection.error is None:
                connection.data_received(read)
        connection.connection_lost(None)
        await asyncio.wait([asked])
        assert connection.ended.done()
        assert asked.exception() is None or isinstance(asked.exception(), ConnectionError)

    each_case("amqp opening", check)


NATS = [
    b'INFO {"server_id":"x"}\r\nPONG\r\nMSG a 1 5\r\nhello\r\nMSG a 1 0\r\n\r\nPING\r\n',
    b"MSG a 1 reply 3\r\none\r\n-ERR 'slow'\r\n",
]
REDIS = [
    b"*3\r\n$9\r\nsubscribe\r\n$2\r\nch\r\n:1\r\n*3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$5\r\nhello\r\n",
    b"*3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$0\r\n\r\n",
]


@pytest.mark.parametrize(
    ("name", "valid", "made"),
    [
        ("nats", NATS, lambda took: NatsParser(took, took)),
        ("redis", REDIS, lambda took: RedisParser(b"ch", took, lambda: took(b""))),
    ],
)
def test_pushes_of_a_broker(
    name: str,
    valid: list[bytes],
    made: Callable[[Callable[[bytes], None]], NatsParser | RedisParser],
) -> None:
    def check(dice: random.Random) -> None:
        got: list[bytes] = []
        data = mutated(dice, valid, [b"MSG a 1 -1\r\n", b"$-1\r\n", b"\r\n"])
        parser = made(got.append)
        with contextlib.suppress(ConnectionError):
            for read in read_in_pieces(dice, data):
                parser.feed(read)
        assert sum(map(len, got)) <= len(data)

    each_case(name, check)
