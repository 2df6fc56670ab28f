"""Closed-form predictions for `notifications`.  Pure: numbers in, number out.

Symbols: N clients, lambda events per second that one client sees, T poll
interval, tau long-poll timeout, R round-trip time, S server time, s CPU time
per message, P payload bytes.  Times in seconds, sizes in bytes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

IP_TCP_BYTES = 52
"""IPv4 header 20, TCP header 20, timestamp option 12."""


# --- SP: short polling at a fixed rate, random phase -------------------------


def short_poll_mean(interval_s: float, rtt_s: float) -> float:
    """SP-1: an event waits T/2 on average for the next poll, then one way back."""
    return interval_s / 2 + rtt_s / 2


def short_poll_quantile(quantile: float, interval_s: float, rtt_s: float) -> float:
    """SP-1: the wait is uniform over the interval, so its q-quantile is qT."""
    return quantile * interval_s + rtt_s / 2


def short_poll_useless_share(rate_per_s: float, interval_s: float) -> float:
    """SP-2: the chance that no event of a Poisson stream fell into one interval."""
    return math.exp(-rate_per_s * interval_s)


def short_poll_useless_share_evenly(rate_per_s: float, interval_s: float) -> float:
    """SP-2 for evenly spaced events: of 1/lambda seconds, all but T are without news."""
    return max(0.0, 1 - rate_per_s * interval_s)


def short_poll_requests_per_event(rate_per_s: float, interval_s: float) -> float:
    """SP-2: 1/T requests against lambda events per second and client."""
    return 1 / (interval_s * rate_per_s)


def news_of_a_poll(rate_per_s: float, interval_s: float, *, evenly: bool) -> dict[int, float]:
    """SP-2: how likely it is that so many events fell into one interval (numbers to shares)."""
    mean = rate_per_s * interval_s
    if evenly:
        low = math.floor(mean)
        return {low: low + 1 - mean, low + 1: mean - low}
    most = math.ceil(mean + 10 * math.sqrt(mean) + 10)
    logs = (n * math.log(mean) - mean - math.lgamma(n + 1) for n in range(most)) if mean else ()
    return dict(enumerate(map(math.exp, logs))) or {0: 1.0}


def short_poll_wire_bytes(
    news: Mapping[int, float],
    request_bytes: float,
    empty_reply_bytes: float,
    header_bytes: float,
    payload_bytes: float,
    segment_bytes: float = math.inf,
) -> float:
    """SP-3: what one poll carries, from how likely it is to bring so many events.

    On a kept connection: a packet for the request, one for each segment of the reply (the
    first carries the acknowledgement of the request), and an acknowledgement for every two.
    A reply with events has them as lines; `header_bytes` are its own.
    """
    total = request_bytes + IP_TCP_BYTES
    for count, share in news.items():
        body = header_bytes + count * (payload_bytes + 1) - 1
        reply = body if count else empty_reply_bytes
        segments = max(1, math.ceil(reply / segment_bytes))
        total += share * (reply + IP_TCP_BYTES * (segments + math.ceil(segments / 2)))
    return total


def clients_that_fill_a_link(
    rate_bit_per_s: float, interval_s: float, request_bytes: float, reply_bytes: float
) -> float:
    """SP-3 set equal to a link's rate: with so many clients polls fill the fuller direction.

    A poll puts its request and the acknowledgement of the reply on the way up, the reply on the
    way down.
    """
    up, down = request_bytes + 2 * IP_TCP_BYTES, reply_bytes + IP_TCP_BYTES
    return rate_bit_per_s * interval_s / (8 * max(up, down))


def idle_break_even_interval(
    keep_alive_s: float, keep_alive_bytes: float, request_bytes: float, empty_reply_bytes: float
) -> float:
    """SP-3 against keep-alives, while nothing happens: from this interval on polling sends less.

    A keep-alive is two packets: itself and its acknowledgement.
    """
    poll = request_bytes + empty_reply_bytes + 3 * IP_TCP_BYTES
    return keep_alive_s * poll / (keep_alive_bytes + 2 * IP_TCP_BYTES)


# --- LP: long polling, the client asks again at once --------------------------


def long_poll_mean(rate_per_s: float, rtt_s: float, gap_s: float) -> float:
    """LP-1: R/2, plus the rest of the gap for an event that finds nobody waiting.

    mean = R/2 + (lambda g * g/2) / (lambda g + exp(-lambda g)), g = time from a
    reply's departure to the next request's arrival (R where nothing else delays).
    """
    x = rate_per_s * gap_s
    return rtt_s / 2 + (x * gap_s / 2) / (x + math.exp(-x))


def long_poll_max(rtt_s: float, gap_s: float) -> float:
    """LP-1: the whole gap and one way: RFC 6202's three transits where g = R."""
    return rtt_s / 2 + gap_s


def long_poll_requests_per_s(rate_per_s: float, rtt_s: float, timeout_s: float) -> float:
    """LP-2: 1/(R + exp(-lambda R)/lambda), with a timeout lambda/(1 - exp(-lambda tau)).

    The two parts are the law's two regimes; the cycle is the gap plus the mean
    of the shorter of timeout and time to the next event.
    """
    if rate_per_s == 0:
        return 1 / (rtt_s + timeout_s)
    wait = math.exp(-rate_per_s * rtt_s) * -math.expm1(-rate_per_s * timeout_s) / rate_per_s
    return 1 / (rtt_s + wait)


