"""What is simulated: a rule, a situation, and what may come of it.  Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bench.tools.characteristics.noise import Noise

Truth = Literal["true", "edge", "false", "interval"]

Outcome = Literal["yes", "no", "open"]
"""For a verdict: confirmed, refuted (or depends), not settled.  For an interval: it lies wholly
above the truth, wholly below, or holds it."""

SPREADS = (0.02, 0.05, 0.15)
REPEATS = (6, 10, 20)

BOUND = 0.05
"""The most that a verdict at the edge may be wrong, to either side."""


@dataclass(frozen=True)
class Case:
    """One rule in one situation.

    `truth` says whether its statement is true there, false, or exactly at its edge, where both
    "yes" and "no" are wrong; "interval" means that the rule gives an interval.  `scatters` is
    False where the noise of trials plays no part.  `bound` is the most that "yes" or "no" may be
    at the edge, or both together where `together`.  `runs` is how many are simulated for each
    spread, number of repeats and side of the disturbance.
    """

    rule: str
    situation: str
    truth: Truth
    once: Callable[[Noise, int], Outcome]
    scatters: bool = True
    repeats: tuple[int, ...] = REPEATS
    bound: float = BOUND
    together: bool = False
    runs: int = 400

    @property
    def name(self) -> str:
        return f"{self.rule}: {self.situation}"

    @property
    def spreads(self) -> tuple[float, ...]:
        return SPREADS if self.scatters else (0.0,)

    @property
    def sides(self) -> tuple[int, ...]:
        """Disturbed to both sides at an edge: one of them is the worse."""
        return (1, -1) if self.scatters and self.truth in ("edge", "interval") else (1,)

    @property
    def is_bounded(self) -> bool:
        return self.truth in ("edge", "interval")


def of_verdict(verdict: str) -> Outcome:
    if verdict == "confirmed":
        return "yes"
    return "no" if verdict in ("refuted", "depends") else "open"


def of_interval(low: float, high: float, truth: float) -> Outcome:
    """On which side of the truth an interval lies; no interval at all says nothing wrong."""
    if low > truth:
        return "yes"
    return "no" if high < truth else "open"
