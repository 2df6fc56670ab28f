"""Publishers of `fan_out`: the events that they make, and what becomes of those not taken."""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bench.brokers.ends import Publisher
from bench.clock import now_ns
from bench.model.payload import decode
from bench.model.samples import EVERY
from scenarios.fan_out.load import LOAD
from targets._event_log import EventLog
from targets.fan_out import _broker
from targets.fan_out._broker import BrokerTarget
from targets.fan_out._source import Source

SECOND_NS = 1_000_000_000

# --- the source -----------------------------------------------------------------------------------


def emitted(tmp_path: Path, end_ns: int, **load: Any) -> tuple[list[tuple[int, bytes]], Source]:
    """What a source sends that begins two seconds ago: nothing waits for a due time."""
    sent: list[tuple[int, bytes]] = []

    async def send(sequence: int, body: bytes) -> None:
        sent.append((sequence, body))

    async def settle() -> None:
        sent.append((0, b"settled"))

    async def run() -> Source:
        source = Source(LOAD(**load), 1, send, settle)
        source.keep_log(tmp_path / "log")
        start_ns = now_ns() - 2 * SECOND_NS
        await source.run(start_ns, start_ns + end_ns)
        source.close_log()
        return source

    return sent, asyncio.run(run())


def test_events_are_due_by_schedule_and_sent_in_order(tmp_path: Path) -> None:
    sent, source = emitted(tmp_path, SECOND_NS, event_rate_per_s=20.0, payload_bytes=80)
    assert source.failure == ""
    *events, last = sent
    assert last == (0, b"settled")
    assert [sequence for sequence, _ in events] == list(range(1, len(events) + 1))
    assert len(events) in (19, 20)
    assert all(len(body) == 80 for _, body in events)
    due = [decode(body)[1] for _, body in events]
    assert {later - earlier for earlier, later in pairwise(due)} == {SECOND_NS // 20}
    rows = list(EventLog(tmp_path / "log"))
    assert [(row.audience, row.sequence, row.intended_ns) for row in rows] == [
        (EVERY, sequence, at) for (sequence, _), at in zip(events, due, strict=True)
    ]
    assert source.sent == len(events)


def test_a_closed_loop_ends_with_its_time(tmp_path: Path) -> None:
    sent, source = emitted(tmp_path, SECOND_NS, event_rate_per_s=0.0)
    assert (sent, source.sent, source.failure) == ([(0, b"settled")], 0, "")


def test_what_breaks_the_source_is_told() -> None:
    async def send(_: int, __: bytes) -> None:
        raise ValueError("no such thing")

    async def settle() -> None:
        pass

    async def run() -> Source:
        source = Source(LOAD(event_rate_per_s=10.0), 1, send, settle)
        start_ns = now_ns() - 2 * SECOND_NS
        await source.run(start_ns, start_ns + SECOND_NS)
        return source

    assert asyncio.run(run()).failure == "publisher: ValueError: no such thing"


# --- what is not taken ----------------------------------------------------------------------------


class FakePublisher(Publisher):
    """A broker that answers as a test says: True, False, or an error."""

    def __init__(self, window: int, answers: deque[Any], target: BrokerTarget) -> None:
        super().__init__(window, target.answered)
        self._answers, self._target = answers, target
        self.is_open = False

    async def open(self) -> None:
        answer = self._answers.popleft() if self._answers and self._answers[0] == "away" else ""
        if answer:
            raise ConnectionError("away")
        self.is_open = True

    async def publish(self, body: bytes, cookie: int = 0) -> None:
        answer = self._answers.popleft() if self._answers else True
        self._target.told.append((cookie, answer))  # type: ignore[attr-defined]
        if answer == "lost":
            raise ConnectionError("lost")
        if self.window is not None:
            self.window.put(cookie, cookie)
            self.window.answered(cookie, answer)

    async def close(self) -> None:
        self.is_open = False


class FakeTarget(BrokerTarget):
    def __init__(self, window: int, answers: list[Any]) -> None:
        load = LOAD(confirms="window", confirm_window=window) if window else LOAD()
        super().__init__(load, 1, {})
        self.told: list[tuple[int, Any]] = []
        self._window, self._script = window, deque(answers)

    def make_publisher(self) -> Publisher:
        return FakePublisher(self._window, self._script, self)


def sent(window: int, events: int, answers: list[Any]) -> FakeTarget:
    """So many events, one after the other, then everything is settled."""

    async def run() -> FakeTarget:
        target = FakeTarget(window, answers)
        await target.start(0)
        for sequence in range(1, events + 1):
            await target.send(sequence, b"%d" % sequence)
        await target.settle()
        return target

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_broker, "REFUSED_PAUSE_S", 0)
    monkeypatch.setattr(_broker, "LOST_PAUSE_S", 0)


def test_what_is_refused_is_sent_again_before_anything_new() -> None:
    target = sent(5, 3, [True, False, False, True, True])
    assert target.told == [(1, True), (2, False), (2, False), (2, True), (3, True)]
    assert (target.refused, target.failed_sends) == (2, 0)


def test_the_last_event_is_not_left_behind() -> None:
    target = sent(5, 1, [False, True])
    assert target.told == [(1, False), (1, True)]
    assert not target._unconfirmed


def test_what_was_not_confirmed_is_sent_again_when_the_broker_is_back() -> None:
    target = sent(5, 3, [True, "lost", "away", "away", True, True])
    assert target.told == [(1, True), (2, "lost"), (2, True), (3, True)]
    assert (target.refused, target.failed_sends) == (0, 1)


def test_without_confirms_an_event_that_was_under_way_is_lost_and_counted() -> None:
    target = sent(0, 3, [True, "lost", True])
    assert target.told == [(1, True), (2, "lost"), (3, True)]
    assert target.failed_sends == 1
    assert not target._unconfirmed, "nothing is kept that nobody confirms"
