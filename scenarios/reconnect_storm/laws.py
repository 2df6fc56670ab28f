"""Closed-form predictions for `reconnect_storm`.  Pure: numbers in, number out.

Symbols: N clients, each comes back after a random time of at most J, evenly spread.
"""

from __future__ import annotations


def returns_per_s(clients: int, jitter_s: float) -> float:
    """ST-3: N/J, where the server keeps up."""
    return clients / jitter_s


def all_back_s(clients: int, jitter_s: float) -> float:
    """ST-3: J N/(N + 1): the greatest of N evenly spread times."""
    return jitter_s * clients / (clients + 1)


def cpu(one: float) -> float:
    """ST-3: N (t_accept + t_TLS) for N clients: of each, what it is of fewer at the same rate."""
    return one
