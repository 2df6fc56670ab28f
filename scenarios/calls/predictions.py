"""The laws of `calls` as they apply to its patterns and metrics.  Pure.

What a call costs is a line over its payload.  Two other trials with the same load but another
payload give the line, for each pattern and each end by itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.model.domain import Domain, Free, Range, Units, Wanted
from bench.model.law import Calibration, Facts, Law
from bench.model.load import Load
from scenarios.calls import laws
from scenarios.calls.load import FIELDS, LINE_BYTES, CallsLoad

Asked = Load[CallsLoad]

PATTERNS = ("raw", "rest_json", "soap_xml", "graphql", "grpc")
CALLER, SERVER = "caller_cpu_us_per_event", "server_cpu_us_per_event"
SMALL_BYTES, LARGE_BYTES = 20_000, 200_000

SMALL = Calibration(
    "small",
    {"payload": SMALL_BYTES},
    (CALLER, SERVER),
    text="a payload of 20 kB: mostly what a call costs however little it carries",
)
LARGE = Calibration(
    "large",
    {"payload": LARGE_BYTES},
    (CALLER, SERVER),
    text="a payload of 200 kB: mostly what its bytes cost",
)

BAND = 0.15
BAND_REASON = (
    "three trials, each with processes of its own: the CPU of the same call differs by up to "
    "9 % between trials"
)

LOADS: Mapping[str, Wanted] = {
    "payload": Range(SMALL_BYTES, 300_000),
    "needed": tuple(count / FIELDS for count in range(1, FIELDS + 1)),
    "json": ("standard", "orjson"),
    "clients": Range(1, 16),
    "warmup": Free(0.3),
}

SLOWEST_CALL_S, SLOWEST_BYTE_S = 0.004, 6e-7
"""More than any pattern takes; for the length of windows only."""


def _calls_per_s(load: Asked) -> float:
    return 1 / (SLOWEST_CALL_S + SLOWEST_BYTE_S * load.own.payload_bytes)


CLOSED = Domain(LOADS, units=Units("calls", 10, _calls_per_s, at_least_s=2))


def _cost_us(load: Asked, facts: Facts, metric: str) -> float:
    """CALL-1, its line through two other payloads."""
    small_us, large_us = facts[SMALL.key(metric)], facts[LARGE.key(metric)]
    per_byte = laws.byte_cost(SMALL_BYTES, small_us, LARGE_BYTES, large_us)
    start_us = small_us - per_byte * SMALL_BYTES
    return laws.call_cost(start_us, per_byte, load.own.lines * LINE_BYTES)


def _of(metric: str) -> Law:
    return Law(
        "CALL-1",
        "a + b P",
        "each byte is written and read once; a and b of calls with 20 kB and 200 kB",
        metric,
        PATTERNS,
        lambda load, facts: _cost_us(load, facts, metric),
        CLOSED,
        (),
        (SMALL, LARGE),
        band=BAND,
        band_reason=BAND_REASON,
        fitted_with=(1, 71),
    )


CALLER_CPU, SERVER_CPU = _of(CALLER), _of(SERVER)
PREDICTIONS = (CALLER_CPU, SERVER_CPU)
