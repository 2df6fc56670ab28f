"""Samples in memory, counted as they are made, given away in blocks.  Pure.

For whoever performs operations: a load process, or a part that is the caller.
Knows the row's layout and nothing of what an operation means.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bench.model.samples import DTYPE, OK, PACK

TICK = "tick"
TICK_NS = 10_000_000


class Recorder:
    """The rows of one process.  `counts[code]` counts operations apart from the rows."""

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


async def record_ticks(
    recorder: Recorder,
    until: Callable[[int], Awaitable[None]],
    now_ns: Callable[[], int],
    start_ns: int,
    end_ns: int,
) -> None:
    """A timer every 10 ms, on the loop that runs this: how late the loop comes to it is its lag.

    `until(instant)` returns at an instant of the clock `now_ns`, or later.
    """
    code = recorder.code(TICK)
    for sequence, due_ns in enumerate(range(start_ns, end_ns, TICK_NS)):
        await until(due_ns)
        now = now_ns()
        recorder.add(code, OK, 0, sequence, due_ns, due_ns, now, now, 0, 0)


assert DTYPE.itemsize == len(PACK(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
