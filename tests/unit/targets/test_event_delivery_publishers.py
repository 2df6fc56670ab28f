"""The publisher of `event_delivery`: what becomes of its broker's data when it goes or fails."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bench.brokers.ends import Publisher
from scenarios.event_delivery.load import LOAD
from targets.event_delivery import _publisher
from targets.event_delivery._journal import CONFIRMED, PUBLISHED, Journal
from targets.event_delivery._publisher import PublisherTarget


class Sender(Publisher):
    """Writes down what is done to it; its first connections fail where it is told so."""

    def __init__(self, log: list[str], number: int, fails: bool) -> None:
        super().__init__()
        self._log, self._number, self._fails = log, number, fails

    async def open(self) -> None:
        self._log.append(f"open {self._number}")
        if self._fails:
            raise ConnectionError("still starting")

    async def publish(self, body: bytes, cookie: int = 0) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        self._log.append(f"close {self._number}" if self.keeps else f"delete {self._number}")


class Target(PublisherTarget):
    """Connects at the third try."""

    def __init__(self, folder: Path, log: list[str]) -> None:
        super().__init__(LOAD(), 1, {})
        self.data, self._log, self._made = folder, log, 0

    def make_publisher(self) -> Publisher:
        self._made += 1
        return Sender(self._log, self._made, fails=self._made < 3)


def test_a_connection_that_fails_deletes_nothing_and_the_end_of_the_trial_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that has just started may refuse: it still holds what the consumer has not read."""
    monkeypatch.setattr(_publisher, "RETRY_S", 0.0)
    log: list[str] = []

    async def work() -> None:
        target = Target(tmp_path, log)
        await target.start(0)
        await target.stop()

    asyncio.run(work())
    assert log == ["open 1", "close 1", "open 2", "close 2", "open 3", "delete 3"]


def test_who_comes_back_sends_again_what_was_not_confirmed(tmp_path: Path) -> None:
    for name, numbers in ((PUBLISHED, range(5)), (CONFIRMED, (0, 1, 3))):
        journal = Journal(tmp_path / name)
        for number in numbers:
            journal.add(number, 1)
        journal.close()

    async def work() -> list[int]:
        target = Target(tmp_path, [])
        target._made = 2
        await target.start(0)
        again = list(target._again)
        await target.stop()
        return again

    assert asyncio.run(work()) == [2, 4]
