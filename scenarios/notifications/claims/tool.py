"""Claims about measuring itself.  Data only."""

from __future__ import annotations

from bench.model.claim import Claim
from bench.verdicts.rule import AllOf
from bench.verdicts.rules import AgreesWithLaw, Threshold
from bench.verdicts.twins import NoDifference, NoDifferenceBetweenRuns
from scenarios.notifications import _claim_laws as filled
from scenarios.notifications.claims import setups as at

STALLED = {"fault": lambda text: text.startswith("server:stop@")}
ALIKE = {**at.USUAL, "duration": 2, "event_rate": 8}
COMPARED = (
    "latency_mean",
    "latency_p50",
    "latency_p90",
    "latency_max",
    "service_mean",
    "service_p50",
    "server_cpu_us_per_event",
    "backend_cpu_us_per_s",
    "generator_cpu_us_per_event",
    "wire_bytes_per_event",
    "stream_bytes_down_per_event",
    "server_memory_growth_bytes",
    "generator_memory_growth_bytes",
    "connect_p50",
    "loop_lag_p50",
    "loop_lag_p90",
    "source_lag_p50",
)
"""What a report compares; the rows of one pair hang together, and Holm's family is all of them."""

CLAIMS = (
    Claim(
        "X1",
        "A generator that waits hides a stall: counted from the schedule it shows in full, "
        "counted from sending it does not",
        at.STALLS,
        AllOf(
            (
                AgreesWithLaw("latency_mean", "ms", "sse", filled.stall_mean_ms, "CO-1", STALLED),
                AgreesWithLaw("latency_p99", "ms", "sse", filled.stall_p99_ms, "CO-1", STALLED),
                Threshold("service_p99", "ms", "sse", at_most=140, where=STALLED),
            )
        ),
        "CO-1",
    ),
    Claim(
        "X2",
        "The harness finds no difference where there is none",
        (at.INTERVALS, at.TWINS),
        NoDifference(
            COMPARED,
            at.PUSHES,
            "poll_interval",
            where={**ALIKE, "poll_interval": lambda seconds: seconds < 60},
        ),
    ),
    Claim(
        "X2b",
        "The harness finds no difference between runs of the same plan",
        (at.TWINS,),
        # Of 40 pairs none differs: that shows at most 9 %.
        NoDifferenceBetweenRuns("sse", "latency_mean", at_most=0.1),
    ),
)
