"""What `bench advise` knows of `notifications`: a workload's words, costs and their laws.  Data.

Delays and bytes are those of laws.py; CPU is FAN-2 along a curve.  All read a machine's
constants, which are trials with loads of their own, in place of trials near the workload.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from bench.model.advice import Advice, Cost, Input, Need
from bench.model.domain import Condition, Domain, Either, Range, Units
from bench.model.law import BAND, Law
from bench.model.links import LOOPBACK
from bench.model.load import Load
from scenarios.notifications import _advice_laws as filled
from scenarios.notifications._domains import (
    ANSWERED_IN_TIME,
    ANY_LINK,
    FEW_DELIVERIES,
    FEW_POLLS,
    INDIFFERENT,
    INDIFFERENT_TO_POLLS,
    SMALL_REPLIES,
    poll_observations_per_s,
)
from scenarios.notifications.load import NotificationLoad, rate_per_client

Asked = Load[NotificationLoad]

MOST_PER_CLIENT = Condition(
    "at most 20 events per second and client: each has a packet and an acknowledgement of its own",
    lambda load: rate_per_client(load) <= 20,
)
EVENTS = Units("events", 30, lambda load: load.own.event_rate_per_s, at_least_s=4, at_most_s=15)
POLLS = Units(
    "waits for a poll",
    100,
    lambda load: min(poll_observations_per_s(load), load.own.event_rate_per_s),
    at_least_s=4,
    at_most_s=15,
)

LEAST_S, MOST_S = 0.05, 5
"""Intervals of short polling."""

LINK_TAKES_LITTLE = Condition(
    "over a link a broadcast to at most four clients for each millisecond of round trip: on two "
    "cores the link's packets, 10 to 20 us for each client on average, are taken from both ends",
    lambda load: (
        load.link.link == LOOPBACK
        or load.own.audience == "one"
        or load.window.clients <= 4000 * load.link.rtt_s
    ),
)

_COMMON: Mapping[str, Any] = {
    **ANY_LINK,
    "clients": Range(5, 500),
    "event_rate": Range(0.5, 100),
    "schedule": ("poisson",),
    "audience": ("every", "one"),
    "payload": Range(48, 1000),
}
_POLLED = {**INDIFFERENT_TO_POLLS, **_COMMON, "poll_interval": Range(LEAST_S, MOST_S)}
_HELD = {**INDIFFERENT_TO_POLLS, **_COMMON, "long_poll_timeout": Range(5, 60)}
_PUSHED = {**INDIFFERENT, **_COMMON}

POLLED = Domain(
    _POLLED, where=(ANSWERED_IN_TIME, FEW_POLLS, FEW_DELIVERIES, SMALL_REPLIES), units=POLLS
)
HELD = Domain(_HELD, where=(FEW_DELIVERIES, MOST_PER_CLIENT), units=EVENTS)
HELD_IN_TIME = Domain(
    _HELD, where=(FEW_DELIVERIES, MOST_PER_CLIENT, LINK_TAKES_LITTLE), units=EVENTS
)
PUSHED = Domain(_PUSHED, where=(FEW_DELIVERIES, MOST_PER_CLIENT), units=EVENTS)
PUSHED_IN_TIME = Domain(
    _PUSHED, where=(FEW_DELIVERIES, MOST_PER_CLIENT, LINK_TAKES_LITTLE), units=EVENTS
)

SHORT, LONG, PUSHES = ("short_polling",), ("long_polling",), ("sse", "websocket")

WAKING = "how long a sleeping core takes to wake up depends on what else the machine does"
BATCHED = "a message costs less where several come at once, which no curve here shows"
CPU = "backend_cpu_us_per_s"
BYTES = "wire_bytes_per_client_s"
LATE = "latency_mean"

LAWS = (
    Law(
        "SP-1",
        "T/2 + R/2",
        "uniform phase; checked by simulation",
        LATE,
        SHORT,
        filled.poll_ms,
        POLLED,
        ("rtt_us",),
    ),
    Law(
        "LP-1",
        "L1 + R/2 + (lg g/2)/(lg + exp(-lg)) + (N - 1) s/4, g = R + (N + 1) s/2 >= 0",
        "RFC 6202; L1 and s from events for one and from a broadcast",
        LATE,
        LONG,
        filled.long_poll_ms,
        HELD_IN_TIME,
        ("rtt_us",),
        filled.OF_HELD,
        band=0.3,
        band_reason=WAKING,
    ),
    Law(
        "FAN-1",
        "L1 + R/2 + (N - 1) s/2",
        "one core serves clients in turn; L1 and s from events for one and from a broadcast",
        LATE,
        PUSHES,
        filled.push_ms,
        PUSHED_IN_TIME,
        ("rtt_us",),
        filled.OF_PUSHED,
        band=0.3,
        band_reason=WAKING,
    ),
    Law(
        "FAN-2",
        "C(N/T + lambda_b) + useful polls u + lambda_b e",
        "C of as many messages goes through three trials; a poll with news costs u more, events e",
        CPU,
        SHORT,
        filled.poll_cpu,
        POLLED,
        (),
        filled.OF_POLLED,
        band=0.2,
        band_reason=BATCHED,
    ),
    Law(
        "FAN-2, LP-2",
        "C(lambda_b) + (polls - lambda_b) s",
        "C of events for one goes through four trials, and over a link through two; polls by LP-2",
        CPU,
        LONG,
        filled.long_poll_cpu,
        HELD,
        ("rtt_us",),
        filled.OF_HELD,
        band=0.2,
        band_reason=BATCHED,
    ),
    Law(
        "FAN-2",
        "C(lambda_b) + lambda_b (N - 1) s",
        "C of events for one goes through four trials, and over a link through two; one more "
        "client costs s",
        CPU,
        PUSHES,
        filled.push_cpu,
        PUSHED,
        (),
        filled.OF_PUSHED,
        band=0.2,
        band_reason=BATCHED,
    ),
    Law(
        "SP-3",
        "(Hq + mean Hs + 52 packets)/T",
        "headers as measured while nothing happens and while events come",
        BYTES,
        SHORT,
        filled.poll_bytes,
        POLLED,
        (),
        filled.OF_POLLED,
    ),
    Law(
        "SP-3, LP-2",
        "lambda (P + 1) + polls (Hq + Hs + 52 packets)",
        "headers and packets as measured for events for one client each; polls by LP-2",
        BYTES,
        LONG,
        filled.long_poll_bytes,
        HELD,
        ("rtt_us",),
        filled.OF_HELD,
    ),
    Law(
        "SSE-1",
        "lambda (P + h) + keep-alives",
        "h as measured: framing, and a packet with its acknowledgement; keep-alives according to "
        "the code",
        BYTES,
        ("sse",),
        filled.sse_bytes,
        PUSHED,
        (),
        filled.OF_PUSHED,
    ),
    Law(
        "WS-1",
        "lambda (P + h)",
        "h as measured: framing, and a packet with its acknowledgement",
        BYTES,
        ("websocket",),
        filled.websocket_bytes,
        PUSHED,
        (),
        filled.OF_PUSHED,
    ),
)


def settle(load: Asked, limits: Mapping[str, float], given: Collection[str]) -> Mapping[str, Any]:
    """Clients poll as seldom as the limit on lateness allows, its law's band included."""
    if "late" not in limits or "poll_interval" in given:
        return {}
    longest = 2 * limits["late"] / 1e3 / (1 + BAND) - load.link.rtt_s
    return {"poll_interval": min(MOST_S, max(LEAST_S, math.floor(longest * 100) / 100))}


