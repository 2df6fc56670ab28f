"""Closed-form predictions for `query_ids`.  Pure: numbers in, number out.

Symbols: p, q the loss up and down, K tries, T the first timeout (twice as long after each try), m
what an answer takes the server on average, R the round trip.  Times in seconds.
"""

from __future__ import annotations


def success(loss_up: float, loss_down: float) -> float:
    """QID-1: s = (1 - p)(1 - q): neither the query nor its answer is lost."""
    return (1 - loss_up) * (1 - loss_down)


def retries(success: float, tries: int) -> float:
    """QID-1: (1 - f^K)/s - 1 with f = 1 - s: tries until the first success, K at most, less one."""
    return (1 - (1 - success) ** tries) / success - 1


def answered_at_once(success: float) -> float:
    """QID-1: s."""
    return success


def held_up(success: float) -> float:
    """QID-2: 1 - s: over UDP a query waits for a timeout only where its own packet was lost."""
    return 1 - success


def mean_wait(success: float, tries: int, timeout_s: float) -> float:
    """QID-3: sum of f^k s T (2^k - 1) for k < K, over 1 - f^K: timeouts before the good try."""
    fail = 1 - success
    waits = sum(fail**k * success * timeout_s * (2.0**k - 1) for k in range(tries))
    return waits / (1 - fail**tries)


def latency(round_trip_s: float, answer_s: float, wait_s: float) -> float:
    """QID-3: R + m + the timeouts waited for."""
    return round_trip_s + answer_s + wait_s


def guessed(forged_share: float, ids: int) -> float:
    """QID-4: F/n: one forged answer with one of n ids comes before the right one."""
    return forged_share / ids
