"""From the rows of outcomes and their pieces to the one outcome that a report shows.  Pure.

Rows with one client and sequence number belong together: when the outcome was asked for,
its pieces, and the connections opened for them.  Which operations these are, the
experiment says.  Knows no experiment, no file and no figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.analysis.shapes import Waterfall
from bench.analysis.trialdata import TrialData
from bench.model.experiment import Pieces

MOST_PIECES = 40
"""More bars than this cannot be distinguished in a panel: every second, third, ... is kept."""

NS_PER_MS = 1e6


@dataclass(frozen=True)
class PieceRows:
    """One trial's rows of outcomes (of the window), and those of pieces and connections.

    The latter in the order in which they were written: a connection's row follows that of
    the piece for which it was opened.
    """

    outcomes: np.ndarray
    parts: np.ndarray
    is_opening: np.ndarray

    @property
    def makespans_ns(self) -> np.ndarray:
        found: np.ndarray = self.outcomes["done_ns"] - self.outcomes["intended_ns"]
        return found


def piece_rows(data: TrialData, pieces: Pieces | None) -> PieceRows | None:
    """None where an outcome has no pieces."""
    if pieces is None or pieces.piece not in data.operations:
        return None
    # Not the window's only: its last outcome may ask for pieces after it.
    operation = data.rows["operation"]
    is_opening = np.zeros(len(operation), bool)
    if pieces.opening in data.operations:
        is_opening = operation == data.operations.index(pieces.opening)
    kept = is_opening | (operation == data.operations.index(pieces.piece))
    return PieceRows(data.outcomes, data.rows[kept], is_opening[kept])


def median_outcome(trials: Sequence[PieceRows]) -> Waterfall | None:
    """The outcome whose makespan is the median of all (of two in the middle the shorter)."""
    makespans = np.concatenate([one.makespans_ns for one in trials]) if trials else np.zeros(0)
    if not len(makespans):
        return None
    place = int(np.argsort(makespans, kind="stable")[(len(makespans) - 1) // 2])
    for one in trials:
        if place < len(one.outcomes):
            return _waterfall(one, one.outcomes[place], len(makespans))
        place -= len(one.outcomes)
    raise AssertionError("the place lies within one of the trials")


def _waterfall(trial: PieceRows, outcome: np.void, outcomes: int) -> Waterfall | None:
    of_outcome = (trial.parts["client"] == outcome["client"]) & (
        trial.parts["sequence"] == outcome["sequence"]
    )
    parts, is_opening = trial.parts[of_outcome], trial.is_opening[of_outcome]
    pieces = parts[~is_opening]
    if not len(pieces):
        return None
    ready_ns = _ready_ns(parts, is_opening)
    every = -(-len(pieces) // MOST_PIECES)
    order = np.argsort(pieces["intended_ns"], kind="stable")[::every]
    asked_ns = int(outcome["intended_ns"])

    def since_asked_ms(times_ns: np.ndarray) -> np.ndarray:
        found: np.ndarray = (times_ns[order] - asked_ns) / NS_PER_MS
        return found

    return Waterfall(
        since_asked_ms(pieces["intended_ns"]),
        since_asked_ms(ready_ns),
        since_asked_ms(pieces["sent_ns"]),
        since_asked_ms(pieces["first_byte_ns"]),
        since_asked_ms(pieces["done_ns"]),
        makespan_ms=float(outcome["done_ns"] - asked_ns) / NS_PER_MS,
        pieces=len(pieces),
        every=every,
        connections=int(np.count_nonzero(is_opening)),
        outcomes=outcomes,
    )


def _ready_ns(parts: np.ndarray, is_opening: np.ndarray) -> np.ndarray:
    """When the connection opened for each piece was ready; as asked where none was."""
    ready: np.ndarray = parts["intended_ns"][~is_opening]
    before = np.cumsum(~is_opening)[is_opening] - 1
    known = before >= 0
    ready[before[known]] = parts["done_ns"][is_opening][known]
    return ready
