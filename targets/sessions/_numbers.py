"""Whether a number is prime, by the test of Miller and Rabin.  Pure."""

from __future__ import annotations

MOST = 3_215_031_751
"""Below it the bases 2, 3, 5 and 7 suffice (Pomerance, Selfridge, Wagstaff 1980)."""

BASES = (2, 3, 5, 7)


def is_prime(number: int) -> bool:
    """For numbers below MOST; 0 and 1 are none."""
    if number < 2:
        return False
    if number in BASES or any(not number % base for base in BASES):
        return number in BASES
    odd, halvings = number - 1, 0
    while not odd % 2:
        odd, halvings = odd // 2, halvings + 1
    return all(_passes(base, number, odd, halvings) for base in BASES)


def _passes(base: int, number: int, odd: int, halvings: int) -> bool:
    power = pow(base, odd, number)
    if power in (1, number - 1):
        return True
    for _ in range(halvings - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False
