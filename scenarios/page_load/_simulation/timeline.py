"""What happens next: actions in the order of their times.  Pure; time is simulated."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

LONGEST_S = 600.0
"""No page takes longer; a simulation that goes on is a defect."""

Act = Callable[..., Any]


class Timeline:
    """Actions, each at its time; those of one time in the order in which they were asked for."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Act, tuple[Any, ...]]] = []
        self._asked = 0

    def at(self, time: float, act: Act, *arguments: Any) -> None:
        """Have `act(*arguments)` done at `time` in seconds, at once where that has passed."""
        self._asked += 1
        heapq.heappush(self._due, (max(time, self.now), self._asked, act, arguments))

    def run(self, is_over: Callable[[], bool]) -> float:
        """Go on until it is over; the time then.  RuntimeError where that never comes."""
        while not is_over():
            if not self._due or self.now > LONGEST_S:
                raise RuntimeError(f"nothing ends after {self.now:.3f} simulated seconds")
            self.now, _, act, arguments = heapq.heappop(self._due)
            act(*arguments)
        return self.now
