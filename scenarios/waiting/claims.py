"""The claims of `waiting`: what the field repeats, as data with a rule.  Pure.

Numbers stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, Threshold
from bench.verdicts.trends import Crossover
from scenarios.waiting.predictions import AT_ONCE, BAND, CONCURRENT, SERIAL, SPAN

BLOCKING = "client_blocking"
WORK, IN_WAITS = "work_share", "makespan_in_waits"
MOSTLY, HARDLY = 0.5, 0.05
ABOUT_ONE = 2.0
"""Less than two waits one after the other."""

BRIEF = {"warmup": "300ms", "duration": "1s", "drain": "30s"}
MEANWHILE = ClaimSetup(
    (BLOCKING, *AT_ONCE), {**BRIEF, "waits": "100", "wait_time": "20ms", "work": "python,hash"}
)
ONE_BY_ONE = ClaimSetup((BLOCKING,), {**BRIEF, "waits": "10,100,1000", "wait_time": "20ms"})
# Thousands of connections and threads take a while to open; what is set side by side along n has
# the same lengths.
TOGETHER = {**BRIEF, "warmup": "4s", "wait_time": "200ms"}
# Of 6,000 threads that wake up at once each asks for the interpreter's lock every 5 ms: batches
# took from 2.6 to 73 waits, half of them more than the window has.
THREADS = ClaimSetup(AT_ONCE[:1], {**TOGETHER, "waits": "10,100,1000,3000"})
NO_THREADS = ClaimSetup(AT_ONCE[1:], {**TOGETHER, "waits": "10,100,1000,10000"})

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "link": "loopback",
    "clients": 1,
    "at_once": 0,
    "work": "none",
}
"""What holds for evidence where a rule does not ask for something else."""

WORKING: Mapping[str, Any] = {"work": lambda kind: kind != "none", "waits": 100}
SHORT: Mapping[str, Any] = {"wait_time": 0.02, "waits": lambda waits: waits <= 1000}
LONG: Mapping[str, Any] = {"wait_time": 0.2, "waits": lambda waits: waits <= 1000}
ANY_NUMBER: Mapping[str, Any] = {"wait_time": 0.2}
THOUSAND: Mapping[str, Any] = {"wait_time": 0.2, "waits": 1000}
NARROW = Band(BAND, "narrower than usual: nothing but waiting is in it")

CLAIMS = (
    Claim(
        "W1",
        "A synchronous caller can do nothing meanwhile",
        (MEANWHILE, ONE_BY_ONE),
        AllOf(
            (
                Threshold(WORK, "", BLOCKING, at_most=HARDLY, where=WORKING),
                *(Threshold(WORK, "", other, at_least=MOSTLY, where=WORKING) for other in AT_ONCE),
                AgreesWithLaw(SPAN, "ms", BLOCKING, SERIAL, "SYNC-1", SHORT, NARROW),
            )
        ),
        "SYNC-1",
    ),
    Claim(
        "W2",
        "Asynchronous clients finish n waits in about one; threads, epoll and io_uring are three "
        "ways to it",
        (THREADS, NO_THREADS),
        AllOf(
            (
                *(
                    Crossover(IN_WAITS, one, "", "waits", against=ABOUT_ONE, where=ANY_NUMBER)
                    for one in AT_ONCE
                ),
                *(
                    AgreesWithLaw(SPAN, "ms", one, CONCURRENT, "SYNC-1", LONG, NARROW)
                    for one in AT_ONCE
                ),
            )
        ),
        "SYNC-1",
    ),
    Claim(
        "W2b",
        "A thread costs more CPU and memory for each wait than epoll or io_uring",
        (THREADS, NO_THREADS),
        AllOf(
            tuple(
                Ratio(metric, "client_threads", other, above=1, where=THOUSAND)
                for metric in ("caller_cpu_us_per_wait", "caller_memory_bytes_per_wait")
                for other in AT_ONCE[1:]
            )
        ),
    ),
)
