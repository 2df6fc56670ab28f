"""Closed-form predictions for `chat`.  Pure: numbers in, number out.

Symbols: m members of a room, r messages per second of each, P bytes of a message, T poll interval,
R round-trip time.  Times in seconds, sizes in bytes.  What a message's frames and requests take
stands in _framing.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable

IP_TCP_BYTES = 52
"""IPv4 header 20, TCP header 20, timestamp option 12."""

# --- SP-1: a poll's wait ------------------------------------------------------------------------


def polled_mean(interval_s: float, rtt_s: float) -> float:
    """SP-1: R/2 up, T/2 until the next poll, R/2 back: a poll's own way up is in its interval."""
    return interval_s / 2 + rtt_s


def polled_quantile(quantile: float, interval_s: float, rtt_s: float) -> float:
    """SP-1: the wait is uniform over the interval."""
    return quantile * interval_s + rtt_s


# --- CHAT-1: bytes of a spoken message, up and down ----------------------------------------------


def exchanged(request: float, reply: float) -> float:
    """CHAT-1: a request, its reply, and a bare acknowledgement of the reply."""
    return request + reply + 3 * IP_TCP_BYTES


def pushed(data: float) -> float:
    """CHAT-1: one segment, and a bare acknowledgement."""
    return data + 2 * IP_TCP_BYTES


def held(request: float, reply: float) -> float:
    """CHAT-1: a held request, acknowledged alone; its reply, acknowledged by the next request."""
    return request + reply + 3 * IP_TCP_BYTES


def of_room(up: float, down: float, hearers: int) -> float:
    """CHAT-1: once up, and once down to each that hears it."""
    return up + hearers * down


def polls_of_message(
    members: int,
    rate: float,
    interval_s: float,
    message_bytes: int,
    request: float,
    empty_reply: float,
    head_of: Callable[[int], int],
) -> float:
    """CHAT-1: what all polls of a room carry for each message that is spoken in it.

    A room has m r messages and m/T polls per second: 1/(r T) polls for a message.  A poll brings a
    Poisson number of messages with mean (m - 1) r T, one line each.
    """
    mean = (members - 1) * rate * interval_s
    most = math.ceil(mean + 10 * math.sqrt(mean) + 10)
    poll, share = 0.0, math.exp(-mean)
    for count in range(most):
        body = count * (message_bytes + 1) - 1
        reply = head_of(body) + body if count else empty_reply
        poll += share * exchanged(request, reply)
        share *= mean / (count + 1)
    return poll / (rate * interval_s)
