"""Whether a number is prime, by trial division: what clients hold the backends' answers against.

Pure.
"""

from __future__ import annotations

from math import isqrt


def is_prime(number: int) -> bool:
    """For numbers up to some millions: the divisors are tried one after the other."""
    if number < 4 or not number % 2:
        return number in (2, 3)
    return all(number % divisor for divisor in range(3, isqrt(number) + 1, 2))
