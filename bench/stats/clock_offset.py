"""How far another host's clock is from this one's, from round trips between them.  Pure.

An answer is heard no earlier than it was sent, and so is a question.  Each round trip therefore
bounds the offset from both sides, whatever the delays are and however unlike those of the two
ways: no symmetry is taken for granted.  Clocks drift, so the bounds are those of a line over time.

The estimate is the middle of what the bounds allow, its uncertainty is half their distance.
Knows nothing of how a round trip is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

SECOND_NS = 1_000_000_000
BIN_NS = SECOND_NS
"""Of all round trips of so long a time only the quickest of each way count (minimum filter)."""

REACH_NS = 30 * SECOND_NS
"""How far from an instant round trips still count: drift is a line for so long."""

MOST_DRIFT_NS_PER_S = 500_000.0
"""500 ppm: the most by which a kernel slews a clock; crystals are within 100."""


@dataclass(frozen=True)
class RoundTrip:
    """A question and its answer.

    `sent_ns` and `received_ns` are instants of the clock of who asks, `heard_ns` and
    `answered_ns` of the clock of who answers.
    """

    sent_ns: int
    heard_ns: int
    answered_ns: int
    received_ns: int

    @property
    def delay_ns(self) -> int:
        """Time under way, both ways together."""
        return (self.received_ns - self.sent_ns) - (self.answered_ns - self.heard_ns)


@dataclass(frozen=True)
class ClockOffset:
    """What must be added to the asker's clock at an instant to have the answerer's.

    The true offset is within `uncertainty_ns` of `offset_ns`, as long as both clocks ran evenly.
    `misfit_ns` is how far they did not: by so much the bounds contradict a line, and the
    uncertainty has it in it.
    """

    offset_ns: int
    uncertainty_ns: int
    misfit_ns: int

    @property
    def low_ns(self) -> int:
        return self.offset_ns - self.uncertainty_ns

    @property
    def high_ns(self) -> int:
        return self.offset_ns + self.uncertainty_ns


@dataclass(frozen=True)
class AppliedOffset:
    """An offset that was added to a clock, from an instant of that clock on."""

    since_ns: int
    offset_ns: int


def quickest(trips: Iterable[RoundTrip], bin_ns: int = BIN_NS) -> list[RoundTrip]:
    """Of each span of time the trip with the quickest way there, and the one back.

    Delays only widen bounds, so the others add next to nothing.
    """
    there: dict[int, RoundTrip] = {}
    back: dict[int, RoundTrip] = {}
    for trip in trips:
        span = trip.sent_ns // bin_ns
        if span not in there or _upper(trip) < _upper(there[span]):
            there[span] = trip
        if span not in back or _lower(trip) > _lower(back[span]):
            back[span] = trip
    return list(dict.fromkeys(one for span in there for one in (there[span], back[span])))


def _upper(trip: RoundTrip) -> int:
    """The offset is at most this: the question was heard after it was sent."""
    return trip.heard_ns - trip.sent_ns


def _lower(trip: RoundTrip) -> int:
    """The offset is at least this: the answer came after it was sent."""
    return trip.answered_ns - trip.received_ns


def offset_at(trips: Sequence[RoundTrip], at_ns: int, reach_ns: int = REACH_NS) -> ClockOffset:
    """The offset at an instant of the asker's clock, from the trips near it; ValueError for none.

    Those of at most `reach_ns` before and after count; where there is none, all do.
    """
    lines = _lines(trips, at_ns, reach_ns)
    low, high = lines.lowest(), lines.highest()
    half = (high - low) / 2
    return ClockOffset(
        lines.base_ns + round((low + high) / 2),
        int(np.ceil(half)) + 1,
        round(lines.misfit),
    )


def drift_ppm(trips: Sequence[RoundTrip], at_ns: int, reach_ns: int = REACH_NS) -> float:
    """How fast the offset grows around an instant: the middle of what the bounds allow."""
    return _lines(trips, at_ns, reach_ns).drift() / 1e3


def _lines(trips: Sequence[RoundTrip], at_ns: int, reach_ns: int) -> _Lines:
    near = [one for one in trips if abs(one.sent_ns - at_ns) <= reach_ns] or list(trips)
    if not near:
        raise ValueError("no round trip, so nothing is known of the offset")
    return _Lines(quickest(near), at_ns)


class _Lines:
    """All lines offset = a + b t that the bounds allow, t in seconds from an instant.

    Where they allow none, each bound gives way by the least that makes one possible.
    """

    def __init__(self, trips: Sequence[RoundTrip], at_ns: int) -> None:
        self.base_ns = _upper(trips[0])
        upper_at = np.array([trip.sent_ns - at_ns for trip in trips]) / SECOND_NS
        lower_at = np.array([trip.received_ns - at_ns for trip in trips]) / SECOND_NS
        upper = np.array([_upper(trip) - self.base_ns for trip in trips], float)
        lower = np.array([_lower(trip) - self.base_ns for trip in trips], float)
        ones = np.ones(len(trips))
        # Each row: coefficients of a, b and the misfit.
        self._left = np.vstack(
            [np.column_stack([ones, upper_at, -ones]), np.column_stack([-ones, -lower_at, -ones])]
        )
        self._right = np.concatenate([upper, -lower])
        self.misfit = 0.0
        self.misfit = max(0.0, self._least((0.0, 0.0, 1.0), None)[2])

    def _least(self, weights: tuple[float, float, float], most_misfit: float | None) -> np.ndarray:
        """a, b and the misfit for the least weighted sum of the three."""
        drift = (-MOST_DRIFT_NS_PER_S, MOST_DRIFT_NS_PER_S)
        found = linprog(
            weights,
            self._left,
            self._right,
            bounds=[(None, None), drift, (0.0, most_misfit)],
        )
        if found.x is None:
            raise ValueError(f"the bounds of an offset cannot be met: {found.message}")
        return np.asarray(found.x)

    def _allowed(self, weights: tuple[float, float, float]) -> np.ndarray:
        # A nanosecond more than the least misfit: what is just possible may not be found.
        return self._least(weights, self.misfit + 1.0)

    def lowest(self) -> float:
        """The least offset at the instant."""
        return float(self._allowed((1.0, 0.0, 0.0))[0]) - self.misfit

    def highest(self) -> float:
        return float(self._allowed((-1.0, 0.0, 0.0))[0]) + self.misfit

    def drift(self) -> float:
        """The middle of the slopes that are possible, in ns per second."""
        return float(self._allowed((0.0, 1.0, 0.0))[1] + self._allowed((0.0, -1.0, 0.0))[1]) / 2


def greatest_error_ns(
    applied: Sequence[AppliedOffset],
    trips: Sequence[RoundTrip],
    begin_ns: int,
    end_ns: int,
    estimate: Callable[[Sequence[RoundTrip], int], ClockOffset] = offset_at,
) -> int:
    """By how much a clock with those offsets added may be off between two of its instants.

    It is judged afterwards, with round trips from before and after each instant.  Between two
    steps bounds and offset are straight or bend outwards, so the ends of the steps decide.
    """
    if not applied:
        raise ValueError("no offset was applied, so there is no error to bound")
    ends = [one.since_ns for one in applied[1:]] + [max(end_ns, applied[-1].since_ns)]
    worst = 0
    for step, until_ns in zip(applied, ends, strict=True):
        first, last = max(step.since_ns, begin_ns), min(until_ns, end_ns)
        for at_ns in {first, last} if first <= last else ():
            known = estimate(trips, at_ns)
            worst = max(worst, step.offset_ns - known.low_ns, known.high_ns - step.offset_ns)
    return worst
