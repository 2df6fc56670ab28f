"""What is produced in a trial, and when: known from the load and the seed before it begins.

The program acts by it and the laws reckon with it.  Pure: no clock; offsets in nanoseconds count
from the start of the warm-up.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from bench.model.load import Load
from bench.plan import arrivals
from scenarios.competing_consumers.load import EXPONENTIAL, CompetingLoad

SECOND_NS = arrivals.SECOND_NS


@dataclass(frozen=True)
class PlannedItem:
    """One item: when it is due, its key, its number among those of its key, what it takes."""

    due_ns: int
    key: int
    sequence: int
    seconds: float


def key_name(seed: int, key: int) -> str:
    """By which a broker or a producer finds the partition: others in each trial."""
    return f"{seed}.{key}"


def modulo_home(name: str, partitions: int) -> int:
    """The partition of a key by a hash modulo their number."""
    return zlib.crc32(name.encode()) % partitions


def length_ns(load: Load[CompetingLoad]) -> int:
    """Warm-up and window."""
    return round((load.window.warmup_s + load.window.duration_s) * SECOND_NS)


def added_ns(load: Load[CompetingLoad]) -> int:
    """When consumers are added: in the middle of the window."""
    return round((load.window.warmup_s + load.window.duration_s / 2) * SECOND_NS)


def items(load: Load[CompetingLoad], seed: int) -> Iterator[PlannedItem]:
    """All items until the window's end, in the order in which they are due."""
    own, end_ns = load.own, length_ns(load)
    chance = random.Random(f"{seed}/items")
    numbers: dict[int, int] = {}
    times = arrivals.poisson(own.item_rate_per_s, seed)
    for due_ns in takewhile(lambda due: due < end_ns, times):
        key = chance.randrange(own.keys)
        seconds = own.service_time_s
        if own.service == EXPONENTIAL:
            seconds *= chance.expovariate(1)
        sequence = numbers.get(key, 0)
        numbers[key] = sequence + 1
        yield PlannedItem(due_ns, key, sequence, round(seconds, 7))
