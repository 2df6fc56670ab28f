"""The laws of `long_job` against clients that leave, workers and questions, drawn one by one.

The simulations share nothing with the formulas.
"""

from __future__ import annotations

import math
import random
import statistics

import numpy as np
import pytest

from bench.stats import queues
from scenarios.long_job import _planned as planned
from scenarios.long_job import laws
from scenarios.long_job.load import LOAD

SECOND_NS = planned.SECOND_NS
JOBS = 100_000


def spread(service: str, mean: float, count: int) -> np.ndarray:
    source = np.random.default_rng(2)
    return source.exponential(mean, count) if service == "exponential" else np.full(count, mean)


@pytest.mark.parametrize("leave_rate", [0.5, 2.0, 5.0])
@pytest.mark.parametrize("service", ["fixed", "exponential"])
def test_job1_is_the_share_that_is_left_before_its_end(leave_rate: float, service: str) -> None:
    law = {
        "fixed": laws.lost_share_fixed,
        "exponential": laws.lost_share_exponential,
    }[service](leave_rate, 0.3)
    leaves = np.random.default_rng(1).exponential(1 / leave_rate, JOBS)
    assert law == pytest.approx(np.mean(leaves < spread(service, 0.3, JOBS)), rel=0.03)


@pytest.mark.parametrize("leave_rate", [1.0, 4.0])
def test_job1_holds_for_the_departures_of_the_plan(leave_rate: float) -> None:
    """Jobs that come while their client is there, and its next departure after each."""
    load = LOAD(
        clients=400,
        leave_rate_per_s=leave_rate,
        away_s=0.3,
        job_rate_per_s=800.0,
        job_time_s=0.3,
        duration_s=20.0,
    )
    lost = asked = 0
    for client in range(400):
        leaves = []
        for absence in planned.absences(load, 3, client):
            leaves.append(absence.leaves_ns)
            if absence.leaves_ns > 30 * SECOND_NS:
                break
        for job in planned.jobs(load, 3, client):
            if job.asked_ns > 20 * SECOND_NS:
                break
            following = min(at for at in leaves if at >= job.asked_ns)
            asked += 1
            lost += following < job.asked_ns + job.seconds * SECOND_NS
    assert lost / asked == pytest.approx(laws.lost_share_fixed(leave_rate, 0.3), rel=0.05)


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("busy", [0.5, 0.8])
def test_rr2_is_the_mean_over_jobs_that_wait_in_line(workers: int, busy: float) -> None:
    rate = busy * workers
    chance = random.Random(4)
    at, arrivals = 0.0, []
    for _ in range(JOBS):
        at += chance.expovariate(rate)
        arrivals.append(at)
    for service, law in (
        ("fixed", laws.turnaround_fixed),
        ("exponential", laws.turnaround_exponential),
    ):
        takes = spread(service, 1.0, JOBS)
        waits = queues.waits(arrivals, takes, workers)
        assert law(rate, 1.0, workers) == pytest.approx(
            statistics.fmean(waits) + takes.mean(), rel=0.06
        )


def test_rr2_has_no_value_from_the_capacity_on() -> None:
    assert math.isinf(laws.turnaround_exponential(100, 0.04, 4))
    assert math.isinf(laws.turnaround_fixed(120, 0.04, 4))


@pytest.mark.parametrize("interval", [0.05, 0.2, 3.0])
@pytest.mark.parametrize("service", ["fixed", "exponential"])
def test_sp2_counts_questions_from_a_random_phase(interval: float, service: str) -> None:
    takes = spread(service, 0.5, JOBS)
    phase = np.random.default_rng(5).random(JOBS) * interval
    # The last question is the first that comes when the job is done.
    before = np.maximum(0, np.ceil((takes - phase) / interval))
    assert laws.polls(interval, 0.5) == pytest.approx(np.mean(before + 1), rel=0.02)
    delay = np.mean(phase + before * interval - takes)
    assert laws.polling_delay(interval) == pytest.approx(delay, rel=0.02)
    assert laws.requests_per_job(7) == 9
