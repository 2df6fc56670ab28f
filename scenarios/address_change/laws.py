"""Closed-form predictions for `address_change`.  Pure: numbers in, number out.

Symbols: R the round trip, w what the server takes for a request, T the timeout.  A client has one
request under way all the time, so that a change finds it at a random place of R + w.  Times in
seconds.
"""

from __future__ import annotations

TCP_AND_TLS = 2
"""Round trips until a request can be sent: TCP (RFC 9293), then TLS 1.3 (RFC 8446)."""

QUIC = 1
"""QUIC's handshake has that of TLS in it (RFC 9001)."""

EARLY = 0
"""A request in early data is in the first flight (RFC 9001, 4.6)."""


def reconnected(round_trip_s: float, work_s: float, handshakes: int = TCP_AND_TLS) -> float:
    """ADDR-1, ADDR-3: h R + (R + w): a new connection, and the request on it from its beginning."""
    return (handshakes + 1) * round_trip_s + work_s


def unnoticed(round_trip_s: float, work_s: float, timeout_s: float) -> float:
    """ADDR-2: T - (R + w)/2 + 3 R + w: what is left of the timeout comes before."""
    left_s = timeout_s - (round_trip_s + work_s) / 2
    return left_s + reconnected(round_trip_s, work_s)
