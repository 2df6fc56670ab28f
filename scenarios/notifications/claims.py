"""The claims of `notifications`: what the field repeats, as data with a rule.  Pure.

Each names the trials that it needs and the rule of its verdict; the laws are in
laws.py.  Numbers (bounds, tolerances, levels) stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup
from bench.verdicts.growth import Growth
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, Threshold
from bench.verdicts.trends import Crossover
from scenarios.notifications import _claim_laws as filled

POLLS = ("short_polling", "long_polling")
PUSHES = ("sse", "websocket", "rabbitmq")

BRIEF = {"warmup": "500ms", "clients": "100"}
# Evenly spaced events: few windows suffice, and none is empty at the lowest rate.
RATE = {**BRIEF, "schedule": "constant", "duration": "4s"}
RATES = ClaimSetup((*POLLS, "sse", "websocket"), {**RATE, "event_rate": "0.5,2,8,30/s"})
BROKER_RATE = ClaimSetup(("rabbitmq",), {**RATE, "event_rate": "2/s"})
SIZES = ClaimSetup(
    ("sse", "websocket"),
    {**BRIEF, "clients": "10,30,100,300,1000", "event_rate": "5/s", "duration": "3s"},
)
IDLE = ClaimSetup((*POLLS, "sse"), {**BRIEF, "event_rate": "0.001/s", "duration": "4s"})
TIMEOUTS = ClaimSetup(
    ("long_polling",),
    {
        **BRIEF,
        "event_rate": "0.005/s",
        "schedule": "constant",
        "long_poll_timeout": "500ms,1s,2s",
        "duration": "4s",
        "warmup": "2s",
    },
)
ABSENCE = ClaimSetup(
    PUSHES,
    {
        **BRIEF,
        "clients": "50",
        "event_rate": "10/s",
        "schedule": "constant",
        "away": "2s",
        "recovery": "position,none",
        "duration": "4s",
    },
)
SLOW = ClaimSetup(
    ("sse", "websocket"),
    {
        **BRIEF,
        "clients": "20",
        "event_rate": "50/s",
        "payload": "4kB",
        "fault": "clients.0-3:stop@0%,for=100%",
        "slow_policy": "wait,drop,disconnect",
        "duration": "2s",
    },
)
STALL = ClaimSetup(
    ("sse",),
    {
        **BRIEF,
        "clients": "10",
        "event_rate": "100/s",
        "schedule": "constant",
        "fault": "server:stop@50%,for=1400ms",
        "duration": "30s",
    },
)

FAR_AWAY = ClaimSetup(
    ("long_polling", "sse"),
    {
        "link": "emulated",
        "rtt": "100ms",
        "warmup": "500ms",
        "clients": "20",
        "audience": "one",
        # Of one client: 5 and 20 events a second.
        "event_rate": "100,400/s",
        "duration": "4s",
    },
)

NORMAL: Mapping[str, Any] = {
    "link": "loopback",
    "away": 0,
    "fault": "",
    "event_rate": lambda rate: rate > 0.01,
    "audience": "every",
}
"""What holds for evidence where a rule does not ask for something else."""

FAR = {"link": "emulated", "audience": "one"}
WHILE_IDLE = {"event_rate": 0.001}
AWAY = {"away": lambda seconds: seconds > 0}
IS_SLOW = {"fault": lambda text: text.startswith("clients") and ":stop@" in text}
STALLED = {"fault": lambda text: text.startswith("server:stop@")}
USUAL = {"clients": 100}
RARE = {"clients": 100, "event_rate": 0.5}
OFTEN = {"clients": 100, "event_rate": 30}
ELSEWHERE = {"clients": 100, "event_rate": 5}
"""A level of its own trials, for facts of laws about the others."""

TIGHT = Band(0.03, "LP-1 differs by 3 % from the mean wait if all events had to wait")
TWO_BYTES = Band(0.02, "a header that is two bytes longer is 2 % of an event")

CLAIMS = (
    Claim(
        "N1",
        "Push, SSE and WebSocket deliver in real time: their latency does not depend on a "
        "polling interval",
        (RATES, BROKER_RATE),
        AllOf(
            tuple(
                Ratio("latency_p50", push, "short_polling", below=0.1, where=USUAL)
                for push in PUSHES
            )
        ),
        "FAN-1",
    ),
    Claim(
        "N2",
        "Short polling is as late as its interval: half of it on average, nearly all at worst",
        (RATES,),
        AllOf(
            (
                AgreesWithLaw(
                    "latency_mean", "ms", "short_polling", filled.poll_mean_ms, "SP-1", USUAL
                ),
                AgreesWithLaw(
                    "latency_p99", "ms", "short_polling", filled.poll_p99_ms, "SP-1", OFTEN
                ),
            )
        ),
        "SP-1",
    ),
    Claim(
        "N3",
        "Short polling is chatty: it sends requests more often than events happen",
        (RATES,),
        Crossover(
            "requests_per_event",
            "short_polling",
            "",
            "event_rate",
            filled.polls_alike_per_s,
            "SP-2",
            where=USUAL,
            claimed="more",
            form="inverse",
        ),
        "SP-2",
    ),
    Claim(
        "N4",
        "Short polling wastes network bandwidth",
        (RATES, IDLE, SIZES),
        Crossover(
            "wire_bytes_per_event",
            "short_polling",
            "sse",
            "event_rate",
            filled.bytes_break_even,
            "SP-3",
            where=USUAL,
            claimed="more",
            form="inverse",
            facts_at=WHILE_IDLE,
            other_facts_at=ELSEWHERE,
        ),
        "SP-3",
    ),
    Claim(
        "N5",
        "Short polling wastes backend resources: it costs CPU even when nothing happens",
        (RATES, IDLE),
        AllOf(
            (
                Ratio("backend_cpu_us_per_s", "short_polling", "sse", above=2, where=WHILE_IDLE),
                Ratio("backend_cpu_us_per_event", "short_polling", "sse", above=2, where=RARE),
            )
        ),
        "FAN-2",
    ),
    Claim(
        "N6",
        "Long polling is less chatty than short polling",
        (RATES,),
        Crossover(
            "requests_per_s",
            "long_polling",
            "short_polling",
            "event_rate",
            filled.polls_break_even,
            "LP-3",
            where=USUAL,
        ),
        "LP-2, LP-3",
    ),
    Claim(
        "N6b",
        "Long polling puts less load on the backend than short polling",
        (RATES,),
        Crossover(
            "backend_cpu_us_per_s",
            "long_polling",
            "short_polling",
            "event_rate",
            where=USUAL,
        ),
        "FAN-2",
    ),
    Claim(
        "N7",
        "Long polling is not real time: when events are frequent it is later than a push, by up "
        "to three transits",
        (FAR_AWAY,),
        AllOf(
            (
                AgreesWithLaw(
                    "latency_mean",
                    "ms",
                    "long_polling",
                    filled.long_poll_mean_ms,
                    "LP-1",
                    FAR,
                    TIGHT,
                ),
                AgreesWithLaw(
                    "latency_max",
                    "ms",
                    "long_polling",
                    filled.long_poll_max_ms,
                    "LP-1",
                    FAR,
                    Band(0.05, "half a transit more would be a sixth"),
                ),
                Ratio(
                    "latency_mean",
                    "long_polling",
                    "sse",
                    above=1.5,
                    where={**FAR, "event_rate": 400},
                ),
                AgreesWithLaw("latency_mean", "ms", "sse", filled.one_way_ms, "R/2", FAR, TIGHT),
            )
        ),
        "LP-1",
    ),
    Claim(
        "N8",
        "A long poll's timeout costs little",
        (TIMEOUTS, IDLE),
        AllOf(
            (
                AgreesWithLaw(
                    "requests_per_s",
                    "/s",
                    "long_polling",
                    filled.timeout_requests_per_s,
                    "LP-2",
                    {"event_rate": 0.005},
                ),
                Ratio(
                    "backend_cpu_us_per_s",
                    "long_polling",
                    "short_polling",
                    below=0.5,
                    where=WHILE_IDLE,
                ),
            )
        ),
        "LP-2",
    ),
    Claim(
        "N9",
        "A broadcast makes long-poll clients return as a herd",
        (RATES,),
        Ratio(
            "herd_peak_requests_per_s",
            "long_polling",
            "short_polling",
            above=3,
            where={"clients": 100, "event_rate": 2},
        ),
        "LP-4",
    ),
    Claim(
        "N10",
        "Push can cost the server more than polling",
        (RATES, IDLE, SIZES),
        Crossover(
            "backend_cpu_us_per_s",
            "sse",
            "short_polling",
            "event_rate",
            filled.cpu_break_even,
            "FAN-2",
            where=USUAL,
            claimed="more",
            facts_at=ELSEWHERE,
            other_facts_at=WHILE_IDLE,
        ),
        "FAN-2",
    ),
    Claim(
        "N11",
        "Push clients must be online: events that happen while they are offline are lost, "
        "unless a position or a durable queue keeps them",
        (ABSENCE,),
        AllOf(
            (
                *(
                    AgreesWithLaw(
                        "completeness",
                        "",
                        push,
                        filled.absence_completeness,
                        "d/W",
                        {**AWAY, "recovery": "none"},
                        Band(0.2, "240 events of which half are missed tell the share to 13 %"),
                    )
                    for push in PUSHES
                ),
                *(
                    Threshold(
                        "completeness",
                        "",
                        push,
                        # No event of 240 missed: at most 1.5 % are, with 95 % certainty.
                        at_least=0.98,
                        where={**AWAY, "recovery": "position"},
                    )
                    for push in PUSHES
                ),
            )
        ),
    ),
    Claim(
        "N12",
        "Push clients may not keep up: a slow reader loses events or gets them late, while the "
        "others do not",
        (SLOW,),
        AllOf(
            tuple(
                rule
                for push in ("sse", "websocket")
                for rule in (
                    Threshold(
                        "completeness",
                        "",
                        push,
                        at_most=0.99,
                        where={**IS_SLOW, "slow_policy": "drop"},
                    ),
                    Threshold(
                        "slow_latency_mean",
                        "ms",
                        push,
                        at_least=100,
                        where={**IS_SLOW, "slow_policy": "wait"},
                    ),
                    Threshold("others_latency_mean", "ms", push, at_most=50, where=IS_SLOW),
                )
            )
        ),
    ),
    Claim(
        "N13",
        "Polling suits light clients: it costs an idle client less",
        (IDLE,),
        AllOf(
            (
                Ratio(
                    "generator_cpu_us_per_client_s",
                    "short_polling",
                    "sse",
                    below=1,
                    where=WHILE_IDLE,
                ),
                Ratio("wire_bytes_per_client_s", "short_polling", "sse", below=1, where=WHILE_IDLE),
            )
        ),
    ),
    Claim(
        "N14",
        "SSE works over plain HTTP; WebSocket has the smaller frame",
        (RATES,),
        AllOf(
            (
                Ratio("stream_bytes_down_per_event", "websocket", "sse", below=1, where=USUAL),
                AgreesWithLaw(
                    "stream_bytes_down_per_event",
                    "B",
                    "sse",
                    filled.sse_bytes,
                    "SSE-1",
                    OFTEN,
                    TWO_BYTES,
                ),
                AgreesWithLaw(
                    "stream_bytes_down_per_event",
                    "B",
                    "websocket",
                    filled.websocket_bytes,
                    "WS-1",
                    USUAL,
                    TWO_BYTES,
                ),
            )
        ),
        "SSE-1, WS-1",
    ),
    Claim(
        "N16",
        "Cost grows linearly with clients",
        (SIZES,),
        AllOf(
            tuple(
                Growth("backend_cpu_us_per_s", "us", push, "clients", where={"event_rate": 5})
                for push in ("sse", "websocket")
            )
        ),
        "FAN-1",
    ),
    Claim(
        "X1",
        "A generator that waits hides a stall: counted from the schedule it shows in full, "
        "counted from sending it does not",
        (STALL,),
        AllOf(
            (
                AgreesWithLaw("latency_mean", "ms", "sse", filled.stall_mean_ms, "CO-1", STALLED),
                AgreesWithLaw("latency_p99", "ms", "sse", filled.stall_p99_ms, "CO-1", STALLED),
                Threshold("service_p99", "ms", "sse", at_most=140, where=STALLED),
            )
        ),
        "CO-1",
    ),
)
