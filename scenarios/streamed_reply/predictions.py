"""The laws of `streamed_reply` as they apply to its patterns and metrics.  Pure.

What they say is in _filled.py, where they say it in _domains.py.
"""

from __future__ import annotations

from bench.model.law import SEED, Law
from scenarios.streamed_reply import _filled as filled
from scenarios.streamed_reply._domains import (
    BYTES,
    DELAYS,
    POLLED,
    TIMES,
    UNNOTICED,
    UNNOTICED_WHOLE,
)
from scenarios.streamed_reply._filled import NDJSON, SSE, WEBSOCKET

WHOLE, POLLING = "whole_reply", "polling"
STREAMS = (SSE, WEBSOCKET, NDJSON)
PUSHES = (WHOLE, *STREAMS)
ALL = (*PUSHES, POLLING)

TIGHT = 0.05
"""The band where nothing is of chance, or what is follows from the seed."""

_WHEN = "the server sends the first piece at once, and likewise the end of the reply"

FIRST = Law(
    "STREAM-1",
    "S + R + i; S = R where the connection is new",
    _WHEN,
    "first_piece_mean",
    (SSE, NDJSON),
    filled.first_ms(1),
    TIMES,
    ("rtt_us",),
    band=TIGHT,
    passed_with=(9414,),
)
FIRST_WEBSOCKET = Law(
    "STREAM-1",
    "S + R + i; S = 2 R where the connection is new",
    f"{_WHEN}; an upgrade takes a round trip more (WS-1)",
    "first_piece_mean",
    (WEBSOCKET,),
    filled.first_ms(2),
    TIMES,
    ("rtt_us",),
    band=TIGHT,
    passed_with=(9414,),
)
FIRST_WHOLE = Law(
    "STREAM-1",
    "S + R + n i; S = R where the connection is new",
    "nothing arrives before the whole reply",
    "first_piece_mean",
    (WHOLE,),
    filled.last_ms(1),
    TIMES,
    ("rtt_us",),
    band=TIGHT,
    passed_with=(9414,),
)
FIRST_POLLED = Law(
    "STREAM-1, SP-1",
    "mean of S + 2 R + p + k T over the plan's phases p, k = ceil((i - R - p)/T): S + R + i + T/2",
    "a random phase of polling; S = R where the connection is new",
    "first_piece_mean",
    (POLLING,),
    filled.polled_ms(lambda _: 1),
    POLLED,
    ("rtt_us", SEED),
    band=TIGHT,
    passed_with=(9414,),
)
LAST = Law(
    "STREAM-1",
    "S + R + n i; S = R where the connection is new",
    _WHEN,
    "latency_mean",
    (WHOLE, SSE, NDJSON),
    filled.last_ms(1),
    TIMES,
    ("rtt_us",),
    band=TIGHT,
    passed_with=(9414,),
)
LAST_WEBSOCKET = Law(
    "STREAM-1",
    "S + R + n i; S = 2 R where the connection is new",
    f"{_WHEN}; an upgrade takes a round trip more (WS-1)",
    "latency_mean",
    (WEBSOCKET,),
    filled.last_ms(2),
    TIMES,
    ("rtt_us",),
    band=TIGHT,
    passed_with=(9414,),
)
LAST_POLLED = Law(
    "STREAM-1, SP-1",
    "the same with n i in place of i: S + R + n i + T/2",
    "a random phase of polling; S = R where the connection is new",
    "latency_mean",
    (POLLING,),
    filled.polled_ms(lambda load: load.own.pieces),
    POLLED,
    ("rtt_us", SEED),
    band=TIGHT,
    passed_with=(9414,),
)
DELAY = Law(
    "STREAM-1",
    "mean of min(ceil((j-1) i/w) w, (n-1) i) - (j-1) i over pieces j, and R/2",
    f"{_WHEN}; checked by simulation",
    "piece_delay_mean",
    STREAMS,
    filled.batched_delay_ms,
    DELAYS,
    ("rtt_us",),
    passed_with=(9414,),
)
_BYTES = "(h + n P + F f + e + 52 packets)/n; F = 1 + ceil((n-1) i/max(i, w)), packets = 2 + F"
STREAM_BYTES = {
    pattern: Law(
        f"STREAM-1, {own_law}" if own_law else "STREAM-1",
        f"{_BYTES}{' + 1' if own_packet else ''}; f and e from the format",
        source,
        "wire_bytes_down_per_piece",
        (pattern,),
        filled.stream_bytes(pattern),
        BYTES,
        ("head_bytes",),
        band=TIGHT,
        passed_with=(9414,),
    )
    for pattern, own_law, own_packet, source in (
        (
            SSE,
            "SSE-1",
            False,
            "WHATWG event stream, RFC 9112: 8 bytes per event, and its chunk's length",
        ),
        (NDJSON, "", False, "a line with an object, 12 bytes, and its chunk's length"),
        (WEBSOCKET, "WS-1", True, "RFC 6455: 2 bytes per frame, 4 from 126 bytes on; an empty end"),
    )
}
REQUESTS = Law(
    "SP-2",
    "mean of k + 3 over the plan's phases p, k = ceil((n i - R - p)/T): (n i - R)/T + 3",
    "a poll every T from a random phase, one request for the handle, one to collect",
    "requests_per_reply",
    (POLLING,),
    filled.polling_requests,
    POLLED,
    ("rtt_us", SEED),
    band=TIGHT,
    fitted_with=(9414,),
    passed_with=(9451,),
)
FOR_NOBODY = Law(
    "JOB-1",
    "mean of 1 - t/L over the replies and departures t of the plan",
    "departures have no memory: over all plans what for_nobody_share says; by simulation",
    "for_nobody_share",
    STREAMS,
    filled.planned_for_nobody,
    UNNOTICED,
    (SEED,),
    passed_with=(9414,),
)
FOR_NOBODY_WHOLE = Law(
    "JOB-1",
    "share of the replies of the plan whose readers leave",
    "departures have no memory: over all plans what left_share says; no write fails before the end",
    "for_nobody_share",
    (WHOLE,),
    filled.planned_left,
    UNNOTICED_WHOLE,
    (SEED,),
    passed_with=(9414,),
)
PREDICTIONS = (
    FIRST,
    FIRST_WEBSOCKET,
    FIRST_WHOLE,
    FIRST_POLLED,
    LAST,
    LAST_WEBSOCKET,
    LAST_POLLED,
    DELAY,
    *STREAM_BYTES.values(),
    REQUESTS,
    FOR_NOBODY,
    FOR_NOBODY_WHOLE,
)
