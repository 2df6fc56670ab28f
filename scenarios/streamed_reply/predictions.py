"""The laws of `streamed_reply` as they apply to its patterns and metrics.  Pure.

Each fills a formula of laws.py from a load and from the facts that it declares, and gives the
value in the metric's unit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bench.model.law import SEED, Facts, Law
from scenarios.streamed_reply import _plan as planned
from scenarios.streamed_reply import laws
from scenarios.streamed_reply._domains import (
    BYTES,
    DELAYS,
    POLLED,
    TIMES,
    UNNOTICED,
    UNNOTICED_WHOLE,
    Asked,
)
from scenarios.streamed_reply.load import NEW

WHOLE, SSE, WEBSOCKET, NDJSON, POLLING = (
    "whole_reply",
    "sse",
    "websocket",
    "ndjson",
    "polling",
)
STREAMS = (SSE, WEBSOCKET, NDJSON)
PUSHES = (WHOLE, *STREAMS)
ALL = (*PUSHES, POLLING)

TIGHT = 0.05
"""The band of all but polling: nothing in these laws is of chance."""


# --- STREAM-1: when ---------------------------------------------------------------------------


def setup_s(load: Asked, rtt_s: float, round_trips: int) -> float:
    """S: none where the connection is there."""
    return round_trips * rtt_s if load.own.reuse == NEW else 0.0


def first_ms(round_trips: int) -> Callable[[Asked, Facts], float]:
    """STREAM-1, first piece, where a new connection takes so many round trips."""

    def law(load: Asked, facts: Facts) -> float:
        rtt_s = facts["rtt_us"] / 1e6
        found = laws.first_piece(
            setup_s(load, rtt_s, round_trips), rtt_s, load.own.piece_interval_s
        )
        return found * 1e3

    return law


def last_ms(round_trips: int) -> Callable[[Asked, Facts], float]:
    """STREAM-1, last piece; the whole reply's first piece too."""

    def law(load: Asked, facts: Facts) -> float:
        rtt_s, own = facts["rtt_us"] / 1e6, load.own
        found = laws.last_piece(
            setup_s(load, rtt_s, round_trips), rtt_s, own.piece_interval_s, own.pieces
        )
        return found * 1e3

    return law


def polled_first_ms(load: Asked, facts: Facts) -> float:
    """STREAM-1 and SP-1, first piece."""
    return first_ms(1)(load, facts) + laws.polled(0, load.own.poll_interval_s) * 1e3


def polled_last_ms(load: Asked, facts: Facts) -> float:
    """STREAM-1 and SP-1, last piece."""
    return last_ms(1)(load, facts) + laws.polled(0, load.own.poll_interval_s) * 1e3


def batched_delay_ms(load: Asked, facts: Facts) -> float:
    """STREAM-1: what a piece waits for its batch, and half a round trip."""
    own = load.own
    waits_s = laws.batch_delay(own.piece_interval_s, own.pieces, own.batch_s)
    return waits_s * 1e3 + facts["rtt_us"] / 2e3


# --- STREAM-1, SSE-1, WS-1: bytes ---------------------------------------------------------------

FRAMES: Mapping[str, tuple[Callable[[int], int], int, bool]] = {
    SSE: (laws.sse_frame, laws.LAST_CHUNK, False),
    NDJSON: (laws.ndjson_frame, laws.LAST_CHUNK, False),
    WEBSOCKET: (laws.websocket_frame, laws.websocket_frame(0), True),
}
"""By pattern: a batch's frame, the bytes of the end, and whether that is sent by itself."""


def stream_bytes(pattern: str) -> Callable[[Asked, Facts], float]:
    """Wire bytes down of a piece, by STREAM-1."""
    frame, end_bytes, own_packet = FRAMES[pattern]

    def law(load: Asked, facts: Facts) -> float:
        own = load.own
        frames = [
            frame(count * own.piece_size_bytes)
            for count in laws.batches(own.piece_interval_s, own.pieces, own.batch_s)
        ]
        found = laws.stream_bytes(facts["head_bytes"], frames, end_bytes, own_packet)
        return found / own.pieces

    return law


# --- JOB-1 ----------------------------------------------------------------------------------------


def planned_for_nobody(load: Asked, facts: Facts) -> float:
    """JOB-1, of the departures that the trial's readers plan: pieces made after them."""
    plan = planned.plan_of(load.own, load.own.pieces)
    pieces = len(plan)
    unread = [
        0 if after_ns is None else pieces - plan.made(after_ns)
        for after_ns in planned.departures(load, int(facts[SEED]))
    ]
    return sum(unread) / (pieces * len(unread))


def planned_left(load: Asked, facts: Facts) -> float:
    """JOB-1, of the departures that the trial's readers plan: replies of which nothing came."""
    all_ns = list(planned.departures(load, int(facts[SEED])))
    return sum(after_ns is not None for after_ns in all_ns) / len(all_ns)


# --- SP-2 ----------------------------------------------------------------------------------


def polling_requests(load: Asked, facts: Facts) -> float:
    """SP-2."""
    own = load.own
    rtt_s = facts["rtt_us"] / 1e6
    return laws.requests(own.piece_interval_s, rtt_s, own.pieces, own.poll_interval_s)


