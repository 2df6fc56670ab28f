"""The formulas of `streamed_reply`, filled from a load and from facts.  Pure.

Each gives the value in the unit of the metric that it predicts.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping

from bench.model.law import SEED, Facts
from scenarios.streamed_reply import _plan as planned
from scenarios.streamed_reply import laws
from scenarios.streamed_reply._domains import Asked
from scenarios.streamed_reply.load import NEW

SSE, WEBSOCKET, NDJSON = "sse", "websocket", "ndjson"

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


def _polled_mean(
    load: Asked, facts: Facts, made_s: float, value: Callable[[float, int], float]
) -> float:
    """The mean over the replies of the plan: each has its phase, and polls before it is made."""
    own, rtt_s, seed = load.own, facts["rtt_us"] / 1e6, int(facts[SEED])
    found = []
    for one in planned.replies(load, seed):
        phase_s = planned.phase_ns(load, seed, one.client, one.sequence) / 1e9
        before = laws.polls_before(made_s, rtt_s, phase_s, own.poll_interval_s)
        found.append(value(phase_s, before))
    return statistics.fmean(found)


def polled_ms(pieces: Callable[[Asked], int]) -> Callable[[Asked, Facts], float]:
    """STREAM-1 and SP-1: when so many pieces are there."""

    def law(load: Asked, facts: Facts) -> float:
        own, rtt_s = load.own, facts["rtt_us"] / 1e6

        def known_s(phase_s: float, before: int) -> float:
            return laws.polled(setup_s(load, rtt_s, 1), rtt_s, phase_s, own.poll_interval_s, before)

        return _polled_mean(load, facts, pieces(load) * own.piece_interval_s, known_s) * 1e3

    return law


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
    own = load.own
    unread = [
        0
        if one.leaves_ns is None
        else own.pieces
        - laws.sent(own.piece_interval_s, own.pieces, own.batch_s, one.leaves_ns / 1e9)
        for one in planned.replies(load, int(facts[SEED]))
    ]
    return sum(unread) / (own.pieces * len(unread))


def planned_left(load: Asked, facts: Facts) -> float:
    """JOB-1, of the departures that the trial's readers plan: replies of which nothing came."""
    found = list(planned.replies(load, int(facts[SEED])))
    return sum(one.leaves_ns is not None for one in found) / len(found)


# --- SP-2 ----------------------------------------------------------------------------------


def polling_requests(load: Asked, facts: Facts) -> float:
    """SP-2."""
    made_s = load.own.pieces * load.own.piece_interval_s
    return _polled_mean(load, facts, made_s, lambda _, before: laws.requests(before))


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
