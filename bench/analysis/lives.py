"""From the rows of outcomes to what became of the first ones until they were known.  Pure.

Which operations are the work and the absences, the experiment says.  Knows no experiment, no file
and no figure.
"""

from __future__ import annotations

import numpy as np

from bench.analysis.shapes import Lives
from bench.analysis.trialdata import TrialData
from bench.model.experiment import Life
from bench.model.samples import OK

MOST_OUTCOMES = 24
"""More bars cannot be distinguished in a panel."""


def lives_of(data: TrialData, life: Life | None) -> Lives | None:
    """The first outcomes that were begun in the window; None where there are none."""
    if life is None or life.work not in data.operations:
        return None
    begun = data.select(data.outcome_operation)
    shown = begun[np.argsort(begun["intended_ns"], kind="stable")][:MOST_OUTCOMES]
    if not len(shown):
        return None
    is_lost = shown["outcome"] != OK
    has_reply = shown["first_byte_ns"] > 0
    acknowledged = np.where(has_reply, _since_ms(shown, shown["first_byte_ns"]), np.nan)
    begun_ms, finished_ms = _worked(data, shown, life.work)
    away_of, away_ms, back_ms = _away(data, shown, life.absence)
    return Lives(
        acknowledged,
        begun_ms,
        finished_ms,
        _since_ms(shown, shown["done_ns"]),
        is_lost,
        away_of,
        away_ms,
        back_ms,
    )


def _since_ms(shown: np.ndarray, times_ns: np.ndarray) -> np.ndarray:
    found: np.ndarray = (times_ns - shown["intended_ns"]) / 1e6
    return found


def _rows(data: TrialData, operation: str) -> np.ndarray:
    if operation not in data.operations:
        return data.rows[:0]
    found: np.ndarray = data.rows[data.rows["operation"] == data.operations.index(operation)]
    return found


def _worked(data: TrialData, shown: np.ndarray, operation: str) -> tuple[np.ndarray, np.ndarray]:
    """When the work for each began and ended; NaN where nobody knows."""
    rows = _rows(data, operation)
    known = {(int(row["client"]), int(row["sequence"])): row for row in rows}
    found = np.full((2, len(shown)), np.nan)
    for at, one in enumerate(shown):
        row = known.get((int(one["client"]), int(one["sequence"])))
        if row is not None:
            times = (int(row[name]) - int(one["intended_ns"]) for name in ("sent_ns", "done_ns"))
            found[:, at] = [ns / 1e6 for ns in times]
    return found[0], found[1]


def _away(
    data: TrialData, shown: np.ndarray, operation: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Absences that began while an outcome was awaited."""
    rows = _rows(data, operation)
    found = [
        (at, row["sent_ns"] - one["intended_ns"], row["done_ns"] - one["intended_ns"])
        for at, one in enumerate(shown)
        for row in rows[rows["client"] == one["client"]]
        if one["intended_ns"] < row["sent_ns"] <= one["done_ns"]
    ]
    table = np.array(found, np.float64).reshape(-1, 3)
    return table[:, 0].astype(np.int64), table[:, 1] / 1e6, table[:, 2] / 1e6
