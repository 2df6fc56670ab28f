"""The claims of `sidecar`: what the field repeats, as data with a rule.  Pure.

What a sidecar adds is a difference to `direct` in the same repeat.  Numbers (bounds, levels)
stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.differences import Difference
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf
from bench.verdicts.rules import EveryTrial, Exactly, Threshold
from bench.verdicts.slopes import Slope
from scenarios.sidecar.predictions import ALL, DIRECT, LIBRARY, PAIR, TCP

BRIEF = {"warmup": "500ms"}
RATES = (125, 375, 1000)
PACED = ClaimSetup(
    ALL, {**BRIEF, "request_rate": ",".join(f"{rate}/s" for rate in RATES), "duration": "5s"}
)
EVEN_RATE = 375
EVEN = ClaimSetup(
    (DIRECT, PAIR),
    {
        **BRIEF,
        "clients": "8",
        "request_rate": f"{EVEN_RATE}/s",
        "arrivals": "poisson,uniform,together",
        "duration": "4s",
    },
)
MANY = ClaimSetup(
    (PAIR,), {**BRIEF, "clients": "1,2,4,8,16", "request_rate": "100/s", "duration": "1s"}
)
WATCHED = ClaimSetup(
    ALL,
    {
        **BRIEF,
        "clients": "8",
        "link": "emulated",
        "rtt": "1ms",
        "security_checks": "on",
        "request_rate": "100/s",
        "duration": "3s",
    },
)
KILLED = {**BRIEF, "request_rate": "100/s", "duration": "2s"}
SERVERS_DIES = ClaimSetup((PAIR,), {**KILLED, "fault": "server_sidecar:kill@50%"})
CLIENTS_DIES = ClaimSetup((PAIR,), {**KILLED, "fault": "client_sidecar.0:kill@50%"})

NORMAL: Mapping[str, Any] = {
    "clients": 4,
    "fault": "",
    "link": "loopback",
    "arrivals": "poisson",
    "security_checks": "off",
}
"""What holds for evidence where a rule does not ask for something else."""

AT: tuple[Mapping[str, Any], ...] = tuple({"request_rate": rate} for rate in RATES)
EVENLY: Mapping[str, Any] = {"clients": 8, "request_rate": EVEN_RATE, "arrivals": "uniform"}
AT_ONCE: Mapping[str, Any] = {**EVENLY, "arrivals": "together"}
AT_RANDOM: Mapping[str, Any] = {**EVENLY, "arrivals": "poisson"}
WATCH: Mapping[str, Any] = {
    "clients": 8,
    "link": "emulated",
    "security_checks": "on",
}
SERVER_DIES: Mapping[str, Any] = {"fault": lambda text: "server_sidecar" in text}
CLIENT_DIES: Mapping[str, Any] = {"fault": lambda text: "client_sidecar" in text}

QUANTILES = ("latency_p50", "latency_p90", "latency_p99")
MEGABYTE = 1e6

SHARE_OF_PACKETS = 0.01
"""Of a link's packets those that may hold the payload where nobody can read it: none, and of
thousands that were searched none says less than one in a hundred."""

OF_STRANGERS = 0.05

CLAIMS = (
    Claim(
        "C1",
        "A sidecar adds latency",
        (PACED,),
        AllOf(
            tuple(
                Difference(metric, "ms", PAIR, DIRECT, at_least=0, where=at)
                for at in AT
                for metric in QUANTILES
            )
        ),
        "SC-1",
    ),
    Claim(
        "C2",
        "A sidecar adds CPU, and memory for each client that has one",
        (PACED, MANY),
        AllOf(
            (
                *(Ratio("whole_cpu_us_per_event", PAIR, DIRECT, above=1, where=at) for at in AT),
                Slope(
                    "client_sidecar_memory_bytes",
                    "B",
                    PAIR,
                    "clients",
                    above=MEGABYTE,
                    where={"clients": lambda clients: clients > 0, "request_rate": 100},
                ),
            )
        ),
        "SC-2",
    ),
    Claim(
        "C2b",
        "A sidecar is one more thing to run, to configure and to fail: the service is alive and "
        "nobody reaches it",
        (PACED, SERVERS_DIES, CLIENTS_DIES),
        AllOf(
            (
                Threshold("unreachable_share", "", PAIR, at_least=0.95, where=SERVER_DIES),
                Threshold("unreachable_share", "", PAIR, at_least=0.15, where=CLIENT_DIES),
            )
        ),
        preconditions=(
            EveryTrial("server_alive", "", PAIR, at_least=1, where=SERVER_DIES),
            EveryTrial("added_processes", "", PAIR, at_least=2, where=AT[0]),
            EveryTrial("config_lines", "", PAIR, at_least=1, where=AT[0]),
        ),
        must_see=(
            MustSee("faults_done", 1, (PAIR,), "kills", SERVER_DIES, per="trial"),
            MustSee("faults_done", 1, (PAIR,), "kills", CLIENT_DIES, per="trial"),
        ),
    ),
    Claim(
        "C3",
        "The protocol is upgraded with no change in client or server",
        (WATCHED,),
        AllOf(
            (
                *(
                    Exactly(metric, PAIR, lambda _: 1.0, "1", where=WATCH)
                    for metric in (
                        "outside_http1_share",
                        "between_http2_share",
                        "between_tls_share",
                    )
                ),
            )
        ),
        preconditions=(EveryTrial("changed_lines", "", PAIR, at_most=0, where=WATCH),),
        must_see=(MustSee("connections_between", 8, (PAIR,), "connections", WATCH, per="trial"),),
    ),
    Claim(
        "C4",
        "The wire is secured",
        (WATCHED,),
        AllOf(
            (
                Threshold(
                    "readable_packets_share", "", PAIR, at_most=SHARE_OF_PACKETS, where=WATCH
                ),
                Threshold("strangers_admitted_share", "", PAIR, at_most=OF_STRANGERS, where=WATCH),
            )
        ),
        preconditions=(
            *(
                EveryTrial(
                    "readable_packets_share", "", pattern, at_least=SHARE_OF_PACKETS, where=WATCH
                )
                for pattern in (DIRECT, TCP)
            ),
            EveryTrial("strangers_admitted_share", "", DIRECT, at_least=1, where=WATCH),
            EveryTrial("known_admitted_share", "", PAIR, at_least=1, where=WATCH),
        ),
        must_see=(MustSee("searched_packets", 500, ALL, "searched packets", WATCH, per="trial"),),
    ),
    Claim(
        "C6",
        "Evenly spaced arrivals exaggerate a proxy's cost",
        (EVEN,),
        AllOf(
            tuple(
                Difference(metric, "ms", PAIR, DIRECT, at_least=0, where=EVENLY, than=AT_RANDOM)
                for metric in QUANTILES
            )
        ),
        "SC-1",
    ),
    Claim(
        "C6b",
        "Arrivals that are evenly spaced at each of several connections, all at the same time, "
        "exaggerate a proxy's cost",
        (EVEN,),
        AllOf(
            tuple(
                Difference(metric, "ms", PAIR, DIRECT, at_least=0, where=AT_ONCE, than=AT_RANDOM)
                for metric in QUANTILES
            )
        ),
        "SC-1",
    ),
    Claim(
        "C8",
        "The library inside the application does the same without the hop",
        (PACED, WATCHED),
        AllOf(
            (
                *(
                    Ratio(metric, LIBRARY, PAIR, below=1, where=at)
                    for at in AT
                    for metric in ("latency_p50", "latency_p99", "whole_cpu_us_per_event")
                ),
                Threshold(
                    "readable_packets_share", "", LIBRARY, at_most=SHARE_OF_PACKETS, where=WATCH
                ),
                Threshold(
                    "strangers_admitted_share", "", LIBRARY, at_most=OF_STRANGERS, where=WATCH
                ),
            )
        ),
        preconditions=(
            EveryTrial("changed_lines", "", LIBRARY, at_least=1, where=WATCH),
            EveryTrial("known_admitted_share", "", LIBRARY, at_least=1, where=WATCH),
        ),
    ),
    Claim(
        "C9b",
        "A layer 4 proxy at the same places costs less than a sidecar",
        (PACED,),
        AllOf(
            tuple(
                Ratio(metric, TCP, PAIR, below=1, where=at)
                for at in AT
                for metric in ("latency_p50", "latency_p99", "whole_cpu_us_per_event")
            )
        ),
        preconditions=tuple(
            EveryTrial("between_http2_share", "", TCP, at_most=0, where=at) for at in AT
        ),
    ),
)
