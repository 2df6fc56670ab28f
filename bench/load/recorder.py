"""Samples in memory, counted as they are made, given away in blocks.

Everything here runs on the engine's thread, except where it says otherwise.
Knows the row's layout and nothing of what an operation means.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.model.samples import DTYPE, FAILED, PACK, rows


class Recorder:
    """The rows of one load process.  `counts[code]` counts operations apart from the rows."""

    __slots__ = ("_buffer", "counts", "operations")

    def __init__(self, operations: Sequence[str]) -> None:
        self.operations = list(operations)
        self.counts = [0] * len(self.operations)
        self._buffer = bytearray()

    def code(self, operation: str) -> int:
        return self.operations.index(operation)

    def add(
        self,
        operation: int,
        outcome: int,
        client: int,
        sequence: int,
        intended_ns: int,
        sent_ns: int,
        first_byte_ns: int,
        done_ns: int,
        bytes_up: int,
        bytes_down: int,
    ) -> None:
        """Record one operation (positional: this is the hot path)."""
        self.counts[operation] += 1
        self._buffer += PACK(
            operation,
            outcome,
            0,
            client,
            sequence,
            intended_ns,
            sent_ns,
            first_byte_ns,
            done_ns,
            bytes_up,
            bytes_down,
        )

    @property
    def counted(self) -> int:
        return sum(self.counts)

    def take(self) -> bytearray:
        """Give away the rows so far and go on with an empty buffer."""
        block, self._buffer = self._buffer, bytearray()
        return block


class Histogram:
    """What Locust's statistics want to know of one operation's rows in a block."""

    def __init__(self, block: np.ndarray) -> None:
        milliseconds = np.maximum(0, block["done_ns"] - block["intended_ns"]) / 1e6
        self.count = len(block)
        self.failures = int(np.count_nonzero(block["outcome"] == FAILED))
        self.total_ms = float(milliseconds.sum())
        self.least_ms = float(milliseconds.min())
        self.most_ms = float(milliseconds.max())
        self.bytes = int(block["bytes_down"].sum())
        values, counts = np.unique(np.round(milliseconds), return_counts=True)
        self.buckets = dict(zip(values.astype(int).tolist(), counts.tolist(), strict=True))


def histograms(block: bytes | bytearray, operations: Sequence[str]) -> dict[str, Histogram]:
    """A block's rows by operation; may run on any thread."""
    all_rows = rows(block)
    found = {}
    for code, name in enumerate(operations):
        chosen = all_rows[all_rows["operation"] == code]
        if len(chosen):
            found[name] = Histogram(chosen)
    return found


def recent_ms(block: bytes | bytearray, code: int) -> list[float]:
    """p50 and p99 of a block's latencies of one operation, for the progress line."""
    chosen = rows(block)
    chosen = chosen[chosen["operation"] == code]
    if not len(chosen):
        return []
    values = (chosen["done_ns"] - chosen["intended_ns"]) / 1e6
    return [float(value) for value in np.percentile(values, [50, 99])]


assert DTYPE.itemsize == len(PACK(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
