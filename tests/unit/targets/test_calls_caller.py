"""When the caller of `calls` calls, and what it records: on a clock that only calls move on."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from bench.model import samples
from bench.model.messages import Begin
from bench.model.recorder import Recorder
from bench.plan import arrivals
from scenarios.calls.load import LOAD
from targets.calls import _caller
from targets.calls._caller import AFTER_T0_NS, Answer, CallerTarget
from targets.calls._messages import MessageTime

MS = 1_000_000
WINDOW = Begin(start_ns=100 * MS, t0_ns=200 * MS, t1_ns=300 * MS)


class Clock:
    """Stands where it is until somebody waits for an instant or calls."""

    now = 0

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = self

        class Alarm:
            def __init__(self, _: object) -> None:
                pass

            async def until(self, due_ns: int) -> None:
                clock.now = max(clock.now, due_ns)

            def close(self) -> None:
                pass

        monkeypatch.setattr(_caller, "Alarm", Alarm)
        monkeypatch.setattr(_caller, "now_ns", lambda: clock.now)
        monkeypatch.setattr(_caller, "PAUSE_S", 0)


class Caller(CallerTarget):
    """Each call takes 7 ms; `answers` says what comes, an error is raised."""

    def __init__(self, clock: Clock, *answers: object, **load: Any) -> None:
        super().__init__(LOAD(**load), 1, {})
        self.clock, self.answers = clock, [*answers]
        self.wanted, self.messages = [("a",)], MessageTime()
        self.recorder = Recorder(["call"])

    async def ask(self, _: int) -> Answer:
        self.clock.now += 7 * MS
        answer = self.answers.pop(0) if self.answers else self.wanted
        if isinstance(answer, BaseException):
            raise answer
        return answer, 10  # type: ignore[return-value]


def called(caller: Caller) -> np.ndarray:
    asyncio.run(caller.call(WINDOW))
    return samples.rows(caller.recorder.take())


def test_a_closed_loop_calls_again_at_once_and_over_no_edge(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = called(Caller(Clock(monkeypatch)))
    assert rows["sequence"].tolist() == [*range(len(rows))]
    before = rows["intended_ns"] < WINDOW.t0_ns
    assert rows["intended_ns"][0] == WINDOW.start_ns
    assert (rows["done_ns"][before] <= WINDOW.t0_ns).all()
    within = rows["intended_ns"][~before]
    assert within[0] == WINDOW.t0_ns + AFTER_T0_NS
    assert set(np.diff(within)) == {7 * MS}
    assert len(within) == 15, "the last begins before t1 and ends after it"
    assert within[-1] < WINDOW.t1_ns < rows["done_ns"][-1]


def test_an_open_loop_calls_when_calls_are_due_and_keeps_what_is_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = called(Caller(Clock(monkeypatch), call_rate_per_s=200.0))
    due = []
    for after_ns in arrivals.poisson(200.0, 1_000_003):
        if WINDOW.start_ns + after_ns >= WINDOW.t1_ns:
            break
        due.append(WINDOW.start_ns + after_ns)
    assert rows["intended_ns"].tolist() == due
    assert (rows["sent_ns"] >= rows["intended_ns"]).all()
    assert (rows["sent_ns"] > rows["intended_ns"]).any(), "some wait for the call before"


def test_what_fails_is_a_row_and_an_error_and_calling_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caller = Caller(Clock(monkeypatch), ConnectionError("away"), [], TimeoutError("late"))
    rows = called(caller)
    assert rows["outcome"][:4].tolist() == [samples.FAILED] * 3 + [samples.OK]
    assert caller.errors == [
        "ConnectionError: away",
        "ConnectionError: an answer of 0 came, not of 1",
        "TimeoutError: late",
    ]
    assert caller.messages.calls == len(rows) - 3


def test_a_call_under_way_at_the_end_is_pending(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(Clock(monkeypatch), asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(caller.call(WINDOW))
    rows = samples.rows(caller.recorder.take())
    assert rows["outcome"].tolist() == [samples.PENDING]


def test_where_a_call_is_longer_than_the_warm_up_the_first_is_in_the_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caller = Caller(Clock(monkeypatch))
    asyncio.run(caller.try_call())
    assert caller.longest_ns == 7 * MS
    caller.longest_ns = 60 * MS
    rows = called(caller)
    assert rows["intended_ns"][0] == WINDOW.t0_ns + AFTER_T0_NS


def test_another_order_than_the_wanted_one_fails_the_verification(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caller = Caller(Clock(monkeypatch), [("b",)])
    with pytest.raises(ConnectionError, match="another order came back"):
        asyncio.run(caller.try_call())
