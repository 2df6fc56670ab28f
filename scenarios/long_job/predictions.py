"""The laws of `long_job` as they apply to its patterns and metrics.  Pure.

Each fills a formula of laws.py from a load and from the facts that it declares, and gives the value
in the metric's unit.  None reads how long jobs take or wait in the trial that it predicts.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping

from bench.model.domain import FREE, Condition, Domain, Free, Range, Units, Wanted
from bench.model.law import SEED, Calibration, Facts, Law, not_below_zero
from bench.model.load import Load
from bench.plan.arrivals import SECOND_NS
from bench.stats import queues
from scenarios.long_job import _planned as planned
from scenarios.long_job import laws
from scenarios.long_job.load import LongJobLoad, offered

Asked = Load[LongJobLoad]

BLOCKING, SHORT, LONG, SSE, QUEUE = (
    "blocking_request",
    "handle_short_polling",
    "handle_long_polling",
    "handle_sse",
    "queue_reply",
)
HANDLES = (SHORT, LONG, SSE)
KEEPING = (*HANDLES, QUEUE)
"""Patterns whose callers may leave and come back."""

ALL = (BLOCKING, *KEEPING)

ALONE = Calibration(
    "alone",
    {"job_rate": 25.0, "backend_workers": 50, "service": "fixed", "warmup": 0.3, "duration": 3.0},
    ("work_mean", "turnaround_mean", "known_mean"),
    text="25 such jobs a second and workers to spare: what a job takes where none waits",
)

ROOM = 2.0
"""Workers, as a multiple of those that are busy on average: no job waits for one."""


def presence(load: Asked) -> float:
    """Which share of the time a client is there."""
    return 1 / (1 + load.own.leave_rate_per_s * load.own.away_s)


def jobs_per_s(load: Asked) -> float:
    """How many jobs a second has, with absences."""
    return load.own.job_rate_per_s * presence(load)


# --- JOB-1 --------------------------------------------------------------------------------------


def usually_lost(load: Asked) -> float:
    """JOB-1's formula, by how the times of jobs are spread."""
    own = load.own
    law = laws.lost_share_fixed if own.service == "fixed" else laws.lost_share_exponential
    return law(own.leave_rate_per_s, own.job_time_s)


_SHARED: Mapping[str, Wanted] = {
    "warmup": Free(0.3),
    "drain": Free(30.0),
    "keep": FREE,
    "long_poll_timeout": FREE,
    "service": ("fixed", "exponential"),
}
NONE_WAITS = Condition(
    "there are at least twice as many workers as are busy on average, and 8 more",
    lambda load: load.own.backend_workers >= ROOM * offered(load) + 8,
)
LEAST_JOBS = 800
"""The plan says which are lost; what is left to chance is when the last moment of a job was."""

LEAVING = Domain(
    {
        **_SHARED,
        "clients": Range(50, 400),
        "job_rate": Range(100, 500),
        "job_time": Range(0.1, 0.5),
        "backend_workers": Range(20, 400),
        "leave_rate": Range(0.4, 8.0),
        "away": Range(0.1, 1.0),
        "poll_interval": FREE,
    },
    where=(
        NONE_WAITS,
        Condition(
            "a client has at most half a job under way, so that jobs are lost one by one",
            lambda load: offered(load) <= 0.5 * load.window.clients,
        ),
        Condition(
            "between 20 and 80 % of the jobs are lost: less is seen too seldom",
            lambda load: 0.2 <= usually_lost(load) <= 0.8,
        ),
    ),
    units=Units("jobs", LEAST_JOBS, jobs_per_s, at_least_s=3, at_most_s=20),
)

# --- RR-2 ---------------------------------------------------------------------------------------

QUEUED = Domain(
    {
        **_SHARED,
        "clients": Range(5, 50),
        "job_rate": Range(5, 250),
        "job_time": Range(0.02, 0.1),
        "backend_workers": Range(1, 8),
        "away": FREE,
        "poll_interval": Range(0.05, 0.5),
    },
    where=(
        Condition(
            "the jobs keep between 20 and 90 % of the workers busy",
            lambda load: (
                0.2 * load.own.backend_workers <= offered(load) <= 0.9 * load.own.backend_workers
            ),
        ),
        Condition(
            "callers ask for at most 400 jobs and results per second, by Erlang's formula: what "
            "they cost keeps no worker waiting",
            lambda load: questions_per_s(load) <= 400,
        ),
    ),
    units=Units("jobs", 500, jobs_per_s, at_least_s=3, at_most_s=25),
)


