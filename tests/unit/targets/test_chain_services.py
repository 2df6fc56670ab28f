"""Services of `chain` without a socket: their desk, their breaker, their queue's messages."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import aio_pika
import pytest

from scenarios.chain._slip import Stop
from scenarios.chain.load import LOAD
from targets.chain import breaker, library_breaker, queues
from targets.chain._desk import Desk, Full
from targets.chain._service import BehindFailed, HttpService, NotAsked, Unanswered
from targets.chain._work import Failure, Work

SLIP = [Stop(1, "127.0.0.1", 1)]


# --- the desk -------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        return self.now_ns


def test_a_desk_has_so_many_workers_a_line_and_no_more() -> None:
    clock = Clock()
    desk = Desk(workers=1, line=1, clock=clock)

    async def work() -> None:
        end = asyncio.Event()

        async def one() -> None:
            async with desk.place():
                await end.wait()

        tasks = [asyncio.create_task(one()) for _ in range(2)]
        await asyncio.sleep(0)
        assert (desk.under_way, desk.begun) == (2, 1)
        with pytest.raises(Full):
            async with desk.place():
                pass
        clock.now_ns = 10
        end.set()
        await asyncio.gather(*tasks)

    asyncio.run(work())
    found = desk.counts()
    assert (found["begun"], found["finished"], found["refused"]) == (2, 2, 1)
    assert (found["under_way_max"], found["under_way_ns"], found["handled_ns"]) == (2, 20, 20)
    assert desk.counts()["under_way_max"] == 0, "it is that since it was asked last"


def test_who_leaves_the_line_was_never_begun_and_makes_room() -> None:
    desk = Desk(workers=1, line=1)

    async def work() -> None:
        async def one() -> None:
            async with desk.place():
                await asyncio.Event().wait()

        first, second = (asyncio.create_task(one()) for _ in range(2))
        await asyncio.sleep(0)
        for task in (second, first):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        async with desk.place():
            assert desk.under_way == 1

    asyncio.run(work())
    assert (desk.begun, desk.finished, desk.under_way) == (2, 1, 0)


def test_a_service_fails_as_often_as_it_is_to_and_never_at_first() -> None:
    async def work(failing: float) -> int:
        made = Work(LOAD(failing=failing, service_time_s=0.0001), 1, 0)
        for _ in range(20):
            with contextlib.suppress(Failure):
                await made.do()
        made.close()
        return made.failed

    assert asyncio.run(work(0.0)) == 0
    assert asyncio.run(work(1.0)) == 19


# --- attempts and breakers ------------------------------------------------------------------


def with_attempts(
    monkeypatch: pytest.MonkeyPatch,
    kind: type[HttpService],
    errors: list[Exception | None],
    **load: Any,
) -> tuple[HttpService, list[float]]:
    """A service whose attempts at the next one end so, the last one for ever; and each patience."""
    asked: list[float] = []

    async def attempt(_: object, __: Sequence[Stop], patience_s: float) -> None:
        asked.append(patience_s)
        if (error := errors[min(len(asked), len(errors)) - 1]) is not None:
            raise error

    monkeypatch.setattr(HttpService, "attempt", attempt)
    return kind(LOAD(**load), 1, {}), asked


@pytest.mark.parametrize(
    ("errors", "attempts", "ends"),
    [
        ([None], 1, None),
        ([Unanswered("a"), None], 2, None),
        ([BehindFailed("a"), Unanswered("b"), None], 3, None),
        ([Unanswered("a")], 3, Unanswered),
        ([NotAsked("full")], 1, NotAsked),
        ([Unanswered("a"), NotAsked("full")], 2, NotAsked),
    ],
)
def test_a_caller_tries_again_but_not_where_the_next_is_full(
    monkeypatch: pytest.MonkeyPatch,
    errors: list[Exception | None],
    attempts: int,
    ends: type[Exception] | None,
) -> None:
    service, asked = with_attempts(
        monkeypatch, HttpService, errors, retries=2, attempt_timeout_s=0.1, timeouts="same"
    )

    async def work() -> None:
        if ends is None:
            await service.ask_next(SLIP)
        else:
            with pytest.raises(ends):
                await service.ask_next(SLIP)

    asyncio.run(work())
    assert asked == [0.1] * attempts


def outcomes(service: HttpService, count: int) -> list[str]:
    async def work() -> list[str]:
        found = []
        for _ in range(count):
            try:
                await service.ask_next(SLIP)
                found.append("done")
            except (Unanswered, NotAsked) as error:
                found.append(str(error))
        return found

    return asyncio.run(work())


def test_a_circuit_opens_after_so_many_failures_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = [
        Unanswered("a"),
        Unanswered("a"),
        None,
        Unanswered("a"),
        NotAsked("full"),
        Unanswered("a"),
    ]
    service, asked = with_attempts(
        monkeypatch,
        library_breaker.Service,
        ends,
        breaker_failures=3,
        breaker_rest_s=3600.0,
    )
    found = outcomes(service, 9)
    assert found == ["a", "a", "done", "a", "full", "a", *["its circuit is open"] * 3]
    assert len(asked) == 6


def test_what_fails_farther_behind_is_not_held_against_the_next_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service, asked = with_attempts(
        monkeypatch, library_breaker.Service, [BehindFailed("b")], breaker_failures=1
    )
    assert outcomes(service, 5) == ["b"] * 5
    assert len(asked) == 5


def test_the_proxy_stands_before_each_service_but_the_first() -> None:
    service = breaker.Service(
        LOAD(services=3, retries=1, attempt_timeout_s=0.1, breaker_requests=6), 1, {}
    )
    (proxy,) = service.proxies()
    assert [one.name for one in proxy.listeners] == ["to_1", "to_2"]
    first, last = proxy.upstreams
    assert (first.endpoints, last.endpoints) == (("service.1",), ("service.2",))
    assert (first.limits.requests, last.limits.requests) == (12, 6)
    assert first.timeout_s == pytest.approx(2 * 0.22)
    assert last.retry is not None
    assert (last.retry.attempts, last.retry.try_timeout_s) == (1, 0.1)
    assert breaker.Service(LOAD(services=1), 1, {}).proxies() == []


# --- the queue ------------------------------------------------------------------------------


class Message:
    """As aio-pika's, with what a service reads of it."""

    def __init__(self, body: bytes, reply_to: str | None = "mine") -> None:
        self.correlation_id, self.body, self.reply_to = "a", body, reply_to
        self.ended: list[str] = []

    async def ack(self) -> None:
        self.ended.append("acknowledged")

    async def reject(self, *, requeue: bool) -> None:
        self.ended.append("requeued" if requeue else "rejected")