ADVICE = Advice(
    about="How should clients learn what happens in the backend?",
    inputs=(
        Input("clients", "How many clients are there?", Range(5, 300)),
        Input("event_rate", "How many events happen in the backend, e.g. 2/s?", Range(2, 60)),
        Input("audience", "Who gets an event: every client, or one?", ("every", "one")),
        Input("payload", "How large is an event, e.g. 200B?", Range(48, 1000)),
        Input(
            "rtt",
            "How far away are the clients: a round trip, e.g. 50ms; 0 for the same machine?",
            Either(Range(0.005, 0.2), (0.0,)),
        ),
        Input(
            "poll_interval",
            "Short polling: how often would a client ask, e.g. 1s?",
            Range(0.1, 5),
        ),
    ),
    costs=(
        Cost(
            "cpu",
            CPU,
            "How much CPU may the backend use, as a share of one core, e.g. 20%?",
            "%",
            "of a core",
            factor=1e6,
            drawn=Range(0.01, 0.3),
        ),
        Cost(
            "late",
            LATE,
            "How late is too late, on average, e.g. 500ms?",
            "s",
            "late on average",
            factor=1e3,
            drawn=Range(0.02, 2),
        ),
        Cost(
            "bytes",
            BYTES,
            "How many bytes may cross the wire per client and second, both ways, e.g. 2kB?",
            "B",
            "per client and second",
            drawn=Range(100, 5000),
        ),
    ),
    needs=(
        Need(
            "proxy",
            "What stands between clients and backend: none, a proxy that passes everything, one "
            "that knows HTTP only (http_only), or one that buffers each response (buffers)?",
            ("none", "passes", "http_only", "buffers"),
            {
                "http_only": {"websocket": "a proxy that knows HTTP only refuses its upgrade"},
                "buffers": {
                    "sse": "a proxy that buffers each response holds a stream back",
                    "websocket": "not known to pass a proxy that buffers: it was not measured",
                },
            },
            ("N19",),
            {"passes": "The proxy's own CPU and delay are not counted."}
            | dict.fromkeys(
                ("http_only", "buffers"), "The proxy's own CPU and delay are not counted."
            ),
        ),
        Need(
            "away",
            "Are clients away for a time, and must they get what they missed?",
            ("no", "yes"),
            {},
            ("N11",),
            {
                "yes": "Clients that were away get what they missed only from a position in the "
                "feed or a durable queue; what it costs to catch up is not counted."
            },
        ),
    ),
    laws=LAWS,
    facts={"rtt_us": lambda load, _: load.link.rtt_s * 1e6},
    settle=settle,
    claims={
        "cpu": ("N5", "N6b", "N10", "N16"),
        "late": ("N1", "N2", "N7"),
        "bytes": ("N4", "N14"),
    },
    limitations=(
        "Delays are means, not worst cases: short polling's worst is twice its mean (N2).",
        "The servers are this project's, one Python process each; another server has other costs.",
        "Memory of waiting connections (N18) and slow readers (N12) are not weighed.",
    ),
)
