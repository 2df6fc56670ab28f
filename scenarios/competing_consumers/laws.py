"""Closed-form predictions for `competing_consumers`.  Pure: numbers in, number out.

Symbols: c consumers, S what an item takes one, g the gap until it has the next, K keys, a
consumers added.  Times in seconds.
"""

from __future__ import annotations

import math

from bench.stats import queues

# --- RR-2: how much, and how long -----------------------------------------------------------


def capacity(consumers: int, service_s: float, gap_s: float) -> float:
    """RR-2's bound: c/(S + g): consumers that never lack work."""
    return consumers / (service_s + gap_s)


def shared_wait(rate: float, service_s: float, consumers: int) -> float:
    """RR-2: C(c, a) S/(c - a), Erlang C: one queue for all consumers (M/M/c)."""
    return queues.mean_wait(rate, service_s, consumers)


def partitioned_wait(rate: float, service_s: float, consumers: int) -> float:
    """RR-2 for c queues with one consumer each, and a c-th of the items (c times M/M/1)."""
    return queues.mean_wait(rate / consumers, service_s, 1)


# --- ORDER-1: what becomes of the order within a key -----------------------------------------


def overlapped_exponential(consumers: int, keys: int) -> float:
    """ORDER-1: (q/K)/(1 - (1 - 1/K) q), q = 1 - 1/c: an item begins before its predecessor ends.

    Each time a consumer is free, in one of c cases it is the predecessor's; until the item is
    first in the line, a geometric number of others goes before it.
    """
    still = 1 - 1 / consumers
    return still / keys / (1 - (1 - 1 / keys) * still)


def overtaken_exponential(consumers: int, keys: int) -> float:
    """ORDER-1: half of those that overlap: either may end first, as they have no memory."""
    return overlapped_exponential(consumers, keys) / 2


# --- ST-1: keys that move -------------------------------------------------------------------------


def moved_consistent(partitions: int, added: int) -> float:
    """ST-1: a/(c + a): only the new partitions get keys."""
    return added / (partitions + added)


def moved_modulo(partitions: int, added: int) -> float:
    """ST-1: 1 - c/lcm(c, c + a): keys whose hash has the same rest for both numbers stay."""
    return 1 - partitions / math.lcm(partitions, partitions + added)