def questions_per_s(load: Asked) -> float:
    """What short polling asks in a second, with the jobs themselves, about."""
    own = load.own
    turnaround_s = laws.turnaround_exponential(
        own.job_rate_per_s, own.job_time_s, own.backend_workers
    )
    return own.job_rate_per_s * (2 + laws.polls(own.poll_interval_s, turnaround_s))


def turnaround_ms(load: Asked, facts: Facts) -> float:
    """RR-2 for the jobs that the trial's clients were to ask for, at their times.

    A job keeps its worker for what it was to take, and for as much more as alone: no worker is
    done early.
    """
    t0_ns = round(load.window.warmup_s * SECOND_NS)
    jobs = planned.all_jobs(load, int(facts[SEED]))
    added_s = not_below_zero(
        facts["alone.work_mean"] / 1e3 - load.own.job_time_s,
        "where no job waits one took less than it was to",
    )
    takes = [job.seconds + added_s for job in jobs]
    waits = queues.waits(
        (job.asked_ns / SECOND_NS for job in jobs), takes, load.own.backend_workers
    )
    stays = zip(jobs, waits, takes, strict=True)
    counted = [wait + take for job, wait, take in stays if job.asked_ns >= t0_ns]
    around_ms = facts["alone.turnaround_mean"] - facts["alone.work_mean"]
    return statistics.fmean(counted) * 1e3 + around_ms if counted else math.nan


def pushed_ms(load: Asked, facts: Facts) -> float:
    """RR-2, and how long a result takes to its caller."""
    return turnaround_ms(load, facts) + facts["alone.known_mean"]


def polled_ms(load: Asked, facts: Facts) -> float:
    """RR-2, and half a poll interval (SP-1)."""
    return turnaround_ms(load, facts) + laws.polling_delay(load.own.poll_interval_s) * 1e3


# --- SP-2 ---------------------------------------------------------------------------------------

UNQUEUED = Domain(
    {
        **_SHARED,
        "clients": Range(5, 50),
        "job_rate": Range(5, 100),
        "job_time": Range(0.1, 1.0),
        "backend_workers": Range(10, 300),
        "away": FREE,
        "poll_interval": Range(0.05, 2.0),
    },
    where=(
        NONE_WAITS,
        Condition(
            "callers ask at most 400 times per second",
            lambda load: questions_per_s(load) <= 400,
        ),
    ),
    units=Units("jobs", 400, jobs_per_s, at_least_s=3, at_most_s=25),
)


def lost_share(load: Asked, facts: Facts) -> float:
    """JOB-1 for the jobs and the departures that the trial's clients planned."""
    t0_ns = round(load.window.warmup_s * SECOND_NS)
    jobs = planned.all_jobs(load, int(facts[SEED]))
    counted = [job.is_left for job in jobs if job.asked_ns >= t0_ns]
    return statistics.fmean(counted) if counted else math.nan


def polling_requests(load: Asked, _: Facts) -> float:
    """SP-2."""
    return laws.requests_per_job(laws.polls(load.own.poll_interval_s, load.own.job_time_s))


LOST = Law(
    "JOB-1",
    "1 - e^(-delta J); exponential J: delta J/(1 + delta J)",
    "departures have no memory, checked by simulation; the departures of the plan",
    "lost_share",
    (BLOCKING,),
    lost_share,
    LEAVING,
    (SEED,),
    fitted_with=(6021,),
    passed_with=(6031,),
)
PUSHED = Law(
    "RR-2",
    "mean of J + max(0, time until one of c is free), job by job; and the way to the caller",
    "Kiefer and Wolfowitz 1955, with the jobs of the plan; the rest from trials where none waits",
    "latency_mean",
    (BLOCKING, LONG, SSE, QUEUE),
    pushed_ms,
    QUEUED,
    (SEED,),
    (ALONE,),
    passed_with=(6021,),
)
POLLED = Law(
    "RR-2",
    "mean of J + max(0, time until one of c is free), job by job; and T/2",
    "Kiefer and Wolfowitz 1955, with the jobs of the plan; a random phase of polling",
    "latency_mean",
    (SHORT,),
    polled_ms,
    QUEUED,
    (SEED,),
    (ALONE,),
    passed_with=(6021,),
)
REQUESTS = Law(
    "SP-2",
    "3 + J/T",
    "a poll every T from a random phase, one request for the handle, one to collect",
    "requests_per_job",
    (SHORT,),
    polling_requests,
    UNQUEUED,
    (),
    passed_with=(6021,),
)
PREDICTIONS = (LOST, PUSHED, POLLED, REQUESTS)
