"""Services of `chain` over sockets and over a real broker: what they answer, refuse and keep.

Nothing here depends on how fast anything is.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import aio_pika
import pytest
import uvloop

from bench import catalog
from bench.load.clients.http1 import Http1Connection, Reply
from bench.model.errors import ComponentMissing
from bench.run import runner
from bench.run.services import Services
from scenarios.chain.load import LOAD

HOST = "127.0.0.1"
LEAST = 120.0
NOWHERE = f"1@{HOST}:1"


def run(work: Coroutine[Any, Any, None]) -> None:
    async def timed() -> None:
        await asyncio.wait_for(work, LEAST)

    uvloop.run(timed())


@contextlib.asynccontextmanager
async def served(pattern: str, number: int = 0, **load: Any) -> AsyncIterator[tuple[Any, int]]:
    load = {"service_time_s": 0.001, "attempt_timeout_s": 60.0, **load}
    service = importlib.import_module(f"targets.chain.{pattern}").Service(LOAD(**load), 1, {})
    service.number = number
    port = await service.start(0)
    if "failing" in load:
        await service.own_work.do()  # the first attempt, which never fails
    try:
        yield service, port
    finally:
        await service.stop()
        await service.runner.cleanup()


async def connected(port: int) -> Http1Connection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Http1Connection, HOST, port)
    return connection


def asking(slip: str) -> bytes:
    return f"GET /work?slip={slip} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


async def ask(port: int, slip: str = "") -> Reply:
    connection = await connected(port)
    try:
        return await connection.request(asking(slip))
    finally:
        connection.close()


PATTERNS = ("direct", "library_breaker", "breaker")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_each_end_of_a_request_has_its_status(pattern: str) -> None:
    async def work() -> None:
        async with (
            served(pattern, 1) as (last, behind),
            served(pattern, 1, failing=1.0) as (_, broken),
            served(pattern, 1, service_workers=1, line=0) as (full, busy),
            served(pattern) as (first, port),
        ):
            assert (await ask(port)).status == 200
            assert (await ask(port, f"1@{HOST}:{behind}")).status == 200
            assert last.counts()["service.1.finished"] == 1
            for slip in ("1", "x@y:1", f"1@{HOST}:99999", ",".join([NOWHERE] * 17)):
                refused = await ask(port, slip)
                assert (refused.status, refused.body[:4]) == (400, b"slip")
                assert refused.body.count(b"\n") == 1
            assert (await ask(broken)).status == 500
            async with full.desk.place():
                assert (await ask(busy)).status == 503
                assert (await ask(port, f"1@{HOST}:{busy}")).status == 424
            for slip in (f"1@{HOST}:{broken}", NOWHERE):
                found = await ask(port, slip)
                assert (found.status, found.body[:9]) == (424, b"service 1")
            assert first.counts()["service.0.begun"] == 5

    run(work())


@pytest.mark.parametrize("pattern", ["direct", "library_breaker"])
def test_a_caller_tries_again_where_the_next_service_fails(pattern: str) -> None:
    async def work() -> None:
        async with (
            served(pattern, 1, failing=1.0) as (broken, behind),
            served(pattern, retries=3, timeouts="same") as (_, port),
        ):
            assert (await ask(port, f"1@{HOST}:{behind}")).status == 424
            assert broken.counts()["service.1.begun"] == 4

    run(work())


def test_an_open_circuit_spares_the_next_service() -> None:
    async def work() -> None:
        async with (
            served("library_breaker", 1, failing=1.0) as (broken, behind),
            served("library_breaker", breaker_failures=2, breaker_rest_s=3600.0) as (first, port),
        ):
            for _ in range(5):
                assert (await ask(port, f"1@{HOST}:{behind}")).status == 424
            assert broken.counts()["service.1.begun"] == 2
            assert first.counts()["service.0.not_asked"] == 3

    run(work())


def test_whose_caller_left_is_worked_on_no_more() -> None:
    async def work() -> None:
        async with served("direct", service_time_s=50.0) as (service, port):
            connection = await connected(port)
            connection.request(asking("")).add_done_callback(lambda one: one.exception())
            while not service.desk.under_way:
                await asyncio.sleep(0.001)
            connection.close()
            while service.desk.under_way:
                await asyncio.sleep(0.001)
            assert service.counts()["service.0.finished"] == 0

    run(work())


# --- the queue --------------------------------------------------------------------------------


@pytest.fixture
def broker(services: Services) -> dict[str, Any]:
    (pattern,) = catalog.select(["chain/queues"])
    try:
        runner.without_missing([pattern], {})
    except ComponentMissing as error:
        pytest.skip(str(error))
    return dict(services.context_for(pattern, 1).services)


@contextlib.asynccontextmanager
async def queued(broker: dict[str, Any], seed: int, **load: Any) -> AsyncIterator[list[Any]]:
    """All services of a row, on queues of their own."""
    kind = importlib.import_module("targets.chain.queues").Service
    made: list[Any] = []
    try:
        for number in range(load["services"]):
            service = kind(LOAD(service_time_s=0.001, **load), seed, broker)
            service.number = number
            made.append(service)
            await service.start(0)
        yield made
    finally:
        for service in reversed(made):
            await service.stop()


class Sender:
    """Asks, and counts the answers by kind."""

    def __init__(self) -> None:
        self.answers: list[tuple[str | None, str]] = []

    async def open(self, url: str) -> None:
        self.connection = await aio_pika.connect(url)
        self.channel = await self.connection.channel(publisher_confirms=True)
        self.replies = await self.channel.declare_queue(exclusive=True)
        await self.replies.consume(self._take, no_ack=True)

    async def _take(self, message: Any) -> None:
        self.answers.append((message.correlation_id, message.type or ""))

    async def ask(self, queue: str, name: str, body: bytes) -> bool:
        """Whether the broker took it."""
        message = aio_pika.Message(body, correlation_id=name, reply_to=self.replies.name)
        try:
            await self.channel.default_exchange.publish(message, queue)
        except aio_pika.exceptions.DeliveryError:
            return False
        return True

    async def waiting(self, queue: str) -> int:
        found = await self.channel.declare_queue(queue, passive=True)
        return found.declaration_result.message_count or 0


def test_poison_becomes_a_dead_letter_and_the_others_are_answered(broker: dict[str, Any]) -> None:
    async def work() -> None:
        async with queued(broker, 101, services=2) as row:
            sender = Sender()
            await sender.open(broker["rabbitmq"]["url"])
            prefix = row[0].prefix
            for name, body in (("a", b"1"), ("b", b"poison"), ("c", b"1"), ("d", b"\xff")):
                assert await sender.ask(f"{prefix}0", name, body)
            while len(sender.answers) < 4 or await sender.waiting(f"{prefix}dead") < 2:
                await asyncio.sleep(0.01)
            assert sorted(sender.answers) == [
                ("a", ""),
                ("b", "refused"),
                ("c", ""),
                ("d", "refused"),
            ]
            assert [one.dead for one in row] == [2, 0]
            await sender.connection.close()

    run(work())


def test_a_full_queue_pushes_back_to_the_sender_and_nothing_grows(broker: dict[str, Any]) -> None:
    """The last service takes nothing: its queue fills, then the one before it, then its sender."""
    limit, workers = 3, 2

    async def work() -> None:
        load = {"services": 2, "queue_length": limit, "service_workers": workers}
        async with queued(broker, 102, **load) as row:
            sender = Sender()
            await sender.open(broker["rabbitmq"]["url"])
            prefix = row[0].prefix
            await row[1].connection.close()
            taken, refusals = 0, 0
            while refusals < 20:
                if await sender.ask(f"{prefix}0", str(taken), b"1"):
                    taken += 1
                else:
                    refusals += 1
                    await asyncio.sleep(0.01)
            # Two queues, the workers, and what came in while a queue was being emptied.
            assert taken <= 2 * limit + 2 * workers
            assert row[0].desk.under_way == workers
            assert row[0].pushed_back > 0
            await row[1].start(0)
            while len(sender.answers) < taken:
                await asyncio.sleep(0.01)
            assert {kind for _, kind in sender.answers} == {""}
            assert len({name for name, _ in sender.answers}) == taken
            await sender.connection.close()

    run(work())
