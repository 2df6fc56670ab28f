"""The AMQP client against a real RabbitMQ, with aio-pika at the other end, and TLS between.

One node for all tests of the file.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aio_pika
import pytest
from pamqp import body, frame, header
from rabbitmq_builders import SECONDS, control, node, run

from bench.brokers.amqp import BrokerClosed, Connection
from bench.brokers.amqp_frames import BEAT, CONSUMER_TAG, MessageFrames, Parser, acknowledgement
from bench.certificates import Certificates, make_certificates
from bench.lab.services import Service
from bench.load.clients.amqp import Consumer
from bench.load.wire import WireMeter

LOOK_EVERY_S = 0.02


@pytest.fixture(scope="module")
def rabbitmq() -> Iterator[Service]:
    with node() as found:
        yield found


@pytest.fixture
def url(rabbitmq: Service) -> str:
    return str(rabbitmq.address["url"])


@pytest.fixture
def name() -> str:
    return f"test-{secrets.token_hex(4)}"


async def until(holds: Callable[[], object]) -> None:
    while not holds():
        await asyncio.sleep(LOOK_EVERY_S)


async def declared(connection: Connection, name: str, **more: Any) -> None:
    await connection.ask("queue.declare", queue=name, **more)
    await connection.ask("basic.consume", queue=name, consumer=CONSUMER_TAG)


class Between:
    """Passes bytes on to a broker, and keeps what each side said."""

    def __init__(self, url: str, tls: ssl.SSLContext | None = None) -> None:
        self._url, self._tls = urlsplit(url), tls
        self.said, self.asked = bytearray(), bytearray()
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        place = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        host = self._url.netloc.rpartition("@")[2]
        scheme = "amqps" if self._tls else "amqp"
        yield self._url._replace(
            scheme=scheme, netloc=self._url.netloc.replace(host, place)
        ).geturl()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._url.hostname, self._url.port)
        ways = [(reader, back, self.asked), (there, writer, self.said)]
        for way in ways:
            self._tasks.add(asyncio.create_task(self._pass(*way)))

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray
    ) -> None:
        try:
            while data := await reader.read(65536):
                kept += data
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()


def bodies_by_pamqp(data: bytes) -> list[bytes]:
    """What was delivered in a broker's whole stream."""
    found, chunks, missing = [], b"", 0
    while data:
        size, _, one = frame.unmarshal(data)
        data = data[size:]
        if isinstance(one, header.ContentHeader):
            chunks, missing = b"", one.body_size
        elif isinstance(one, body.ContentBody):
            chunks, missing = chunks + one.value, missing - len(one.value)
        if isinstance(one, header.ContentHeader | body.ContentBody) and not missing:
            found.append(chunks)
    return found


def test_both_decoders_find_the_same_in_what_a_broker_says(url: str, name: str) -> None:
    """Published by aio-pika; the bytes from the broker are kept, and read again in two pieces."""
    sent = [b"", b"one", b"x" * 200, b"y" * 200, b"z" * 140_000, b"six"]
    got: list[bytes] = []

    async def work() -> None:
        between = Between(url)
        async with between.listening() as place, await aio_pika.connect(url) as other:
            connection = Connection(lambda one, *_: got.append(one))
            await connection.open(place)
            await declared(connection, name, exclusive=True)
            channel = await other.channel()
            for one in sent:
                await channel.default_exchange.publish(
                    aio_pika.Message(one, headers={"size": len(one)}), name
                )
            await until(lambda: len(got) == len(sent))
            await connection.close()
        said = bytes(between.said)
        assert got == sent == bodies_by_pamqp(said)
        for cut in [*range(1500), *range(1500, len(said), 997)]:
            again: list[bytes] = []
            parser = Parser(lambda one, *_: again.append(one), lambda _: None)  # noqa: B023
            parser.feed(said[:cut])
            parser.feed(said[cut:])
            assert again == sent, cut

    run(work())


