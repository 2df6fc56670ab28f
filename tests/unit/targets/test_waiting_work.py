"""Units of useful work, threads that cannot be had, and memory that begins at a page."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

import pytest

from targets.disk_reads._memory import address, aligned
from targets.waiting import _work
from targets.waiting.client_threads import Threads


@pytest.mark.parametrize("name", ["python", "hash"])
def test_a_unit_always_does_the_same_and_takes_some_time(name: str) -> None:
    unit = _work.UNITS[name]
    assert unit is not None
    assert unit() == unit()
    assert _work.cost_ns(unit) > 0


@pytest.mark.parametrize("size", [4096, 1_000_000, 16_777_216])
def test_memory_begins_at_a_page_and_stays_there(size: int) -> None:
    memory = aligned(size)
    assert (len(memory), address(memory) % 4096) == (size, 0)
    memory[:] = b"x" * size
    assert (len(memory), address(memory) % 4096) == (size, 0)


class Pool:
    """A pool of a system that allows so many threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.started: list[Future[bool]] = []

    def submit(self, wait: Callable[[], bool]) -> Future[bool]:
        if len(self.started) == self.most:
            raise RuntimeError("can't start new thread")
        self.started.append(Future())
        self.started[-1].set_result(True)
        return self.started[-1]


def test_a_thread_that_cannot_be_started_is_told_in_one_line() -> None:
    program = Threads(("127.0.0.1", 1), 5, None)
    program._start_all(Pool(5))  # type: ignore[arg-type]
    with pytest.raises(OSError, match=r"^5 threads: the system allows only 3 \(can't start"):
        program._start_all(Pool(3))  # type: ignore[arg-type]
