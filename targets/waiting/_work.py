"""Useful work in equal units: what a program could do while it waits.

Knows nothing of waiting.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping

Unit = Callable[[], object]

ROUNDS = 1500
BLOCK = bytes(100_000)
TRIES = 40


def python_unit() -> int:
    """A loop in Python: it holds the interpreter's lock."""
    total = 0
    for number in range(ROUNDS):
        total = (total * 31 + number) & 0xFFFF
    return total


def hash_unit() -> bytes:
    """A hash of a block: its C code lets go of the interpreter's lock."""
    return hashlib.sha256(BLOCK).digest()


UNITS: Mapping[str, Unit | None] = {"none": None, "python": python_unit, "hash": hash_unit}


def cost_ns(unit: Unit) -> int:
    """CPU time of one unit where nothing else is done: the least of some."""
    return min(_once_ns(unit) for _ in range(TRIES))


def _once_ns(unit: Unit) -> int:
    began_ns = time.thread_time_ns()
    unit()
    return time.thread_time_ns() - began_ns
