"""Closed-form predictions for `chain`.  Pure: numbers in, number out.

Symbols: k services, S the time a service works, R what a call costs beside that, q the share of
attempts at which a service fails, r further attempts of each caller.  Times in any one unit.

An attempt at service i fails where i itself fails (it does so before it calls), or where all its
attempts at the next service fail:

    F_i = q_i + (1 - q_i) F_(i+1)^(r+1),   and nothing fails behind the last one
"""

from __future__ import annotations

from collections.abc import Sequence


def latency(works: Sequence[float], entry: float, hop: float) -> float:
    """CHAIN-1: sum of S + R: the work of each service, the client's call and those between."""
    return entry + sum(works) + hop * (len(works) - 1)


def failures(failing: Sequence[float], retries: int) -> list[float]:
    """F_1 to F_k: how often an attempt at each service fails."""
    found: list[float] = []
    behind = 0.0
    for own in reversed(failing):
        behind = own + (1 - own) * behind ** (retries + 1)
        found.append(behind)
    return found[::-1]


def success(failing: Sequence[float], retries: int) -> float:
    """CHAIN-1: 1 - F_1^(r+1); without retries (1 - q)^k."""
    return 1.0 - failures(failing, retries)[0] ** (retries + 1)


def attempts(failure: float, retries: int) -> float:
    """1 + F + ... + F^r: attempts of one caller where each fails with this share."""
    return sum(failure**n for n in range(retries + 1))


def attempts_at_last(failing: Sequence[float], retries: int) -> float:
    """CHAIN-1: attempts at the last service for each request.

    Each attempt at service i becomes (1 - q_i)(1 + F + ... + F^r) at the next one.  Where only the
    last service fails that is 1 + q + ... + q^((1+r)^k - 1); where it always does, (1+r)^k.
    """
    found = 1.0
    reached = [1.0, *(1 - own for own in failing[:-1])]
    for share, failure in zip(reached, failures(failing, retries), strict=True):
        found *= share * attempts(failure, retries)
    return found
