"""A receiver's work: one event after the other, and no more than so many that wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from scenarios.fan_out import _work
from scenarios.fan_out._work import Work


class Bench:
    """A receiver whose clock a test moves; what it was told to do, in order."""

    def __init__(self, work_ns: int) -> None:
        self.told: list[object] = []
        self.due: list[int] = []
        self.turn = asyncio.Event()
        self.work = Work(
            work_ns,
            self.until,
            lambda data, read_ns, _: self.told.append((data, read_ns)),
            self.told.append,
        )

    async def until(self, due_ns: int) -> None:
        self.due.append(due_ns)
        self.turn.clear()
        await self.turn.wait()

    def take(self, name: bytes, read_ns: int) -> None:
        self.work.take(name, read_ns, lambda: self.told.append(b"done " + name))

    async def step(self) -> None:
        self.turn.set()
        for _ in range(4):
            await asyncio.sleep(0)


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await test()

    asyncio.run(whole())


def test_without_work_an_event_is_done_when_it_is_read() -> None:
    async def test() -> None:
        bench = Bench(0)
        bench.take(b"a", 5)
        assert bench.told == [(b"a", 5), b"done a"]
        assert not bench.due

    run(test)


def test_each_event_waits_for_those_before_it() -> None:
    async def test() -> None:
        bench = Bench(10)
        bench.take(b"a", 100)
        bench.take(b"b", 103)
        await asyncio.sleep(0)
        assert bench.told == []
        await bench.step()
        assert bench.told == [(b"a", 100), b"done a"]
        await bench.step()
        bench.take(b"c", 200)  # it was free meanwhile
        await asyncio.sleep(0)
        await bench.step()
        assert bench.due == [110, 120, 210]
        assert [one for one in bench.told if isinstance(one, bytes)] == [
            b"done a",
            b"done b",
            b"done c",
        ]

    run(test)


def test_who_is_full_reads_no_more_until_half_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_work, "MOST_WAITING", 4)

    async def test() -> None:
        bench = Bench(10)
        for number in range(5):
            bench.take(b"%d" % number, number)
        await asyncio.sleep(0)
        assert bench.told == [True], "once"
        while len(bench.work):
            await bench.step()
        assert [one for one in bench.told if isinstance(one, bool)] == [True, False]
        place = bench.told.index(False)
        assert bench.told[place - 1] == b"done 2", "two are left to wait"

    run(test)


def test_who_stops_forgets_what_waits() -> None:
    async def test() -> None:
        bench = Bench(10)
        bench.take(b"a", 1)
        bench.take(b"b", 1)
        await asyncio.sleep(0)
        bench.work.stop()
        await bench.step()
        assert bench.told == []
        bench.take(b"c", 50)
        await asyncio.sleep(0)
        await bench.step()
        assert bench.told == [(b"c", 50), b"done c"]

    run(test)
