"""The claims of `streamed_reply`: what the field repeats, as data with a rule.  Pure.

Each names the trials that it needs and the rule of its verdict; the laws are in
predictions.py.  Numbers (bounds, bands, levels) stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, EveryTrial, Threshold
from bench.verdicts.trends import Crossover
from scenarios.streamed_reply import _filled as filled
from scenarios.streamed_reply._filled import NDJSON, SSE, WEBSOCKET
from scenarios.streamed_reply.predictions import (
    DELAY,
    FIRST,
    FIRST_WEBSOCKET,
    FIRST_WHOLE,
    FOR_NOBODY,
    FOR_NOBODY_WHOLE,
    LAST,
    LAST_WEBSOCKET,
    POLLING,
    PUSHES,
    STREAM_BYTES,
    STREAMS,
    WHOLE,
)

THROUGH_PROXY = "sse_proxied"

BRIEF = {"warmup": "0", "drain": "10s", "clients": "20"}
SOON = {**BRIEF, "pieces": "20", "duration": "2s"}
INTERVALS = ClaimSetup(PUSHES, {**SOON, "piece_interval": "50ms,100ms"})
LONGER = ClaimSetup(PUSHES, {**SOON, "piece_interval": "50ms", "pieces": "40"})
FAR_AWAY = ClaimSetup(
    PUSHES, {**SOON, "piece_interval": "50ms", "link": "emulated", "rtt": "100ms"}
)
BEHIND_PROXY = ClaimSetup(
    (THROUGH_PROXY,), {**SOON, "piece_interval": "50ms", "proxy": "passes,buffers"}
)
BATCHED = (SSE, WEBSOCKET)
# 2,700 pieces a second: what a process does when it wakes for nothing else is little of a piece.
BATCHES = ClaimSetup(
    BATCHED,
    {
        **BRIEF,
        "clients": "60",
        "pieces": "100",
        "piece_interval": "20ms",
        "piece_size": "10B",
        "batch": "0,40ms,60ms,100ms,400ms",
        "duration": "2s",
    },
)
# Replies of a second: a reader stays for 0.6 s of it, on average, and 60 % of them leave.
LEAVERS = {
    **BRIEF,
    "pieces": "50",
    "piece_interval": "20ms",
    "leave_rate": "1/s",
    "duration": "4s",
}
TOLD = ClaimSetup(PUSHES, {**LEAVERS, "notice": "close"})
TOLD_THROUGH = ClaimSetup(
    (THROUGH_PROXY,), {**LEAVERS, "notice": "close", "proxy": "passes,buffers"}
)
WRITING = ClaimSetup((WHOLE, SSE), {**LEAVERS, "notice": "write"})
NOT_TOLD = ClaimSetup((SSE,), {**LEAVERS, "notice": "never"})
GIVEN_UP = ClaimSetup(
    (POLLING,), {**LEAVERS, "notice": "close", "poll_interval": "100ms", "abandon": "300ms"}
)

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "link": "loopback",
    "schedule": "constant",
    "batch": 0,
    "reuse": "on",
    "leave_rate": 0,
    "notice": "close",
    "proxy": "passes",
}
"""What holds for evidence where a rule does not ask for something else."""

PROMPT: Mapping[str, Any] = {"piece_size": 5}
PROMPT_AFAR: Mapping[str, Any] = {**PROMPT, "link": "emulated"}
ANYWHERE = (PROMPT, PROMPT_AFAR)
BATCH: Mapping[str, Any] = {"piece_size": 10}
ALL_BATCHES: Mapping[str, Any] = {**BATCH, "batch": lambda seconds: seconds >= 0}
LARGE_BATCHES: Mapping[str, Any] = {**BATCH, "batch": lambda seconds: seconds >= 0.1}
LEAVE: Mapping[str, Any] = {"leave_rate": 1}

AT_ONCE = 0.2
"""Twenty pieces and a round trip of two: the first comes after less than this share of it."""

EXACT = Band(0.05, "nothing in the law is of chance")
FIRST_OF = {SSE: FIRST, NDJSON: FIRST, WEBSOCKET: FIRST_WEBSOCKET, WHOLE: FIRST_WHOLE}
LAST_OF = {SSE: LAST, NDJSON: LAST, WEBSOCKET: LAST_WEBSOCKET, WHOLE: LAST}
LESS_CPU = 0.9
HALF = 0.5


def _halves(metric: str, pattern: str, law: bool = False) -> Crossover:
    """Less than half of what it is where every piece is sent by itself, at every batch."""
    return Crossover(
        metric,
        pattern,
        pattern,
        "batch",
        filled.half_cost_batch_s(pattern) if law else None,
        "STREAM-1" if law else "",
        where=ALL_BATCHES,
        reference=0.0,
        share=HALF,
    )


CLAIMS = (
    Claim(
        "L1",
        "A streamed reply shows its first words at once and costs nothing in total time",
        (INTERVALS, LONGER, FAR_AWAY),
        AllOf(
            (
                *(
                    Ratio("first_piece_mean", stream, WHOLE, below=AT_ONCE, where=where)
                    for stream in STREAMS
                    for where in ANYWHERE
                ),
                *(
                    Ratio("latency_mean", stream, WHOLE, within=EXACT, where=where)
                    for stream in STREAMS
                    for where in ANYWHERE
                ),
                *(
                    AgreesWithLaw(metric, "ms", pattern, laws[pattern], "STREAM-1", where, EXACT)
                    for metric, laws in (("first_piece_mean", FIRST_OF), ("latency_mean", LAST_OF))
                    for pattern in PUSHES
                    for where in ANYWHERE
                ),
            )
        ),
        "STREAM-1",
    ),
    Claim(
        "L1b",
        "Behind a proxy that buffers, the first words of a streamed reply come late",
        (BEHIND_PROXY,),
        Ratio(
            "first_piece_mean",
            THROUGH_PROXY,
            THROUGH_PROXY,
            above=1 / AT_ONCE,
            where={**PROMPT, "proxy": "buffers"},
            other_where={**PROMPT, "proxy": "passes"},
        ),
    ),
    Claim(
        "L2",
        "Small pieces cost bytes and CPU; batching them trades delay for both",
        (BATCHES,),
        AllOf(
            (
                *(
                    AgreesWithLaw(
                        "wire_bytes_down_per_piece",
                        "B",
                        pattern,
                        STREAM_BYTES[pattern],
                        STREAM_BYTES[pattern].id,
                        ALL_BATCHES,
                        EXACT,
                    )
                    for pattern in BATCHED
                ),
                *(
                    AgreesWithLaw(
                        "piece_delay_mean", "ms", pattern, DELAY, "STREAM-1", LARGE_BATCHES
                    )
                    for pattern in BATCHED
                ),
                *(
                    Ratio(
                        "ends_cpu_us_per_piece",
                        pattern,
                        pattern,
                        below=LESS_CPU,
                        where={**BATCH, "batch": 0.4},
                        other_where={**BATCH, "batch": 0},
                    )
                    for pattern in BATCHED
                ),
                *(_halves("wire_bytes_down_per_piece", one, law=True) for one in BATCHED),
            )
        ),
        "STREAM-1, SSE-1, WS-1",
    ),
    Claim(
        "L2b",
        "Batching halves what a small piece costs in CPU, at both ends together",
        (BATCHES,),
        AllOf(tuple(_halves("ends_cpu_us_per_piece", pattern) for pattern in BATCHED)),
    ),
    Claim(
        "L3",
        "When the reader leaves, work goes on for nobody unless the server notices",
        (TOLD, TOLD_THROUGH, WRITING, NOT_TOLD),
        AllOf(
            (
                AgreesWithLaw(
                    "for_nobody_share", "", SSE, FOR_NOBODY, "JOB-1", {**LEAVE, "notice": "never"}
                ),
                AgreesWithLaw(
                    "for_nobody_share",
                    "",
                    WHOLE,
                    FOR_NOBODY_WHOLE,
                    "JOB-1",
                    {**LEAVE, "notice": "write"},
                ),
                Threshold(
                    "made_after_leaving_per_departure",
                    "",
                    SSE,
                    at_most=2,
                    where={**LEAVE, "notice": "write"},
                ),
                *(
                    Threshold(
                        "made_after_leaving_per_departure", "", pattern, at_most=1, where=LEAVE
                    )
                    for pattern in (*PUSHES, THROUGH_PROXY)
                ),
                Threshold(
                    "made_after_leaving_per_departure",
                    "",
                    THROUGH_PROXY,
                    at_most=1,
                    where={**LEAVE, "proxy": "buffers"},
                ),
            )
        ),
        "JOB-1",
        preconditions=tuple(
            EveryTrial("unread_without_leaving", "", pattern, at_most=0, where=LEAVE)
            for pattern in (*PUSHES, THROUGH_PROXY)
        ),
        must_see=(
            MustSee("departures", 100, (*PUSHES, THROUGH_PROXY), "departures", LEAVE),
            MustSee("departures", 100, (SSE,), "departures", {**LEAVE, "notice": "never"}),
        ),
    ),
    Claim(
        "L3b",
        "A reader that polls leaves no connection behind: only its silence tells that it left",
        (GIVEN_UP,),
        Threshold(
            "made_after_leaving_per_departure",
            "",
            POLLING,
            at_least=5,
            where={**LEAVE, "poll_interval": 0.1},
        ),
        must_see=(
            MustSee("departures", 100, (POLLING,), "departures", {**LEAVE, "poll_interval": 0.1}),
        ),
    ),
)
