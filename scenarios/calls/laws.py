"""Closed-form predictions for `calls`.  Pure: numbers in, number out.

Symbols: P size of the order as raw bytes, a what a call costs without any, b what a byte costs.
"""

from __future__ import annotations


def byte_cost(small: float, small_cost: float, large: float, large_cost: float) -> float:
    """CALL-1's b, from what calls of two sizes cost."""
    return (large_cost - small_cost) / (large - small)


def call_cost(start: float, per_byte: float, payload: float) -> float:
    """CALL-1: a + b P."""
    return start + per_byte * payload
