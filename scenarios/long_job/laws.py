"""Closed-form predictions for `long_job`.  Pure: numbers in, number out.

Symbols: J what a job takes a worker, delta departures per second of a client that is there, lambda
jobs per second, c workers, T poll interval, tau the longest time a request is held.
Times in seconds.
"""

from __future__ import annotations

import math

from bench.stats import queues

# --- JOB-1: results of callers that must stay ---------------------------------------------


def lost_share_fixed(leave_rate: float, job_s: float) -> float:
    """JOB-1: 1 - e^(-delta J): the caller leaves before the end of a job that takes J."""
    return -math.expm1(-leave_rate * job_s)


def lost_share_exponential(leave_rate: float, job_s: float) -> float:
    """JOB-1: delta J/(1 + delta J) where jobs take exponential times with mean J."""
    return leave_rate * job_s / (1 + leave_rate * job_s)


# --- RR-2: how long until a job is done -----------------------------------------------------


def turnaround_exponential(rate: float, job_s: float, workers: int) -> float:
    """RR-2: J + C(c, a) J/(c - a), Erlang C (M/M/c); infinite from the capacity on."""
    return job_s + queues.mean_wait(rate, job_s, workers)


def turnaround_fixed(rate: float, job_s: float, workers: int) -> float:
    """RR-2 for jobs that all take J (M/D/c): about half of the wait, by Cosmetatos."""
    return job_s + queues.mean_wait_fixed(rate, job_s, workers)


# --- SP-1, SP-2: asking for a job --------------------------------------------------------------


def polling_delay(interval_s: float) -> float:
    """SP-1: T/2: at a random moment between two questions the job is finished."""
    return interval_s / 2


ASKING, COLLECTING = 1, 1
"""Requests of every job with a handle: for the handle, and to say that the result is here."""


def polls(interval_s: float, job_s: float) -> float:
    """SP-2: J/T + 1: questions from a random phase on, until the one that finds the result."""
    return job_s / interval_s + 1


def held_requests_fixed(timeout_s: float, job_s: float) -> float:
    """LP-2 for one job: a held request, and one more for each timeout before it is done."""
    return math.floor(job_s / timeout_s) + 1


def requests_per_job(questions: float) -> float:
    """SP-2: those, and two more."""
    return ASKING + questions + COLLECTING
