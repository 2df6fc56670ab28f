"""Publishers and subscribers of real brokers: everything arrives, in order, whatever is confirmed.

Real services on loopback.  A broker that is not installed is passed over.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import uvloop

from bench import catalog
from bench.brokers.ends import Publisher, Sink, Subscriber
from bench.brokers.nats_core import NatsPublisher, NatsSubscriber
from bench.brokers.nats_jetstream import JetStreamPublisher, JetStreamSubscriber
from bench.brokers.rabbitmq import QueueSettings, RabbitPublisher, RabbitSubscriber
from bench.brokers.rabbitmq_stream import StreamPublisher, StreamSubscriber
from bench.brokers.redis_pubsub import RedisPublisher, RedisSubscriber
from bench.lab import components, services
from bench.lab.services import Service
from bench.lab.side import ON_LOOPBACK
from bench.model.component import request_of

MESSAGES, SUBSCRIBERS, SECONDS = 60, 3, 20.0
SETTINGS: Mapping[str, Mapping[str, str]] = {
    "rabbitmq": {"plugins": "rabbitmq_stream"},
    "nats": {"jetstream": "on"},
    "redis": {},
}


@pytest.fixture(scope="module", params=list(SETTINGS))
def service(request: pytest.FixtureRequest) -> Iterator[tuple[str, Service]]:
    name = request.param
    if remedy := components.missing(name):
        pytest.skip(remedy)
    asked = request_of(catalog.components()[name], SETTINGS[name])
    found = services.create(asked, sorted(os.sched_getaffinity(0)), ON_LOOPBACK)
    found.start()
    yield name, found
    found.remove()


Ends = tuple[Publisher, Callable[[Sink, int], Subscriber]]


def rabbitmq(address: Any, name: str, window: int, kind: str = "classic") -> Ends:
    url, prefetch = address["url"], 10 * bool(window)

    def subscriber(sink: Sink, number: int) -> Subscriber:
        queue = QueueSettings(name=f"{name}.{number}", kind=kind)
        return RabbitSubscriber(url, name, queue, sink, prefetch=prefetch)

    return RabbitPublisher(url, name, window=window, is_durable=kind == "quorum"), subscriber


def quorum(address: Any, name: str, window: int) -> Ends:
    return rabbitmq(address, name, window, "quorum")


def stream(address: Any, name: str, window: int) -> Ends:
    place = address["host"], address["stream_port"], name
    publisher = StreamPublisher(*place, window=window)
    return publisher, lambda sink, _: StreamSubscriber(*place, sink)


def core(address: Any, name: str, window: int) -> Ends:
    url = address["url"]
    return NatsPublisher(url, name, window=window), lambda sink, _: NatsSubscriber(url, name, sink)


def jetstream(address: Any, name: str, window: int) -> Ends:
    url, prefetch = address["url"], 10 * bool(window)
    publisher = JetStreamPublisher(url, name, window=window)
    return publisher, lambda sink, _: JetStreamSubscriber(url, name, sink, prefetch=prefetch)


def redis(address: Any, name: str, _: int) -> Ends:
    url = address["url"]
    return RedisPublisher(url, name), lambda sink, _: RedisSubscriber(url, name, sink)


CLIENTS: Mapping[str, tuple[Callable[[Any, str, int], Ends], ...]] = {
    "rabbitmq": (rabbitmq, quorum, stream),
    "nats": (core, jetstream),
    "redis": (redis,),
}


async def exchanged(publisher: Publisher, subscriber_of: Callable[..., Subscriber]) -> None:
    """Publish; every subscriber gets every message once and in order."""
    got: list[list[bytes]] = [[] for _ in range(SUBSCRIBERS)]
    there = asyncio.Event()

    def sink(number: int) -> Sink:
        def take(body: bytes, _: int, tag: int) -> None:
            got[number].append(body)
            subscribers[number].acknowledge(tag)
            if all(len(one) >= len(bodies) for one in got):
                there.set()

        return take

    bodies = [b"%d " % number + b"x" * (number * 4000 % 150_000) for number in range(MESSAGES)]
    await publisher.open()
    subscribers = [subscriber_of(sink(number), number) for number in range(SUBSCRIBERS)]
    for one in subscribers:
        await one.open()
        assert len(one.transports()) == 1
    for cookie, body in enumerate(bodies):
        await publisher.publish(body, cookie)
    await publisher.settled()
    await there.wait()
    assert got == [bodies] * SUBSCRIBERS
    for one in subscribers:
        await one.close()
    await publisher.close()


@pytest.mark.parametrize("window", [0, 1, 7])
def test_every_subscriber_gets_every_message_in_order(
    service: tuple[str, Service], window: int
) -> None:
    name, running = service

    async def once(make: Callable[[Any, str, int], Ends]) -> None:
        answers: list[tuple[int, bool]] = []
        unique = f"test-{make.__name__}-{secrets.token_hex(4)}"
        publisher, subscriber_of = make(running.address, unique, window)
        if publisher.window is not None:
            publisher.window._on_answer = lambda *answer: answers.append(answer)
        await asyncio.wait_for(exchanged(publisher, subscriber_of), SECONDS)
        if publisher.window is not None:
            assert sorted(answers) == [(cookie, True) for cookie in range(MESSAGES)]

    for make in CLIENTS[name]:
        uvloop.run(once(make))


def test_a_full_queue_refuses_and_the_publisher_hears_of_it(service: tuple[str, Service]) -> None:
    name, running = service
    if name != "rabbitmq":
        pytest.skip("only RabbitMQ has queues")
    answers: list[bool] = []

    async def once() -> None:
        unique = f"test-full-{secrets.token_hex(4)}"
        url = str(running.address["url"])
        publisher = RabbitPublisher(
            url, unique, window=1, on_answer=lambda _, is_taken: answers.append(is_taken)
        )
        await publisher.open()
        queue = QueueSettings(name=unique, most=5)
        held: list[int] = []
        subscriber = RabbitSubscriber(
            url, unique, queue, lambda *found: held.append(found[2]), prefetch=1
        )
        await subscriber.open()
        for _ in range(20):
            await publisher.publish(b"x")
        # One is with the subscriber, who acknowledges nothing; five wait.
        assert answers.count(True) in (5, 6, 7)
        assert answers[-1] is False
        subscriber.acknowledge(held[0])
        await subscriber.close()
        await publisher.close()

    uvloop.run(asyncio.wait_for(once(), SECONDS))
