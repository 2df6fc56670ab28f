"""Closed-form predictions for `streamed_reply`.  Pure: numbers in, number out.

Symbols: n pieces of a reply, i the time in which one is made, P its size, w the shortest time
between two sendings (batch), R round-trip time, T poll interval, S what it takes to set up a
connection.  Times in seconds.

The server sends the first piece at once and so what ends the reply; in between, what is made
within w goes together.  So batching delays neither the first piece nor the last.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

HEADER_BYTES = 52
"""Of one packet: IPv4, TCP with time stamps."""

SEGMENT_BYTES = 1448
"""What one packet carries over a link with Ethernet's 1,500 bytes."""


def first_piece(setup_s: float, rtt_s: float, interval_s: float) -> float:
    """STREAM-1: S + R + i, whatever w."""
    return setup_s + rtt_s + interval_s


def last_piece(setup_s: float, rtt_s: float, interval_s: float, pieces: int) -> float:
    """STREAM-1: S + R + n i, whatever w: what ends the reply is sent at once."""
    return setup_s + rtt_s + pieces * interval_s


def sendings(interval_s: float, pieces: int, batch_s: float) -> int:
    """STREAM-1: F = 1 + ceil((n - 1) i / max(i, w)): the first piece, and one for each w after."""
    longest = max(interval_s, batch_s)
    if pieces == 1 or not longest:
        return pieces
    # Rounded: 5 * 0.1 / 0.1 is to be 5.
    return 1 + math.ceil(round((pieces - 1) * interval_s / longest, 9))


def batches(interval_s: float, pieces: int, batch_s: float) -> Iterator[int]:
    """How many pieces each sending has, one after the other."""
    longest = max(interval_s, batch_s)
    sent = 0
    for number in range(sendings(interval_s, pieces, batch_s)):
        made = pieces if not interval_s else math.floor(round(number * longest / interval_s, 9)) + 1
        made = min(made, pieces)
        yield made - sent
        sent = made


def sent(interval_s: float, pieces: int, batch_s: float, after_s: float) -> int:
    """How many pieces were sent so long after the reply was begun, but for what ends it."""
    if after_s < interval_s:
        return 0
    longest = max(interval_s, batch_s)
    sendings_before = math.floor((after_s - interval_s) / longest)
    return min(pieces, math.floor(round(sendings_before * longest / interval_s, 9)) + 1)


def batch_delay(interval_s: float, pieces: int, batch_s: float) -> float:
    """STREAM-1: what a piece waits to be sent, on average over a reply.

    Piece j is made at j i and sent at i + ceil((j - 1) i / w) w, or with the last.  For w a
    multiple of i and long replies that is (w - i)/2; where they do not divide, w/2.
    """
    if batch_s <= interval_s:
        return 0.0
    waits = (
        min(math.ceil(round(j * interval_s / batch_s, 9)) * batch_s, (pieces - 1) * interval_s)
        - j * interval_s
        for j in range(pieces)
    )
    return math.fsum(waits) / pieces


# --- SSE-1, WS-1: bytes ---------------------------------------------------------------------


def sse_frame(text_bytes: int) -> int:
    """SSE-1: P + 8, as a chunk."""
    return chunk(text_bytes + 8)


def ndjson_frame(text_bytes: int) -> int:
    """A line with an object in it, P + 12, as a chunk."""
    return chunk(text_bytes + 12)


def websocket_frame(text_bytes: int) -> int:
    """WS-1: P + 2, + 4 from 126 bytes on, + 10 from 65,536 on."""
    return text_bytes + (2 if text_bytes <= 125 else 4 if text_bytes <= 65_535 else 10)


def chunk(size: int) -> int:
    """SSE-1: what is sent for a chunk: its length in hexadecimal digits, and two line ends."""
    return size + len(f"{size:x}") + 4


LAST_CHUNK = 5
"""The end of a response in chunks; it is sent with the last one."""


def stream_bytes(
    head_bytes: float, frames: Sequence[int], end_bytes: int, own_packet_at_end: bool
) -> float:
    """STREAM-1: bytes of a reply on the wire: a packet for its head and for each frame."""
    packets = REQUEST_IS_ACKNOWLEDGED + 1 + len(frames) + own_packet_at_end
    return head_bytes + sum(frames) + end_bytes + HEADER_BYTES * packets


REQUEST_IS_ACKNOWLEDGED = 1
"""A packet: what comes after a pause is acknowledged at once, before there is a reply."""


def half_cost_batch(
    interval_s: float, pieces: int, packet_bytes: float, other_bytes: float
) -> float:
    """STREAM-1: the w at which a reply costs half the bytes that it costs where w is 0.

    c + F H = (c + n H)/2, with H what a sending costs beside the text (`packet_bytes`), c the text
    and what does not depend on w (`other_bytes`), and F = 1 + (n - 1) i/w.
    """
    count = pieces / 2 - other_bytes / packet_bytes / 2
    return (pieces - 1) * interval_s / (count - 1)


# --- polling --------------------------------------------------------------------------------


def polls_before(made_s: float, rtt_s: float, phase_s: float, poll_s: float) -> int:
    """SP-2: questions that come too early for what is made so long after the reply was begun.

    The first one is asked when the handle is there, R after it was asked for, and a phase later.
    """
    return max(0, math.ceil(round((made_s - rtt_s - phase_s) / poll_s, 9)))


def polled(setup_s: float, rtt_s: float, phase_s: float, poll_s: float, before: int) -> float:
    """SP-1: S + R for the handle, the phase, `before` intervals, and R for the answer."""
    return setup_s + rtt_s + phase_s + before * poll_s + rtt_s


ASKING, COLLECTING = 1, 1


def requests(before: int) -> int:
    """SP-2: one for the handle, those questions and the one that brings it, one to collect."""
    return ASKING + before + 1 + COLLECTING


# --- JOB-1: readers who leave ---------------------------------------------------------------


def left_share(leave_rate: float, length_s: float, last_s: float) -> float:
    """JOB-1: 1 - e^(-delta (L - `last_s`)): replies whose readers left before the last moments."""
    return -math.expm1(-leave_rate * max(0.0, length_s - last_s))


def for_nobody_share(leave_rate: float, length_s: float, last_s: float) -> float:
    """JOB-1 for pieces: of what is made to the end, the share made after its reader left.

    A reader leaves at a rate delta while it reads, but not in the last moments: the mean of
    L - t over t up to L - `last_s`, as a share of L.
    """
    until_s = length_s - last_s
    if until_s <= 0 or not leave_rate:
        return 0.0
    gone = -math.expm1(-leave_rate * until_s)
    there_s = gone / leave_rate - until_s * (1 - gone)
    return gone - there_s / length_s