def test_properties_and_headers_in_both_directions(url: str, name: str) -> None:
    properties: dict[str, Any] = {
        "correlation_id": "7",
        "reply_to": "there",
        "type": "kind",
        "headers": {"n": 1, "text": "x", "list": [True, None, {"a": -1}]},
    }
    got: list[tuple[bytes, dict[str, Any]]] = []

    async def work() -> None:
        connection = Connection(
            lambda one, *_: got.append((one, connection.parser.properties)), wants_properties=True
        )
        await connection.open(url)
        await declared(connection, name, exclusive=False, auto_delete=True)
        async with await aio_pika.connect(url) as other:
            channel = await other.channel()
            mine = await channel.declare_queue(exclusive=True)
            connection.send(MessageFrames("", mine.name, False, properties).of(b"ours"))
            theirs = await mine.get(timeout=SECONDS, fail=False)
            while theirs is None:
                theirs = await mine.get(timeout=SECONDS, fail=False)
            assert theirs.body == b"ours"
            assert theirs.headers == properties["headers"]
            assert (theirs.correlation_id, theirs.reply_to, theirs.type) == ("7", "there", "kind")
            await channel.default_exchange.publish(aio_pika.Message(b"theirs", **properties), name)
            await until(lambda: got)
        ((one, found),) = got
        assert one == b"theirs"
        assert {key: found[key] for key in properties} == properties
        await connection.close()

    run(work())


def test_a_durable_queue_waits_for_its_client(url: str, name: str) -> None:
    """A client that is lost comes back to its queue: nothing is missing, and what it had
    acknowledged does not come again."""
    got: list[bytes] = []
    meter = WireMeter()

    async def client(place: str) -> Consumer:
        consumer = Consumer(lambda one, _: got.append(one), meter)
        await consumer.open(place)
        await consumer.consume(name, "", f"{name}.mine")
        return consumer

    async def work() -> None:
        async with await aio_pika.connect(url) as other:
            channel = await other.channel()
            exchange = await channel.declare_exchange(name, aio_pika.ExchangeType.FANOUT)
            first = await client(url)
            for number in range(5):
                await exchange.publish(aio_pika.Message(b"%d" % number), "")
            await until(lambda: len(got) == 5)
            # A question and its reply: what was said before has been heard.
            await first.ask("basic.qos", count=0)
            first.abort()
            await first.ended
            for number in range(5, 10):
                await exchange.publish(aio_pika.Message(b"%d" % number), "")
            assert len(got) == 5
            second = await client(url)
            await until(lambda: len(got) >= 10)
            assert got == [b"%d" % number for number in range(10)]
            await second.close()
            await second.ended
            await exchange.delete()
        assert (await meter.snapshot()).opened == 2
        assert not meter._open

    run(work())


def test_a_queue_that_is_there_already_is_read_and_emptied(url: str, name: str) -> None:
    got: list[bytes] = []

    async def work() -> None:
        async with await aio_pika.connect(url) as other:
            channel = await other.channel()
            queue = await channel.declare_queue(name, durable=True)
            for number in range(3):
                await channel.default_exchange.publish(aio_pika.Message(b"%d" % number), name)
            consumer = Consumer(lambda one, _: got.append(one), WireMeter())
            await consumer.open(url)
            with pytest.raises(BrokerClosed, match="NOT_FOUND"):
                await consumer.consume_from(f"{name}.not")
            again = Consumer(lambda one, _: got.append(one), WireMeter())
            await again.open(url)
            await again.consume_from(name)
            await until(lambda: len(got) == 3)
            await again.close()  # what is not acknowledged goes back to the queue
            await queue.delete(if_unused=False, if_empty=True)
        assert got == [b"0", b"1", b"2"]

    run(work())


def test_a_prefetch_is_what_is_under_way_at_most(url: str, name: str) -> None:
    tags: list[int] = []

    async def work() -> None:
        connection = Connection(lambda _, tag, __: tags.append(tag))
        await connection.open(url)
        await connection.ask("queue.declare", queue=name, exclusive=True)
        for _ in range(10):
            connection.send(MessageFrames("", name, False).of(b"x"))
        await connection.ask("basic.qos", count=4)
        await connection.ask("basic.consume", queue=name, consumer=CONSUMER_TAG)
        await until(lambda: len(tags) == 4)
        await connection.ask("basic.qos", count=4)  # by now another would have come
        assert tags == [1, 2, 3, 4]
        connection.send(acknowledgement(3, and_before=True))
        await until(lambda: len(tags) == 7)
        await connection.close()

    run(work())


