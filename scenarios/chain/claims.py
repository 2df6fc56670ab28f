"""The claims of `chain`: what the field repeats, as data with a rule.  Pure.

Each names the trials that it needs and the rule of its verdict; the laws are in
predictions.py.  Numbers (bounds, bands, levels) stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf
from bench.verdicts.rules import AgreesWithLaw, Threshold
from scenarios.chain.predictions import (
    ALL,
    ATTEMPTS,
    BREAKER,
    BREAKERS,
    DIRECT,
    LATENCY,
    QUEUE,
    SUCCESS,
)

BRIEF = {"warmup": "300ms", "timeouts": "same"}
LENGTHS = "1,2,4,8"
ROWS = ClaimSetup(
    (DIRECT,), {**BRIEF, "services": LENGTHS, "request_rate": "40/s", "duration": "5s"}
)
FAILING = ClaimSetup(
    (DIRECT,),
    {
        **BRIEF,
        "services": LENGTHS,
        "request_rate": "80/s",
        "service_time": "1ms",
        "failing": "10%",
        "duration": "8s",
    },
)
RETRYING = ClaimSetup(
    (DIRECT,),
    {
        **BRIEF,
        "services": "2,4",
        "request_rate": "70/s",
        "service_time": "1ms",
        "failing": "30%",
        "retries": "1,2",
        "duration": "9s",
    },
)
# Service 2 of 0 to 3 stands still five times, and 60 % of the requests do not need it.  Those that
# do come at 40 a second and wait half a second: without a breaker they take all workers upstream.
STALLED = ClaimSetup(
    ALL,
    {
        "warmup": "500ms",
        "services": "4",
        "request_rate": "100/s",
        "troubled": "2",
        "bypass": "60%",
        "attempt_timeout": "500ms",
        "service_workers": "16",
        "breaker_requests": "5",
        "fault": "service.2:stop@2s,for=2s,every=5s,times=5",
        "duration": "26s",
    },
)

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "link": "loopback",
    "failing": 0,
    "retries": 0,
    "bypass": 0,
    "attempt_timeout": 2.0,
    "service_workers": 100,
    "breaker_requests": 30,
}
"""What holds for evidence where a rule does not ask for something else."""

FAIL: Mapping[str, Any] = {"failing": 0.1}
RETRY: Mapping[str, Any] = {"failing": 0.3, "retries": lambda retries: retries > 0}
STALL: Mapping[str, Any] = {
    "fault": lambda text: "stop" in text,
    "bypass": 0.6,
    "attempt_timeout": 0.5,
    "service_workers": 16,
    "breaker_requests": 5,
}

MOST_SLOWDOWN = 2.0
"""p99 of requests that do not need the stalled service, over its usual value."""

BOUNDED = 0.5
"""Of the damage without a breaker: more than half of it is not bounded."""

CLAIMS = (
    Claim(
        "F10",
        "Chaining adds latency and multiplies failure",
        (ROWS, FAILING, RETRYING),
        AllOf(
            (
                AgreesWithLaw("latency_mean", "ms", DIRECT, LATENCY, "CHAIN-1"),
                AgreesWithLaw("success_share", "", DIRECT, SUCCESS, "CHAIN-1", FAIL),
                AgreesWithLaw("attempts_at_last", "", DIRECT, ATTEMPTS, "CHAIN-1", RETRY),
            )
        ),
        "CHAIN-1",
    ),
    Claim(
        "F11",
        "A circuit breaker bounds the damage, at the price of complexity",
        (STALLED,),
        AllOf(
            (
                Threshold("unaffected_slowdown", "", BREAKER, at_most=MOST_SLOWDOWN, where=STALL),
                Threshold("unaffected_success_share", "", BREAKER, at_least=0.99, where=STALL),
                *(
                    Ratio(metric, pattern, DIRECT, below=BOUNDED, where=STALL)
                    for metric in ("upstream_under_way_max", "unaffected_p99")
                    for pattern in BREAKERS
                ),
                *(
                    Ratio("good_in_fault_share", pattern, DIRECT, above=1.0, where=STALL)
                    for pattern in (*BREAKERS, QUEUE)
                ),
                Ratio("backend_cpu_us_per_event", BREAKER, DIRECT, above=1.0, where=STALL),
            )
        ),
        must_see=(MustSee("faults_done", 4, ALL, "stops", STALL, per="trial"),),
    ),
)