def long_poll_requests_per_event(rate_per_s: float, rtt_s: float, timeout_s: float) -> float:
    """LP-3: LP-2 over lambda; more than short polling's 1/(lambda T) past the break-even."""
    return long_poll_requests_per_s(rate_per_s, rtt_s, timeout_s) / rate_per_s


def break_even_rate(interval_s: float, rtt_s: float, timeout_s: float) -> float:
    """LP-3: the event rate at which both send 1/T requests per second (bisection).

    Below it long polling sends fewer.  Infinite where long polling
    always does, 0 where it never does.
    """
    if rtt_s >= interval_s:
        return math.inf
    if rtt_s + timeout_s < interval_s:
        return 0.0
    low, high = 1e-9, 1e9
    for _ in range(200):
        middle = math.sqrt(low * high)
        if long_poll_requests_per_s(middle, rtt_s, timeout_s) < 1 / interval_s:
            low = middle
        else:
            high = middle
    return math.sqrt(low * high)


def herd_return(clients: int, reply_s: float, request_s: float, rtt_s: float) -> float:
    """LP-4: from an event until all clients that it woke wait again, on one core.

    The server is busy for N (s_resp + s_req); but it cannot be done before the last reply has
    gone out and its client's request has come back, nor before the first request has come back
    and all N are read.  R + N (s_resp + s_req) is more than either.
    """
    busy = clients * (reply_s + request_s)
    last_returns = clients * reply_s + rtt_s + request_s
    all_are_read = reply_s + rtt_s + clients * request_s
    return max(busy, last_returns, all_are_read)


# --- FAN: one event, N clients -------------------------------------------------


def fan_out_mean(clients: int, cost_s: float, rtt_s: float, cores: int = 1) -> float:
    """FAN-1: client i waits i s/c, so the mean is R/2 + (N + 1) s / 2c."""
    return rtt_s / 2 + (clients + 1) * cost_s / (2 * cores)


def fan_out_max(clients: int, cost_s: float, rtt_s: float, cores: int = 1) -> float:
    """FAN-1: the last client waits R/2 + N s/c: a straight line in N."""
    return rtt_s / 2 + clients * cost_s / cores


def more_clients_mean(more: int, cost_s: float) -> float:
    """FAN-1: how much later clients are on average where there are so many more: half of each."""
    return more * cost_s / 2


# --- bytes of one pushed event ---------------------------------------------------


FRAME_BYTES = 9
"""Header of an HTTP/2 frame (RFC 9113, 4.1)."""

RECORD_BYTES = 5 + 1 + 16
"""TLS 1.3: a record's header, the type of what is in it, AES-GCM's tag (RFC 8446, 5.2)."""

RECORD_HOLDS_BYTES = 16_384


def _event_bytes(payload_bytes: int, sequence_digits: int) -> int:
    """The text of an event: id: n LF data: P LF LF."""
    return len("id: ") + sequence_digits + 1 + len("data: ") + payload_bytes + 2


def digit_shares(first: float, last: float) -> dict[int, float]:
    """Which share of the numbers after `first` up to `last` has how many digits."""
    shares = {}
    for digits in range(1, len(str(int(last))) + 2):
        low, high = max(first, 10 ** (digits - 1) - 1), min(last, 10**digits - 1)
        if high > low:
            shares[digits] = (high - low) / (last - first)
    return shares or {1: 1.0}


def sse_bytes(payload_bytes: int, sequence_digits: int) -> float:
    """SSE-1: "id: n LF data: P LF LF" in one HTTP/1.1 chunk."""
    body = _event_bytes(payload_bytes, sequence_digits)
    return body + len(f"{body:x}") + len("\r\n\r\n")


def sse_http2_bytes(payload_bytes: int, sequence_digits: int) -> float:
    """SSE-3: the same text in one HTTP/2 frame in one TLS record; NaN where they do not hold it."""
    frame = FRAME_BYTES + _event_bytes(payload_bytes, sequence_digits)
    return frame + RECORD_BYTES if frame <= RECORD_HOLDS_BYTES else math.nan


def websocket_bytes(payload_bytes: int) -> float:
    """WS-1: an unmasked frame: 2, 4 or 10 bytes of header by the payload's length."""
    if payload_bytes <= 125:
        return payload_bytes + 2
    return payload_bytes + (4 if payload_bytes <= 65_535 else 10)


KEEP_ALIVE_BYTES = len("3\r\n:\n\n\r\n")
"""An SSE comment in one chunk."""


# --- connections ------------------------------------------------------------------


def set_up(rtt_s: float) -> float:
    """WS-1, SSE-1: one round trip for TCP, one for the request (an upgrade is one, too)."""
    return 2 * rtt_s


def backlog_bytes(rate_per_s: float, event_bytes: float, stopped_s: float) -> float:
    """BACK-1: what a server holds for a client that reads nothing: all that it should have."""
    return rate_per_s * event_bytes * stopped_s


# --- measuring --------------------------------------------------------------------


def stall_mean(stop_s: float, window_s: float) -> float:
    """CO-1: a stop of D in a window T adds D^2/(2T) to the mean of an open-loop schedule."""
    return stop_s**2 / (2 * window_s)


def stall_quantile(quantile: float, stop_s: float, window_s: float) -> float:
    """CO-1: the tail's quantile is D - (1 - q) T, and not below 0."""
    return max(0.0, stop_s - (1 - quantile) * window_s)