class Broker:
    """Keeps what is published; a queue is full so many times."""

    def __init__(self, full: int = 0) -> None:
        self.published: list[tuple[str, bytes, str | None]] = []
        self.full = full

    async def publish(self, message: Any, queue: str, mandatory: bool = True) -> None:
        if self.full:
            self.full -= 1
            raise aio_pika.exceptions.DeliveryError(None, None)
        self.published.append((queue, message.body, message.type))


def taken(broker: Broker, message: Message, **load: Any) -> queues.Service:
    async def work() -> queues.Service:
        made = queues.Service(LOAD(service_time_s=0.0001, **load), 7, {})
        made.number = 1
        made.channel = SimpleNamespace(default_exchange=broker)  # type: ignore[assignment]
        made.own_work = Work(made.load, 7, 1)
        with contextlib.suppress(Failure):
            await made.own_work.do()  # a trial's own question
        await made.take(message)  # type: ignore[arg-type]
        made.own_work.close()
        return made

    return asyncio.run(work())


def test_a_request_goes_to_the_next_queue_and_the_last_one_answers() -> None:
    broker, message = Broker(), Message(b"2,3")
    taken(broker, message)
    assert broker.published == [("patternbench.7.chain.2", b"3", None)]
    assert message.ended == ["acknowledged"]
    broker = Broker()
    taken(broker, Message(b""))
    assert broker.published == [("mine", b"done", None)]


def test_a_full_queue_is_offered_the_message_again_until_it_has_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queues, "PAUSE_S", 0)
    broker, message = Broker(full=3), Message(b"3")
    service = taken(broker, message)
    assert [name for name, _, _ in broker.published] == ["patternbench.7.chain.3"]
    assert (message.ended, service.pushed_back) == (["acknowledged"], 3)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"one", b"1", b"0", b"4", b"2,,3", b"-2"])
def test_poison_is_rejected_and_its_sender_told(body: bytes) -> None:
    broker, message = Broker(), Message(body)
    service = taken(broker, message)
    assert (message.ended, service.dead, service.desk.begun) == (["rejected"], 1, 0)
    assert [(name, kind) for name, _, kind in broker.published] == [("mine", "refused")]
    nobody = Message(body, reply_to=None)
    taken(broker, nobody)
    assert nobody.ended == ["rejected"]


def test_a_service_that_fails_at_every_try_gives_the_request_up() -> None:
    broker, message = Broker(), Message(b"3")
    service = taken(broker, message, failing=1.0, retries=2, timeouts="same")
    assert (message.ended, service.own_work.failed, service.dead) == (["rejected"], 3, 1)
    assert broker.published == [("mine", b"service 1 failed", "refused")]
