"""The claims of `calls`: what the field repeats, as data with a rule.  Pure.

Numbers stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup
from bench.verdicts.growth import Growth
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf
from bench.verdicts.trends import Crossover

FORMATS = ("rest_json", "soap_xml", "graphql", "grpc")
RIVALS = ("grpc", "rest_json")
WHOLE_OR_PART = ("graphql", "rest_json")
SHARE = "messages_cpu_share"
CPU, BYTES, LATENCY = "ends_cpu_us_per_event", "wire_bytes_per_event", "latency_p50"

BRIEF = {"warmup": "300ms", "duration": "2s"}
SIZES = ClaimSetup(("raw", *FORMATS), {**BRIEF, "payload": "100B,10kB,30kB,100kB,300kB,1MB"})
FAST_JSON = ClaimSetup(RIVALS, {**BRIEF, "payload": "100B,10kB,100kB", "json": "orjson"})
AT_ONCE = ClaimSetup(RIVALS, {**BRIEF, "clients": "16", "call_rate": "200/s"})
FAR = ClaimSetup(
    RIVALS,
    {
        **BRIEF,
        "duration": "4s",  # a large answer takes up to a second: a median needs some of them
        "clients": "4",
        "payload": "100B,100kB",
        "link": "emulated",
        "rtt": "20ms",
        "rate": "10mbit",
    },
)
SHARES = ClaimSetup(WHOLE_OR_PART, {**BRIEF, "payload": "10kB", "needed": "0.1,0.3,0.5,0.7,0.9,1"})

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "link": "loopback",
    "clients": 1,
    "call_rate": 0,
    "needed": 1.0,
    "json": "standard",
}
"""What holds for evidence where a rule does not ask for something else."""

WITH_FAST_JSON: Mapping[str, Any] = {"json": "orjson"}
WITH_16_CLIENTS: Mapping[str, Any] = {"clients": 16, "call_rate": 200, "payload": 10_000}
OVER_A_LINK: Mapping[str, Any] = {"link": "emulated", "clients": 4}
BY_SHARE: Mapping[str, Any] = {"payload": 10_000, "needed": lambda _: True}
ABOVE_10_KB: Mapping[str, Any] = {"payload": lambda size: size >= 10_000}

HALF_OF_IT = 2.0
"""Twice the CPU of raw bytes: half of it is parsing and writing, and the library that carries it.
What both ends spend on messages alone is held against half of their CPU too."""


def _cheaper_at_every_payload(where: Mapping[str, Any]) -> tuple[Crossover, ...]:
    return tuple(
        Crossover(metric, "grpc", "rest_json", "payload", where=where, form="straight")
        for metric in (BYTES, CPU, LATENCY)
    )


def _cheaper(where: Mapping[str, Any]) -> tuple[Ratio, ...]:
    return tuple(
        Ratio(metric, "grpc", "rest_json", below=1, where=where) for metric in (BYTES, CPU, LATENCY)
    )


CLAIMS = (
    Claim(
        "R1",
        "Parsing and writing messages is a large part of a call's cost",
        (SIZES,),
        AllOf(
            (
                *(Ratio(CPU, pattern, "raw", above=HALF_OF_IT) for pattern in FORMATS),
                *(
                    Crossover(SHARE, pattern, "", "payload", against=0.5, claimed="more")
                    for pattern in FORMATS
                ),
            )
        ),
        "CALL-1",
    ),
    Claim(
        "R1b",
        "What a call costs grows linearly with its payload",
        (SIZES,),
        AllOf(
            tuple(Growth(CPU, "us", pattern, "payload", where=ABOVE_10_KB) for pattern in FORMATS)
        ),
        "CALL-1",
    ),
    Claim(
        "R2",
        "gRPC (HTTP/2, protobuf) is cheaper than REST (HTTP/1.1, JSON)",
        (SIZES, FAST_JSON, AT_ONCE, FAR),
        AllOf(
            (
                *_cheaper_at_every_payload({}),
                *_cheaper_at_every_payload(WITH_FAST_JSON),
                *_cheaper(WITH_16_CLIENTS),
                *_cheaper(OVER_A_LINK),
            )
        ),
        "CALL-1",
    ),
    Claim(
        "R3",
        "GraphQL saves bytes by asking only for what is needed, and costs CPU",
        (SHARES,),
        AllOf(
            (
                Crossover(BYTES, "graphql", "rest_json", "needed", where=BY_SHARE),
                Crossover(CPU, "graphql", "rest_json", "needed", where=BY_SHARE, claimed="more"),
            )
        ),
    ),
)
