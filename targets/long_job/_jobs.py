"""The jobs that a server knows by their handles: running, finished, collected, expired.

A result stays until its caller says that it has it: whoever went away before the last byte comes
back and finds it.  Knows nothing of HTTP.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from enum import Enum

from targets.long_job._workers import Job, Workers

MOST_JOBS = 100_000
"""Kept at once, running and finished together; and handles of collected ones that are known."""


class State(Enum):
    """What a handle stands for."""

    UNKNOWN = "unknown"
    RUNNING = "running"
    FINISHED = "finished"
    COLLECTED = "collected"


class Full(Exception):
    """As many jobs as can be kept."""


class Other(Exception):
    """The handle is that of another job."""


class Jobs:
    """Jobs by handle, given to `workers`; a result that nobody collects goes after `keep_s`."""

    def __init__(self, workers: Workers, keep_s: float) -> None:
        self._workers, self._keep_s = workers, keep_s
        self._jobs: dict[str, Job] = {}
        self._collected: dict[str, None] = {}

    def state(self, handle: str) -> State:
        job = self._jobs.get(handle)
        if job is not None:
            return State.FINISHED if job.finished_ns else State.RUNNING
        return State.COLLECTED if handle in self._collected else State.UNKNOWN

    def get(self, handle: str) -> Job:
        """A job that is running or finished; KeyError where there is none."""
        return self._jobs[handle]

    def ask(self, handle: str, seconds: float) -> Job:
        """The job of a handle, begun if there was none: to ask again begins no other.

        Other where it was asked for with another time, Full where there is no room.
        """
        known = self._jobs.get(handle)
        if known is not None:
            if known.seconds != seconds:
                raise Other(f"seconds={seconds}: job {handle} takes {known.seconds}")
            return known
        if len(self._jobs) >= MOST_JOBS:
            raise Full(f"{MOST_JOBS:,} jobs are here already")
        job = self._jobs[handle] = self._workers.put(Job(handle, seconds))
        return job

    def finished(self, job: Job) -> None:
        """A worker has done it: from now on it is kept for so long."""
        asyncio.get_running_loop().call_later(self._keep_s, self.expire, job)

    def expire(self, job: Job) -> None:
        """Forget a result that nobody has collected."""
        self._jobs.pop(job.name, None)

    def collect(self, handle: str) -> None:
        """Its caller has the result: give up the job, and know that it was there."""
        del self._jobs[handle]
        self._collected[handle] = None
        for oldest in self._too_many():
            del self._collected[oldest]

    def _too_many(self) -> Iterator[str]:
        if len(self._collected) > MOST_JOBS:
            yield next(iter(self._collected))

    def __len__(self) -> int:
        return len(self._jobs)
