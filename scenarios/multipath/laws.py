"""Closed-form predictions for `multipath`.  Pure: numbers in, number out.

Symbols: C1, C2 bandwidths of the paths (IP level, bits per second), N clients.
"""

from __future__ import annotations

MTU_BYTES = 1500
IP_TCP_BYTES = 52
"""IPv4 header 20, TCP header 20, timestamp option 12."""

DSS_BYTES = 28
"""MPTCP's option on each data segment (RFC 8684, 3.3): its place in the whole, what has come."""


def goodput(rates: tuple[float, ...], clients: int, option_bytes: int = 0) -> float:
    """MP-1: what full packets leave of all paths' bandwidth for data, shared by N."""
    data = MTU_BYTES - IP_TCP_BYTES - option_bytes
    return sum(rates) * data / MTU_BYTES / clients


def second_share(first: float, second: float) -> float:
    """MP-2: C2/(C1 + C2): each path carries what it can."""
    return second / (first + second)
