"""The backend's work: jobs in one line, done by so many workers.

Knows nothing of who asks, nor of how a result gets to anybody.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.clock import Alarm, now_ns
from bench.plan.arrivals import SECOND_NS

LONGEST_S = 3600.0
SLICE_ROUNDS = 500
"""Of PBKDF2: a fraction of a millisecond in which a worker leaves the interpreter to others."""


class Job:
    """One job: when it began and was finished; 0 where it was not yet."""

    __slots__ = ("begun_ns", "done", "finished_ns", "name", "seconds")

    def __init__(self, name: str, seconds: float) -> None:
        self.name, self.seconds = name, seconds
        self.begun_ns = self.finished_ns = 0
        self.done = asyncio.Event()

    @property
    def result(self) -> bytes:
        """What its caller wants: here, when it began and was finished."""
        return b"%d %d" % (self.begun_ns, self.finished_ns)


def read_seconds(text: str) -> float:
    """How long a job is to take; ValueError saying what is wrong with the text."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= LONGEST_S:
        raise ValueError(f"seconds={text[:20]}: must be a number from 0 to {LONGEST_S:g}")
    return seconds


class Workers:
    """So many jobs at a time, in the order in which they came.

    `finished` is called for each job that is done.
    """

    def __init__(self, load: Any, finished: Callable[[Job], None] | None = None) -> None:
        self._count = load.own.backend_workers
        self._computes = load.own.work == "compute"
        self._finished = finished
        self._line: asyncio.Queue[Job] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._threads: ThreadPoolExecutor | None = None
        self._worked_ns = 0

    def start(self) -> None:
        """Have the workers wait for jobs."""
        self._alarm = Alarm(asyncio.get_running_loop())
        if self._computes:
            self._threads = ThreadPoolExecutor(self._count)
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self._count)]

    def put(self, job: Job) -> Job:
        """A job at the end of the line."""
        self._line.put_nowait(job)
        return job

    def counts(self) -> dict[str, float]:
        """Nanoseconds that workers have spent on jobs that are finished."""
        return {"worked_ns": self._worked_ns}

    async def _work(self) -> None:
        while True:
            job = await self._line.get()
            job.begun_ns = now_ns()
            if self._threads is None:
                await self._alarm.until(job.begun_ns + round(job.seconds * SECOND_NS))
            else:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self._threads, compute, job.seconds)
            job.finished_ns = now_ns()
            self._worked_ns += job.finished_ns - job.begun_ns
            job.done.set()
            if self._finished is not None:
                self._finished(job)

    async def stop(self) -> None:
        """Leave the rest undone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        if self._tasks:
            self._alarm.close()


def compute(seconds: float) -> None:
    """Use so much CPU time in this thread; hashing lets the event loop's thread run beside it."""
    end_ns = time.thread_time_ns() + round(seconds * SECOND_NS)
    while time.thread_time_ns() < end_ns:
        hashlib.pbkdf2_hmac("sha256", b"job", b"salt", SLICE_ROUNDS)