def test_what_no_queue_takes_comes_back_before_its_confirm(url: str, name: str) -> None:
    heard: list[str] = []

    async def work() -> None:
        connection = Connection(
            on_method=lambda method: heard.append(method.name),
            on_return=lambda why, one: heard.append(f"{why['text']} {one.decode()}"),
        )
        await connection.open(url)
        await connection.ask("confirm.select")
        connection.send(MessageFrames("", name, False, is_mandatory=True).of(b"lost"))
        await until(lambda: len(heard) == 2)
        assert heard == ["NO_ROUTE lost", "basic.ack"]
        await connection.close()

    run(work())


def test_a_broker_that_closes_says_why(rabbitmq: Service, url: str, name: str) -> None:
    async def work() -> None:
        for scope in ("channel", "connection"):
            connection = Connection(on_method=lambda _: None)
            await connection.open(url)
            if scope == "channel":
                with pytest.raises(BrokerClosed, match="NOT_FOUND") as found:
                    await connection.ask("queue.bind", queue=name, exchange=name)
                assert found.value.code == 404
            else:
                in_thread = asyncio.get_running_loop().run_in_executor
                await in_thread(None, control, rabbitmq, "close_all_connections", "good night")
            await connection.ended
            assert isinstance(connection.error, BrokerClosed)
        assert connection.error.code == 320
        assert "good night" in str(connection.error)
        wrong = url.replace("guest:guest", "guest:wrong")
        assert wrong != url
        with pytest.raises(BrokerClosed, match="ACCESS_REFUSED"):
            await Connection().open(wrong)

    run(work())


def test_a_broker_without_memory_says_that_it_blocks(rabbitmq: Service, url: str) -> None:
    async def work() -> None:
        in_thread = asyncio.get_running_loop().run_in_executor
        connection = Connection()
        await connection.open(url)
        await in_thread(None, control, rabbitmq, "set_vm_memory_high_watermark", "absolute", "1MB")
        try:
            # It tells those who publish, and when they do.
            connection.send(MessageFrames("", "nowhere", False).of(b"x"))
            await until(lambda: connection.blocked)
            assert "memory" in connection.blocked
            waiting = asyncio.ensure_future(connection.drained())
            await asyncio.sleep(0)
            assert not waiting.done()
        finally:
            await in_thread(
                None, control, rabbitmq, "set_vm_memory_high_watermark", "absolute", "2GB"
            )
        await waiting
        assert connection.blocked == ""
        await connection.close()

    run(work())


def test_both_sides_give_signs_of_life(url: str) -> None:
    async def work() -> None:
        between = Between(url)
        async with between.listening() as place:
            connection = Connection()
            await connection.open(f"{place}?heartbeat=1")
            await until(lambda: between.asked.count(BEAT) > 2 and between.said.count(BEAT) > 2)
            assert connection.error is None
            await connection.close()

    run(work())


def test_over_tls(url: str, name: str, tmp_path: Path) -> None:
    """A certificate of an authority that is not trusted is refused."""
    made: Certificates = make_certificates(tmp_path, ["127.0.0.1"])
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(made.cert, made.key)
    trusting = ssl.create_default_context(cafile=str(made.ca))
    got: list[bytes] = []

    async def work() -> None:
        async with Between(url, server).listening() as place:
            with pytest.raises(ssl.SSLError):
                await Connection().open(place)
            connection = Connection(lambda one, *_: got.append(one))
            await connection.open(place, tls=trusting)
            await declared(connection, name, exclusive=True)
            connection.send(MessageFrames("", name, False).of(b"secret" * 30_000))
            await until(lambda: got)
            assert got == [b"secret" * 30_000]
            await connection.close()

    run(work())


def test_who_does_not_answer_is_not_waited_for() -> None:
    async def work() -> None:
        async def mute(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)

        writers: list[asyncio.StreamWriter] = []
        server = await asyncio.start_server(mute, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ConnectionError, match=r"no answer from the broker in 0\.1 s"):
            await Connection().open(f"amqp://127.0.0.1:{port}/", seconds=0.1)
        server.close()
        for writer in writers:
            writer.close()

    run(work())
