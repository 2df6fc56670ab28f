"""Closed-form predictions for `page_load`.  Pure: numbers in, number out.

Symbols: n resources, K connections, M streams of one connection, R round-trip
time, S server time, p packet loss, MSS segment.  Times in seconds, sizes in
bytes, rates in bits per second.
"""

from __future__ import annotations

import math

SEGMENT_BYTES = 1448
"""1500 less IPv4 20, TCP 20, timestamps 12."""

PACKET_BYTES = 1500
FIRST_WINDOW = 10
"""RFC 6928: segments that a new TCP connection may send at once."""

HEADER_BYTES = 200
"""About what a reply's headers and TLS records take."""

QUIC_WINDOW, QUIC_BURST = 32, 10
RENO = math.sqrt(3 / 2)


def setup_s(rtt_s: float, version: str, tls: bool) -> float:
    """Until the first request may go: TCP one round trip, TLS 1.3 one more; QUIC one for both."""
    if version == "3":
        return rtt_s
    return 2 * rtt_s if tls else rtt_s


def segments(size_bytes: int) -> int:
    """What a reply of this size is cut into; its headers take part of the first."""
    return max(1, -(-(size_bytes + HEADER_BYTES) // SEGMENT_BYTES))


def waves(requests: int, at_once: int) -> int:
    return -(-requests // at_once)


def http1_makespan(
    requests: int, connections: int, rtt_s: float, service_s: float, segments: int = 1
) -> float:
    """MUX-1 without set-up: ceil(n/K) (R + S), one request at a time on each connection.

    A reply of more `segments` than the window takes a further round trip for each time that
    the window must double; what was acknowledged has opened it for the next reply.
    """
    window, seconds = FIRST_WINDOW, 0.0
    for _ in range(waves(requests, connections)):
        trips, left = 1, segments
        while left > window:
            left -= window
            window *= 2
            trips += 1
        window += left
        seconds += trips * rtt_s + service_s
    return seconds


def multiplexed_makespan(requests: int, streams: int, rtt_s: float, service_s: float) -> float:
    """MUX-1 without set-up: ceil(n/M) S + R."""
    return waves(requests, streams) * service_s + rtt_s


def first_window_s(requests: int, rtt_s: float) -> float:
    """Round trips more where small messages are more segments than a new connection may send.

    Each request of HTTP/2 is a TLS record and a segment of its own, and so is each small
    reply.  Ten requests fit into the client's first window; the rest waits for the first
    acknowledgement and then goes together.  Of their replies the server's window, doubled
    by then, takes twenty; the rest waits once more, and goes together.
    """
    if requests <= FIRST_WINDOW:
        return 0.0
    return rtt_s if requests <= 3 * FIRST_WINDOW else 2 * rtt_s


def quic_pacing_s(packets: float, rtt_s: float) -> float:
    """How much later a burst of small QUIC packets ends: all after the first ten are paced.

    In slow start at twice the window in a round trip; Envoy's QUIC begins with a window of
    32 packets and a burst of ten.
    """
    return max(0.0, packets - QUIC_BURST) * rtt_s / (2 * QUIC_WINDOW)


def slow_start_s(
    size_bytes: float, connections: int, rtt_s: float, first_window: int = FIRST_WINDOW
) -> float:
    """Round trips in which a reply waits for the window to grow: it doubles from the first.

    For replies that are ready together: all but the first window of each connection.
    """
    segments = size_bytes / connections / SEGMENT_BYTES
    if segments <= first_window:
        return 0.0
    return math.ceil(math.log2(segments / first_window + 1) - 1) * rtt_s


def transmission_s(size_bytes: float, rate: float) -> float:
    """What the bandwidth alone takes; no page is faster."""
    if not rate:
        return 0.0
    return size_bytes * PACKET_BYTES / SEGMENT_BYTES * 8 / rate


def reno_rate(connections: int, rtt_s: float, loss: float) -> float:
    """MUX-2 (Mathis et al.): K (MSS/R) sqrt(3/2)/sqrt(p), in bits per second."""
    if not loss or not rtt_s:
        return math.inf
    return connections * SEGMENT_BYTES * 8 / rtt_s * RENO / math.sqrt(loss)


def free_connections(connections: int, streams: int) -> int:
    """SSE-2: each long stream keeps a connection for itself; with none left all waits for ever."""
    return max(0, connections - streams)
