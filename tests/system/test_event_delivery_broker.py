"""A real RabbitMQ that refuses: poison messages, a memory alarm; and the ends that meet it.

One node for all tests of the file.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aio_pika
import pytest
from rabbitmq_builders import SECONDS, control, node, run

from bench.brokers.ends import Publisher
from bench.brokers.rabbitmq import QueueSettings, RabbitPublisher, RabbitSubscriber
from bench.brokers.rabbitmq_stream import StreamPublisher, StreamSubscriber
from bench.lab.services import Service
from bench.model.messages import Address
from scenarios.event_delivery.load import LOAD
from targets.event_delivery import rabbitmq_classic
from targets.event_delivery._consumer import AWAY, SUBSCRIBED
from targets.event_delivery._journal import RECEIVED, REFUSED, read
from targets.event_delivery._publisher import NUMBER
from targets.event_delivery._rabbitmq import DEAD

LOOK_EVERY_S = 0.02
WINDOW = 5


@pytest.fixture(scope="module")
def rabbitmq() -> Iterator[Service]:
    with node(plugins="rabbitmq_stream") as found:
        yield found


def consumer_of(rabbitmq: Service, name: str, folder: Path, **load: Any) -> Any:
    found = rabbitmq_classic.Consumer(LOAD(**load), 1, {"rabbitmq": rabbitmq.address})
    found.data = folder
    found.parts = {"publisher": [Address("127.0.0.1", 0, more={"name": name})]}
    return found


async def state(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = await reader.read(1)
    writer.close()
    return answer


def test_a_poison_message_is_rejected_and_kept_apart_and_the_next_is_dealt_with(
    rabbitmq: Service, tmp_path: Path
) -> None:
    async def work() -> None:
        name, url = f"test-{secrets.token_hex(4)}", str(rabbitmq.address["url"])
        publisher = RabbitPublisher(url, name, window=WINDOW, is_durable=True)
        await publisher.open()
        consumer = consumer_of(rabbitmq, name, tmp_path)
        port = await consumer.start(0)
        bodies = [NUMBER.pack(1), b"bad", NUMBER.pack(2), b"", NUMBER.pack(3)]
        for body in bodies:
            await publisher.publish(body)
        await publisher.settled()
        while len(read(tmp_path / RECEIVED)) < 3 or await state(port) != SUBSCRIBED:
            await asyncio.sleep(LOOK_EVERY_S)
        assert [number for number, _, _ in read(tmp_path / RECEIVED)] == [1, 2, 3]
        assert [size for size, _, _ in read(tmp_path / REFUSED)] == [3, 0]
        await consumer.stop()
        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            dead = await channel.get_queue(name + DEAD)
            kept = [await dead.get(timeout=SECONDS) for _ in range(2)]
            assert [message.body for message in kept if message] == [b"bad", b""]
            waiting = await channel.declare_queue(name, passive=True)
            assert waiting.declaration_result.message_count == 0, "none comes again"
        await publisher.close()

    run(work())


def test_a_memory_alarm_stops_the_publisher_and_costs_nothing(rabbitmq: Service) -> None:
    """It has a window of events under way and waits; when the alarm is over all are taken."""
    answers: list[tuple[int, bool]] = []
    name, url = f"test-{secrets.token_hex(4)}", str(rabbitmq.address["url"])

    async def work() -> None:
        publisher = RabbitPublisher(
            url, name, window=WINDOW, on_answer=lambda *one: answers.append(one)
        )
        await publisher.open()
        await publisher.publish(b"before")
        await publisher.settled()
        in_thread = asyncio.get_running_loop().run_in_executor
        await in_thread(None, control, rabbitmq, "set_vm_memory_high_watermark", "absolute", "1MB")
        sending = asyncio.create_task(send_all(publisher))
        while publisher.window is None or len(publisher.window) < WINDOW:
            await asyncio.sleep(LOOK_EVERY_S)
        assert not sending.done()
        assert len(answers) == 1, "the broker has read nothing since"
        await in_thread(None, control, rabbitmq, "set_vm_memory_high_watermark", "absolute", "2GB")
        await sending
        assert sorted(answers[1:]) == [(number, True) for number in range(4 * WINDOW)]
        await publisher.close()

    async def send_all(publisher: RabbitPublisher) -> None:
        for number in range(4 * WINDOW):
            await publisher.publish(b"during", number)
        await publisher.settled()

    run(work())


def test_a_consumer_says_whether_it_is_there(rabbitmq: Service, tmp_path: Path) -> None:
    """While something is in its line it is not done; with nothing left it is."""

    async def work() -> None:
        name = f"test-{secrets.token_hex(4)}"
        publisher = RabbitPublisher(
            str(rabbitmq.address["url"]), name, window=WINDOW, is_durable=True
        )
        await publisher.open()
        consumer = consumer_of(rabbitmq, name, tmp_path, work_time_s=0.3, event_rate_per_s=1.0)
        port = await consumer.start(0)
        assert await state(port) == SUBSCRIBED
        for number in range(1, 4):
            await publisher.publish(NUMBER.pack(number))
        await publisher.settled()
        while await state(port) != AWAY:
            await asyncio.sleep(LOOK_EVERY_S)
        while await state(port) != SUBSCRIBED:
            await asyncio.sleep(LOOK_EVERY_S)
        await consumer.stop()
        assert len(read(tmp_path / RECEIVED)) >= 2
        await publisher.close()

    run(work())


async def sent(publisher: Publisher, body: bytes, keeps: bool) -> None:
    """Have the broker confirm a message, and go."""
    publisher.keeps = keeps
    await publisher.publish(body)
    await publisher.settled()
    await publisher.close()


def test_a_queue_stays_bound_when_a_publisher_goes_that_keeps_it(rabbitmq: Service) -> None:
    async def work() -> None:
        name, got = f"test-{secrets.token_hex(4)}", asyncio.Queue[bytes]()
        url = str(rabbitmq.address["url"])
        first, second = (RabbitPublisher(url, name, window=WINDOW) for _ in range(2))
        subscriber = RabbitSubscriber(
            url, name, QueueSettings(name=name), lambda body, *_: got.put_nowait(body)
        )
        await first.open()
        await subscriber.open()
        await sent(first, b"first", keeps=True)
        await second.open()
        await sent(second, b"second", keeps=False)
        assert [await got.get() for _ in range(2)] == [b"first", b"second"]
        await subscriber.close()

    run(work())


def test_a_stream_stays_when_a_publisher_goes_that_keeps_it(rabbitmq: Service) -> None:
    async def work() -> None:
        name, got = f"test-{secrets.token_hex(4)}", asyncio.Queue[bytes]()
        place = str(rabbitmq.address["host"]), int(str(rabbitmq.address["stream_port"]))
        reader = StreamSubscriber(*place, name, lambda body, *_: got.put_nowait(body), offset=0)
        for body in (b"first", b"second"):
            publisher = StreamPublisher(*place, name, window=WINDOW)
            await publisher.open()
            await sent(publisher, body, keeps=True)
        await reader.open()
        assert [await got.get() for _ in range(2)] == [b"first", b"second"]
        await reader.close()

    run(work())