def half_cost_batch_s(pattern: str) -> Callable[[Asked, Facts, Facts], float]:
    """STREAM-1: the batch at which a piece costs half the bytes, of trials near it."""
    frame, end_bytes, own_packet = FRAMES[pattern]

    def law(load: Asked, facts: Facts, _: Facts) -> float:
        own = load.own
        text = own.pieces * own.piece_size_bytes
        others = laws.stream_bytes(facts["head_bytes"], (), end_bytes, own_packet) + text
        # A batch of a few pieces.
        packet = frame(3 * own.piece_size_bytes) - 3 * own.piece_size_bytes + laws.HEADER_BYTES
        return laws.half_cost_batch(own.piece_interval_s, own.pieces, packet, others)

    return law


_WHEN = "the server sends the first piece at once, and what ends the reply"

FIRST = Law(
    "STREAM-1",
    "S + R + i; S = R where the connection is new",
    _WHEN,
    "first_piece_mean",
    (SSE, NDJSON),
    first_ms(1),
    TIMES,
    ("rtt_us",),
    band=TIGHT,
)
FIRST_WEBSOCKET = Law(
    "STREAM-1",
    "S + R + i; S = 2 R where the connection is new",
    f"{_WHEN}; an upgrade takes a round trip more (WS-1)",
    "first_piece_mean",
    (WEBSOCKET,),
    first_ms(2),
    TIMES,
    ("rtt_us",),
    band=TIGHT,
)
FIRST_WHOLE = Law(
    "STREAM-1",
    "S + R + n i; S = R where the connection is new",
    "nothing comes before all of it",
    "first_piece_mean",
    (WHOLE,),
    last_ms(1),
    TIMES,
    ("rtt_us",),
    band=TIGHT,
)
FIRST_POLLED = Law(
    "STREAM-1, SP-1",
    "S + R + i + T/2; S = R where the connection is new",
    "a random phase of polling",
    "first_piece_mean",
    (POLLING,),
    polled_first_ms,
    POLLED,
    ("rtt_us",),
)
LAST = Law(
    "STREAM-1",
    "S + R + n i; S = R where the connection is new",
    _WHEN,
    "latency_mean",
    (WHOLE, SSE, NDJSON),
    last_ms(1),
    TIMES,
    ("rtt_us",),
    band=TIGHT,
)
LAST_WEBSOCKET = Law(
    "STREAM-1",
    "S + R + n i; S = 2 R where the connection is new",
    f"{_WHEN}; an upgrade takes a round trip more (WS-1)",
    "latency_mean",
    (WEBSOCKET,),
    last_ms(2),
    TIMES,
    ("rtt_us",),
    band=TIGHT,
)
LAST_POLLED = Law(
    "STREAM-1, SP-1",
    "S + R + n i + T/2; S = R where the connection is new",
    "a random phase of polling",
    "latency_mean",
    (POLLING,),
    polled_last_ms,
    POLLED,
    ("rtt_us",),
    band=TIGHT,
)
DELAY = Law(
    "STREAM-1",
    "mean of min(ceil((j-1) i/w) w, (n-1) i) - (j-1) i over pieces j, and R/2",
    f"{_WHEN}; checked by simulation",
    "piece_delay_mean",
    STREAMS,
    batched_delay_ms,
    DELAYS,
    ("rtt_us",),
)
_BYTES = "(h + n P + F f + e + 52 packets)/n; F = 1 + ceil((n-1) i/max(i, w)), packets = 2 + F"
STREAM_BYTES = {
    pattern: Law(
        f"STREAM-1, {own_law}" if own_law else "STREAM-1",
        f"{_BYTES}{' + 1' if own_packet else ''}; f and e from the format",
        source,
        "wire_bytes_down_per_piece",
        (pattern,),
        stream_bytes(pattern),
        BYTES,
        ("head_bytes",),
        band=TIGHT,
    )
    for pattern, own_law, own_packet, source in (
        (
            SSE,
            "SSE-1",
            False,
            "WHATWG event stream, RFC 9112: 8 bytes an event, its chunk's length",
        ),
        (NDJSON, "", False, "a line with an object, 12 bytes, and its chunk's length"),
        (WEBSOCKET, "WS-1", True, "RFC 6455: 2 bytes a frame, 4 from 126 bytes on; an empty end"),
    )
}
REQUESTS = Law(
    "SP-2",
    "(n i - R)/T + 3",
    "a question every T from a random phase, one for the handle, one to collect",
    "requests_per_event",
    (POLLING,),
    polling_requests,
    POLLED,
    ("rtt_us",),
)
FOR_NOBODY = Law(
    "JOB-1",
    "mean of 1 - t/L over the replies and departures t of the plan",
    "departures have no memory: over all plans what for_nobody_share says; by simulation",
    "for_nobody_share",
    STREAMS,
    planned_for_nobody,
    UNNOTICED,
    (SEED,),
)
FOR_NOBODY_WHOLE = Law(
    "JOB-1",
    "share of the replies of the plan whose readers leave",
    "departures have no memory: over all plans what left_share says; no write fails before the end",
    "for_nobody_share",
    (WHOLE,),
    planned_left,
    UNNOTICED_WHOLE,
    (SEED,),
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
