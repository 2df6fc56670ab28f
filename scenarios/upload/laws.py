"""Closed-form predictions for `upload`.  Pure: numbers in, number out.

Symbols: F size of a file, c of a chunk (bytes); b rate at which bytes of files arrive (bytes per
second); mu cuts per second (Poisson); w bytes under way at a cut, which left the socket and did
not arrive; h what a chunk takes beside its bytes (seconds).
"""

from __future__ import annotations

import math


def failed_tries(mu: float, b: float, size: float) -> float:
    """e^(mu c/b) - 1: how many tries a cut ends before one of `size` bytes gets through."""
    return math.expm1(mu * size / b)


def sent_all_or_nothing(
    size: float, piece: float, b: float, mu: float, under_way: float = 0.0
) -> float:
    """UP-1 and UP-2: bytes sent for a file of pieces that a cut loses whole.

    (F/c) (b/mu + w)(e^(mu c/b) - 1); without cuts F.  UP-1 is c = F, w = 0.  Of the lost tries
    each sent what arrived, and w that did not.
    """
    if not mu:
        return size
    return size / piece * (b / mu + under_way) * failed_tries(mu, b, piece)


def wasted_resumable(size: float, b: float, mu: float, under_way: float) -> float:
    """UP-4: mu (F/b) w: a cut loses what was under way and nothing else."""
    return mu * size / b * under_way


def best_chunk(b: float, mu: float, overhead: float) -> float:
    """UP-3: c* = b sqrt(2 h/mu) (as the best time between checkpoints, Young 1974)."""
    return b * math.sqrt(2 * overhead / mu)


def time_all_or_nothing(size: float, piece: float, b: float, mu: float, overhead: float) -> float:
    """UP-3: seconds for a file: (F/c) ((e^(mu c/b) - 1)/mu + h)."""
    sending = failed_tries(mu, b, piece) / mu if mu else piece / b
    return size / piece * (sending + overhead)
