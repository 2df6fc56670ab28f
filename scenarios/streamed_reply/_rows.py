"""Which rows of a trial belong to what.  Pure."""

from __future__ import annotations

import numpy as np

from bench.analysis.trialdata import TrialData


def all_rows(data: TrialData, operation: str) -> np.ndarray:
    """All rows of one operation, of the warm-up too."""
    if operation not in data.operations:
        return data.rows[:0]
    found: np.ndarray = data.rows[data.rows["operation"] == data.operations.index(operation)]
    return found


def keys(rows: np.ndarray) -> np.ndarray:
    found: np.ndarray = rows["client"].astype(np.int64) * (1 << 40) + rows["sequence"]
    return found
