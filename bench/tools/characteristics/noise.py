"""Trials as noisy as real ones: correlated with the one before, and one in ten disturbed.  Pure.

Knows no rule.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

CORRELATION = 0.3
DISTURBED = 0.1
FACTOR = 1.2


@dataclass(frozen=True)
class Noise:
    """Where trials come from: their scatter (log sd), and to which side disturbed ones are off.

    `slow` is 1 where a disturbed trial is 20 % above, -1 where it is as far below.
    """

    random: np.random.Generator
    spread: float
    slow: int = 1

    def trials(self, count: int) -> np.ndarray:
        """Factors of so many trials in their order; their median is (nearly) 1."""
        drawn = self.random.normal(size=count)
        logs = np.empty(count)
        logs[0] = drawn[0]
        for place in range(1, count):
            logs[place] = CORRELATION * logs[place - 1] + _REST * drawn[place]
        disturbed = self.random.random(count) < DISTURBED
        found: np.ndarray = np.exp(self.spread * logs + disturbed * self.slow * math.log(FACTOR))
        return found

    def endless(self) -> Iterator[float]:
        """The same, one after the other."""
        while True:
            yield from self.trials(50).tolist()


_REST = math.sqrt(1 - CORRELATION**2)
