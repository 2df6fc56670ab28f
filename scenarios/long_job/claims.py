"""The claims of `long_job`: what the field repeats, as data with a rule.  Pure.

Each names the trials that it needs and the rule of its verdict; the laws are in
predictions.py.  Numbers (bounds, bands, levels) stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf
from bench.verdicts.rules import AgreesWithLaw, EveryTrial, Threshold
from bench.verdicts.trends import Crossover
from scenarios.long_job.predictions import (
    ALL,
    BLOCKING,
    HANDLES,
    KEEPING,
    LONG,
    LOST,
    POLLED,
    PUSHED,
    QUEUE,
    REQUESTS,
    SHORT,
)

BRIEF = {"warmup": "300ms", "drain": "30s"}
# 300 jobs of 200 ms keep 60 workers busy; each client has a job under way for a third of the time.
LEAVERS = {
    **BRIEF,
    "clients": "200",
    "job_rate": "300/s",
    "job_time": "200ms",
    "backend_workers": "200",
    "away": "300ms",
    "poll_interval": "200ms",
}
RATES = (1.25, 2.5, 5.0)
OFTEN = ",".join(f"{rate}/s" for rate in RATES)
LEAVING = ClaimSetup((BLOCKING,), {**LEAVERS, "leave_rate": OFTEN, "duration": "8s"})
ASKING_AGAIN = ClaimSetup((SHORT,), {**LEAVERS, "leave_rate": OFTEN, "duration": "2s"})
COMING_BACK = ClaimSetup(HANDLES, {**LEAVERS, "leave_rate": "5/s", "duration": "2s"})
# A broker takes some 10 ms of CPU for each connection: fewer clients, that leave less often.
ANSWERS_WAIT = ClaimSetup(
    (QUEUE,),
    {**LEAVERS, "clients": "20", "job_rate": "40/s", "leave_rate": "1.25/s", "duration": "4s"},
)
# Four workers do 100 jobs of 40 ms in a second.
LOADED = ClaimSetup(
    ALL,
    {
        **BRIEF,
        "clients": "20",
        "job_time": "40ms",
        "service": "exponential",
        "backend_workers": "4",
        "job_rate": "50/s,90/s,120/s",
        "poll_interval": "100ms",
        "duration": "3s",
    },
)
UNHURRIED = {
    **BRIEF,
    "clients": "20",
    "job_rate": "25/s",
    "backend_workers": "200",
    "duration": "2s",
}
LENGTHS = "100ms,300ms,1s"
ASKING = ClaimSetup((SHORT,), {**UNHURRIED, "job_time": LENGTHS, "poll_interval": "100ms,300ms"})
HELD = ClaimSetup((LONG,), {**UNHURRIED, "job_time": "100ms,1s", "poll_interval": "100ms"})

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "link": "loopback",
    "work": "sleep",
    "service": "fixed",
    "leave_rate": 0,
}
"""What holds for evidence where a rule does not ask for something else."""

LEAVE: Mapping[str, Any] = {"job_time": 0.2, "leave_rate": lambda rate: rate > 0}
BUSY: Mapping[str, Any] = {"job_time": 0.04, "service": "exponential"}
WITHIN_CAPACITY: Mapping[str, Any] = {**BUSY, "job_rate": lambda rate: rate <= 90}
NO_WAIT: Mapping[str, Any] = {"job_rate": 25, "backend_workers": 200}
OFTEN_ASKED: Mapping[str, Any] = {**NO_WAIT, "poll_interval": 0.1}

AT_ONCE = 0.2
"""A handle comes in less than this share of the time that a blocking request takes."""

CLAIMS = (
    Claim(
        "J1",
        "Request-response does not suit very long requests",
        (LEAVING, ASKING_AGAIN),
        AllOf(
            (
                AgreesWithLaw("lost_share", "", BLOCKING, LOST, "JOB-1", LEAVE),
                *(
                    Ratio(
                        "connection_s_per_job",
                        BLOCKING,
                        SHORT,
                        above=5,
                        where={**LEAVE, "leave_rate": rate},
                        other_where={**LEAVE, "leave_rate": rate},
                    )
                    for rate in RATES
                ),
            )
        ),
        "JOB-1",
        preconditions=(EveryTrial("lost_without_leaving", "", BLOCKING, at_most=0, where=LEAVE),),
        must_see=(MustSee("interrupted_jobs", 100, (BLOCKING,), "departures", LEAVE),),
    ),
    Claim(
        "J2",
        "With a handle the client may disconnect",
        (ASKING_AGAIN, COMING_BACK, ANSWERS_WAIT),
        AllOf(
            tuple(
                Threshold("lost_share", "", pattern, at_most=0.01, where=LEAVE)
                for pattern in KEEPING
            )
        ),
        must_see=(MustSee("interrupted_jobs", 100, KEEPING, "departures", LEAVE),),
    ),
    Claim(
        "J3",
        "Asynchronous processing answers at once",
        (LOADED,),
        AllOf(
            (
                *(
                    Ratio("acknowledged_mean", pattern, BLOCKING, below=AT_ONCE, where=BUSY)
                    for pattern in KEEPING
                ),
                *(
                    AgreesWithLaw(
                        "latency_mean",
                        "ms",
                        pattern,
                        POLLED if pattern == SHORT else PUSHED,
                        "RR-2",
                        WITHIN_CAPACITY,
                    )
                    for pattern in ALL
                ),
            )
        ),
        "RR-2",
    ),
    Claim(
        "J4",
        "Polling for a status is simple and chatty",
        (ASKING, HELD),
        AllOf(
            (
                AgreesWithLaw("requests_per_job", "", SHORT, REQUESTS, "SP-2", NO_WAIT),
                Crossover(
                    "requests_per_job",
                    SHORT,
                    LONG,
                    "job_time",
                    where=OFTEN_ASKED,
                    claimed="more",
                ),
            )
        ),
        "SP-2",
    ),
)
