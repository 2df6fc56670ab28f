"""The rows of a trial under way, second by second: latency that rolls, outcomes, failures.  Pure.

For somebody who watches; what a report says is made of all rows, by other code.  Knows rows and
instants, not where rows come from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from msgspec import Struct

from bench.model.samples import FAILED, PENDING
from bench.stats.estimates import percentile

ROLL_S = 5
"""Seconds whose latencies are pooled for each point."""

SETTLED_NS = 1_000_000_000
"""Rows come in blocks, up to half a second late: a second is shown when it is this long over."""

LATE_S = 3
"""Latencies are kept this much longer than they are pooled, for rows that come later still."""

SECOND_NS = 1_000_000_000
MOST_POINTS = 900


class Point(Struct, frozen=True):
    """One second: what ended in it, and the latencies of the last `ROLL_S` seconds up to its end.

    `end_s` counts from t0 in s, latencies are in ms; None where so few samples carry no percentile.
    """

    end_s: int
    outcomes: int
    failed: int
    p50_ms: float | None
    p99_ms: float | None
    most_ms: float | None


@dataclass
class Second:
    """What ended in one second."""

    outcomes: int = 0
    failed: int = 0
    blocks: list[np.ndarray] = field(default_factory=list)


class Rolling:
    """The outcomes of one trial, by the second in which they ended.

    `operation` is the code of the outcome operation; `t0_ns` is where seconds are counted from.
    """

    def __init__(self, operation: int, t0_ns: int) -> None:
        self._operation, self._t0_ns = operation, t0_ns
        self._seconds: dict[int, Second] = {}
        self._made: dict[int, Point] = {}
        self._unseen: set[int] = set()

    def add(self, block: np.ndarray, *, follows: bool = True) -> None:
        """Add rows of `samples.DTYPE`.

        `follows` is False where rows before them were left out: then the second in which they
        begin is incomplete, and it is left out with all from the last one before.
        """
        mine = block[(block["operation"] == self._operation) & (block["outcome"] != PENDING)]
        if not len(mine):
            return
        ends = np.where(mine["done_ns"] > 0, mine["done_ns"], mine["intended_ns"])
        seconds = (ends - self._t0_ns) // SECOND_NS
        if not follows:
            first = int(seconds.min())
            self._unseen |= set(range(max(self._seconds, default=first), first + 1))
        for second in np.unique(seconds).tolist():
            self._add(second, mine[seconds == second])

    def _add(self, second: int, mine: np.ndarray) -> None:
        entry = self._seconds.setdefault(second, Second())
        well = mine[mine["outcome"] != FAILED]
        entry.outcomes += len(well)
        entry.failed += len(mine) - len(well)
        if second > max(self._seconds) - ROLL_S - LATE_S and len(well):
            # A row that took no time at all does not say since when it was due.
            known = well[well["done_ns"] != well["intended_ns"]]
            if len(known):
                entry.blocks.append((known["done_ns"] - known["intended_ns"]) / 1e6)
            for later in range(second, second + ROLL_S):
                self._made.pop(later, None)

    def points(self, now_ns: int) -> list[Point]:
        """All seconds that are over, those in which nothing ended included."""
        if not self._seconds:
            return []
        over = (now_ns - SETTLED_NS - self._t0_ns) // SECOND_NS
        first = max(min(self._seconds), over - MOST_POINTS)
        found = [self._point(one) for one in range(first, over) if one not in self._unseen]
        for second, entry in self._seconds.items():
            if second <= over - ROLL_S - LATE_S:
                entry.blocks = []
        return found

    def _point(self, second: int) -> Point:
        entry = self._seconds.get(second) or Second()
        made = self._made.get(second)
        if made is None or (made.outcomes, made.failed) != (entry.outcomes, entry.failed):
            made = self._made[second] = self._new_point(second, entry, made)
        return made

    def _new_point(self, second: int, entry: Second, before: Point | None) -> Point:
        if before is not None:  # late rows: counted, but the latencies are gone
            latencies = before.p50_ms, before.p99_ms, before.most_ms
        else:
            latencies = self._latencies(second)
        return Point(second + 1, entry.outcomes, entry.failed, *latencies)

    def _latencies(self, second: int) -> tuple[float | None, float | None, float | None]:
        pooled = [
            block
            for one in range(second - ROLL_S + 1, second + 1)
            for block in self._seconds.get(one, Second()).blocks
        ]
        if not pooled:
            return None, None, None
        values = np.concatenate(pooled)
        return (
            _carried(percentile(values, 0.5)),
            _carried(percentile(values, 0.99)),
            float(values.max()),
        )


def _carried(value: float) -> float | None:
    return None if math.isnan(value) else value
