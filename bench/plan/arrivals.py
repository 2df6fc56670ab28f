"""When things are meant to happen: arrival schedules.  Pure: no clock here.

Every schedule is an endless or finite iterator of offsets in nanoseconds from
its start, never falling, and is the same for the same seed.
"""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bench.model.errors import UsageError

SECOND_NS = 1_000_000_000


def constant(rate_per_s: float) -> Iterator[int]:
    """Evenly spaced: 0, 1/rate, 2/rate, ...  The k-th carries no error of the others."""
    count = 0
    while True:
        yield int(count * SECOND_NS / rate_per_s)
        count += 1


def poisson(rate_per_s: float, seed: int) -> Iterator[int]:
    """Independent exponential gaps with mean 1/rate."""
    chance = random.Random(seed)
    offset = 0.0
    while True:
        offset += chance.expovariate(rate_per_s)
        yield int(offset * SECOND_NS)


@dataclass(frozen=True)
class TracePoint:
    """One line of a recorded trace: offset from its start, and payload size."""

    offset_ns: int
    size_bytes: int


def read_trace(lines: Iterable[str], name: str) -> list[TracePoint]:
    """Parse a CSV with columns `time_s,size_bytes` (a header line is optional).

    Raises UsageError with the line number where time falls or is not a number.
    """
    points: list[TracePoint] = []
    header_possible = True
    for number, row in enumerate(csv.reader(lines), start=1):
        if not row or row[0].lstrip().startswith("#"):
            continue
        may_be_header, header_possible = header_possible, False
        try:
            offset, size = float(row[0]), int(row[1])
            if not math.isfinite(offset):
                raise ValueError(row[0])
        except (ValueError, IndexError):
            if may_be_header and not _is_number(row[0]):
                continue
            raise UsageError(
                f"{name} line {number}: {','.join(row)!r} is not `seconds,bytes`; "
                "write e.g. `0.25,120`"
            ) from None
        if offset < 0 or size < 0 or (points and offset * SECOND_NS < points[-1].offset_ns):
            raise UsageError(
                f"{name} line {number}: {row[0]},{row[1]} is negative or earlier than the "
                "line before; sort the trace by time"
            )
        points.append(TracePoint(int(offset * SECOND_NS), size))
    if not points:
        raise UsageError(f"{name}: the trace is empty; each line is `seconds,bytes`")
    return points


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def ticks(interval_ns: int, phase_ns: int) -> Iterator[int]:
    """A fixed-rate timer: phase, phase + T, phase + 2T, ..."""
    offset = phase_ns
    while True:
        yield offset
        offset += interval_ns


def bursts(size: int, interval_ns: int) -> Iterator[int]:
    """So many at once at T, as many at 2T, ...: the first burst comes after one interval, too."""
    due_ns = interval_ns
    while True:
        for _ in range(size):
            yield due_ns
        due_ns += interval_ns
