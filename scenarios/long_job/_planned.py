"""What a trial's clients do, and when: known from the load and the seed before it begins.

The clients act by it and the laws reckon with it.  Pure: no clock; offsets in nanoseconds count
from the start of the warm-up.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from bench.model.load import Load
from bench.plan import arrivals
from scenarios.long_job.load import LongJobLoad

SECOND_NS = arrivals.SECOND_NS
SEED_STEP = 1_000_003
"""A prime: no client of one trial has the schedule of another client of another."""


@dataclass(frozen=True)
class Absence:
    """A client goes away and comes back."""

    leaves_ns: int
    returns_ns: int


@dataclass(frozen=True)
class PlannedJob:
    """A job of a client: when it is asked for, what it takes a worker, when its client leaves."""

    asked_ns: int
    seconds: float
    leaves_ns: float = math.inf

    @property
    def is_left(self) -> bool:
        """Whether its client leaves before it can have ended."""
        return self.leaves_ns < self.asked_ns + self.seconds * SECOND_NS


def absences(load: Load[LongJobLoad], seed: int, client: int) -> Iterator[Absence]:
    """When a client is away: after exponential times of presence, for exponential times."""
    own = load.own
    if not own.leave_rate_per_s:
        return
    chance = random.Random(f"{seed}/{client}/away")
    at = 0.0
    while True:
        leaves = at + chance.expovariate(own.leave_rate_per_s)
        at = leaves + chance.expovariate(1 / own.away_s)
        yield Absence(round(leaves * SECOND_NS), round(at * SECOND_NS))


def jobs(load: Load[LongJobLoad], seed: int, client: int) -> Iterator[PlannedJob]:
    """The jobs that a client asks for: at random times, while it is there."""
    rate = load.own.job_rate_per_s / load.window.clients
    away = absences(load, seed, client)
    absence = next(away, None)
    sequence = 0
    for asked_ns in arrivals.poisson(rate, seed * SEED_STEP + client):
        while absence is not None and asked_ns >= absence.returns_ns:
            absence = next(away, None)
        if absence is not None and asked_ns >= absence.leaves_ns:
            continue
        leaves_ns = math.inf if absence is None else absence.leaves_ns
        yield PlannedJob(asked_ns, _seconds(load, seed, client, sequence), leaves_ns)
        sequence += 1


def _seconds(load: Load[LongJobLoad], seed: int, client: int, sequence: int) -> float:
    seconds = load.own.job_time_s
    if load.own.service == "exponential":
        seconds *= random.Random(f"{seed}/{client}/{sequence}").expovariate(1)
    return round(seconds, 6)


def phase_ns(load: Load[LongJobLoad], seed: int, client: int, sequence: int) -> int:
    """How long after its handle a job is first asked for: a random part of the interval."""
    chance = random.Random(f"{seed}/{client}/{sequence}/phase")
    return round(chance.random() * load.own.poll_interval_s * SECOND_NS)


@lru_cache(16)
def all_jobs(load: Load[LongJobLoad], seed: int) -> tuple[PlannedJob, ...]:
    """The jobs of all clients until the window's end, in the order in which they are asked for."""
    window = load.window
    end_ns = round((window.warmup_s + window.duration_s) * SECOND_NS)
    each = (
        takewhile(lambda job: job.asked_ns < end_ns, jobs(load, seed, client))
        for client in range(window.clients)
    )
    return tuple(heapq.merge(*each, key=lambda job: job.asked_ns))
