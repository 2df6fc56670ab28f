"""A connection whose library reads no more is over, whatever the library says itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest
from rstream import schema
from rstream.client import Client

from bench.brokers.ends import watch
from bench.brokers.rabbitmq_stream import StreamPublisher, StreamSubscriber


async def fails() -> None:
    raise RuntimeError("the handler is closed")


async def ends() -> None:
    pass


@pytest.mark.parametrize("reading", [fails, ends])
def test_a_reader_that_ends_or_fails_is_noticed_once(
    reading: Callable[[], Coroutine[None, None, None]],
) -> None:
    told: list[str] = []

    async def work() -> None:
        task = asyncio.create_task(reading())
        watch(task, lambda: told.append("over"))
        await asyncio.wait((task,))
        await asyncio.sleep(0)

    asyncio.run(work())
    assert told == ["over"]


def test_where_the_library_hides_its_reader_nothing_is_watched() -> None:
    watch(None, lambda: pytest.fail("there is nothing to tell"))


# --- streams of RabbitMQ ----------------------------------------------------------------------


class Library:
    """A producer or consumer of rstream whose broker never answers, and that tells nobody."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.is_gone = asyncio.Event()
        listener = asyncio.create_task(self._listen())
        self._clients = {"stream": SimpleNamespace(_tasks={"listener": listener})}

    async def _listen(self) -> None:
        await self.is_gone.wait()

    async def start(self) -> None:
        pass

    async def subscribe(self, *_: Any, **__: Any) -> None:
        pass

    async def send_batch(self, _: str, batch: list[Any], **__: Any) -> None:
        if not self.is_gone.is_set():
            self.sent += batch


async def some_turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.mark.parametrize("window", [0, 2])
def test_a_publisher_to_a_stream_hears_that_its_connection_is_gone(window: int) -> None:
    async def work() -> None:
        publisher = StreamPublisher("127.0.0.1", 1, "stream", window=window)
        publisher._producer = library = Library()  # type: ignore[assignment]
        for _ in range(2):
            await publisher.publish(b"event")
        assert len(library.sent) == 2
        waiting = asyncio.create_task(publisher.publish(b"third"))
        await some_turns()
        assert waiting.done() == (not window), "a full window waits for an answer"
        library.is_gone.set()
        await some_turns()
        if window:
            with pytest.raises(ConnectionError, match="gone"):
                await waiting
        with pytest.raises(ConnectionError, match="gone"):
            await publisher.publish(b"fourth")

    asyncio.run(work())


def test_a_subscriber_of_a_stream_ends_with_its_connection() -> None:
    async def work() -> None:
        subscriber = StreamSubscriber("127.0.0.1", 1, "stream", lambda *_: None, offset=0)
        subscriber._consumer = library = Library()  # type: ignore[assignment]
        await subscriber.open()
        await some_turns()
        assert not subscriber.ended.done()
        library.is_gone.set()
        await some_turns()
        assert subscriber.ended.done()

    asyncio.run(work())


class Wire:
    """A connection that has one confirm to read, and that nothing can be written to."""

    reads = 0

    async def read_frame(self) -> schema.Frame:
        self.reads += 1
        assert self.reads == 1, "the library reads on: it hears of the end by itself"
        return schema.PublishConfirm(publisher_id=1, publishing_ids=[1])

    async def write_frame_publish(self, *_: Any) -> None:
        raise ConnectionResetError


def test_what_the_library_does_when_a_write_fails_while_it_deals_with_an_answer() -> None:
    """Why somebody must watch: its reader ends, and its own callback is not called."""
    told: list[str] = []

    async def work() -> None:
        client = Client(
            "127.0.0.1",
            1,
            frame_max=1,
            heartbeat=0,
            connection_closed_handler=lambda _: told.append("by the library"),
        )
        client._conn = Wire()  # type: ignore[assignment]
        client._streams = ["stream"]
        goes_on = asyncio.Event()

        async def answered(_: Any) -> None:
            await goes_on.wait()

        client.add_handler(schema.PublishConfirm, answered)
        client.start_task("listener", client._listener())
        watch(client._tasks["listener"], lambda: told.append("by its reader"))
        await some_turns()
        await client.send_publish_frame(schema.Publish(publisher_id=1, messages=[]))
        goes_on.set()
        await some_turns()

    asyncio.run(work())
    assert told == ["by its reader"]


def test_a_library_that_hides_its_connections_is_used_as_it_is() -> None:
    async def work() -> None:
        publisher = StreamPublisher("127.0.0.1", 1, "stream", window=2)
        publisher._producer = library = Library()  # type: ignore[assignment]
        library._clients = {}
        await publisher.publish(b"event")
        assert len(library.sent) == 1

    asyncio.run(work())
