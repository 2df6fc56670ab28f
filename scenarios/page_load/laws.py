"""Predictions for `page_load`: formulas, and a simulation of a page's packets.  Pure.

Symbols: n resources, K connections, M streams of one connection, R round-trip
time, S server time, BW bandwidth, p packet loss, MSS segment.  Times in seconds,
sizes in bytes, rates in bits per second.

MUX-1 is the closed form of pages that are nothing but round trips.  Where bytes and
congestion control matter, which is nearly everywhere, no closed form holds: MUX-5
sends the packets one by one (`_simulation`), as deterministic as a formula.
"""

from __future__ import annotations

import math
from functools import lru_cache

from scenarios.page_load._simulation import versions
from scenarios.page_load._simulation.page import Page, Path
from scenarios.page_load._simulation.quic_pages import http3_s
from scenarios.page_load._simulation.server import Costs
from scenarios.page_load._simulation.tcp_pages import http1_s, http2_s

SEGMENT_BYTES = 1448
"""1500 less IPv4 20, TCP 20, timestamps 12."""

PACKET_BYTES = 1500
RENO = math.sqrt(3 / 2)
FIRST_REQUESTS = 9
"""Of HTTP/2 in the first window of ten segments: the end of the handshake is one."""

QUIC_PACKETS_UP, QUIC_PACKETS_DOWN = 2, 3
REMEMBERED = 1024


def setup_s(rtt_s: float, version: str, tls: bool) -> float:
    """Until the first request may go: TCP one round trip, TLS 1.3 one more; QUIC one for both."""
    if version == "3":
        return rtt_s
    return 2 * rtt_s if tls else rtt_s


def handshake_bytes_s(version: str, rate: float) -> float:
    """What the bytes of a handshake take of the bandwidth, both ways."""
    if not rate:
        return 0.0
    if version == "3":
        size = (QUIC_PACKETS_UP + QUIC_PACKETS_DOWN) * versions.QUIC_INITIAL
    else:
        size = versions.CLIENT_HELLO + versions.SERVER_FLIGHT + 6 * (PACKET_BYTES - SEGMENT_BYTES)
    return size * 8 / rate


def waves(requests: int, at_once: int) -> int:
    """MUX-1: ceil(n/K)."""
    return -(-requests // at_once)


def http1_makespan(requests: int, connections: int, rtt_s: float, service_s: float) -> float:
    """MUX-1 without set-up: ceil(n/K) (R + S), one request at a time on each connection."""
    return waves(requests, connections) * (rtt_s + service_s)


def multiplexed_makespan(requests: int, streams: int, rtt_s: float, service_s: float) -> float:
    """MUX-1 without set-up: ceil(n/M) S + R."""
    return waves(requests, streams) * service_s + rtt_s


def transmission_s(size_bytes: float, rate: float) -> float:
    """What the bandwidth alone takes; no page is faster."""
    if not rate:
        return 0.0
    return size_bytes * PACKET_BYTES / SEGMENT_BYTES * 8 / rate


@lru_cache(REMEMBERED)
def http1_page(page: Page, path: Path, costs: Costs, connections: int) -> float:
    """MUX-5 over HTTP/1.1, with set-up: each reply follows its own R + S by its bytes/BW."""
    return http1_s(page, path, costs, connections)


@lru_cache(REMEMBERED)
def http2_page(page: Page, path: Path, costs: Costs) -> float:
    """MUX-5 over HTTP/2, with set-up: the rounds of slow start, then the link is full."""
    return http2_s(page, path, costs)


@lru_cache(REMEMBERED)
def http3_page(page: Page, path: Path, costs: Costs) -> float:
    """MUX-5 over HTTP/3, with set-up: as HTTP/2, with packets paced as by BBR."""
    return http3_s(page, path, costs)


def reno_rate(connections: int, rtt_s: float, loss: float) -> float:
    """MUX-2 (Mathis et al.): K (MSS/R) sqrt(3/2)/sqrt(p), in bits per second."""
    if not loss or not rtt_s:
        return math.inf
    return connections * SEGMENT_BYTES * 8 / rtt_s * RENO / math.sqrt(loss)


def free_connections(connections: int, streams: int) -> int:
    """SSE-2: each long stream keeps a connection for itself; with none left all waits for ever."""
    return max(0, connections - streams)
