"""The worker of the queue, with a broker that only pretends: what it begins, answers and drops."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from scenarios.long_job.load import LOAD
from targets.long_job._workers import Job
from targets.long_job.queue_reply import REFUSED, Worker


class Message:
    """As aio-pika's, with what the worker reads of it."""

    def __init__(self, name: str | None, body: bytes, reply_to: str | None = "mine") -> None:
        self.correlation_id, self.body, self.reply_to = name, body, reply_to
        self.acknowledged = 0

    async def ack(self) -> None:
        self.acknowledged += 1


class Broker:
    """Keeps what is published, and looks whether its question was given up before."""

    def __init__(self) -> None:
        self.answers: list[tuple[str | None, bytes, str | None, str]] = []

    async def publish(self, message: Any, queue: str, mandatory: bool) -> None:
        assert not mandatory, "an answer that nobody wants any more is dropped"
        self.answers.append((message.correlation_id, message.body, message.type, queue))


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    found: list[Job] = []
    monkeypatch.setattr("targets.long_job._workers.Workers.put", lambda _, job: found.append(job))
    return found


def worker() -> tuple[Worker, Broker]:
    made, broker = Worker(LOAD(), 1, {}), Broker()
    made.channel = SimpleNamespace(default_exchange=broker)  # type: ignore[assignment]
    return made, broker


def taken(*messages: Message) -> Broker:
    made, broker = worker()

    async def work() -> None:
        for message in messages:
            await made.take(message)  # type: ignore[arg-type]

    asyncio.run(work())
    return broker


def test_a_job_is_begun_once_and_acknowledged_when_its_answer_is_sent(begun: list[Job]) -> None:
    first, again = Message("a", b"0.5"), Message("a", b"0.5")
    made, broker = worker()

    async def work() -> None:
        await made.take(first)  # type: ignore[arg-type]
        await made.take(again)  # type: ignore[arg-type]
        (job,) = begun
        assert (job.name, job.seconds) == ("a", 0.5)
        assert (first.acknowledged, again.acknowledged) == (0, 1)
        job.begun_ns, job.finished_ns = 3, 4
        made.finished(job)
        await asyncio.gather(*made._answering)

    asyncio.run(work())
    assert broker.answers == [("a", b"3 4", None, "mine")]
    assert first.acknowledged == 1


@pytest.mark.parametrize("body", [b"", b"soon", b"-1", b"\xff", b"3601"])
def test_what_is_no_job_is_refused_to_its_sender(body: bytes, begun: list[Job]) -> None:
    message = Message("a", body)
    ((name, words, kind, queue),) = taken(message).answers
    assert (name, kind, queue) == ("a", REFUSED, "mine")
    assert b"must be a number" in words
    assert message.acknowledged == 1
    assert begun == []


@pytest.mark.parametrize(("name", "reply_to"), [(None, "mine"), ("", "mine"), ("a", None)])
def test_what_could_not_be_answered_is_dropped(
    name: str | None, reply_to: str | None, begun: list[Job]
) -> None:
    message = Message(name, b"0.5", reply_to)
    assert taken(message).answers == []
    assert message.acknowledged == 1
    assert begun == []
