"""What the backend spends while nobody asks and nothing is delivered.  Pure.

Known only where the window has such times: the meters' intervals in which nothing was sent or
done, nor in the one before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bench.analysis.trialdata import TrialData
from bench.model.readings import Reading
from bench.model.samples import COMMON_OPERATIONS

FEWEST = 5
"""Quiet intervals below which nothing is said."""

HARNESS = COMMON_OPERATIONS
"""Operations that are no work for the backend while it is measured."""


def idle_cpu_us_per_s(data: TrialData, roles: Sequence[str]) -> float:
    """CPU time per second of the roles together in quiet intervals; NaN where there are too few."""
    return sum((_of_role(data, data.series.get(role, ())) for role in roles), 0.0)


def _of_role(data: TrialData, readings: Sequence[Reading]) -> float:
    if len(readings) < 2:
        return math.nan
    times = np.array([reading.time_ns for reading in readings])
    spent = np.diff(np.array([reading.cpu_ns for reading in readings])) / np.diff(times)
    quiet = ~_busy(data, times)
    return float(np.median(spent[quiet])) * 1e6 if quiet.sum() >= FEWEST else math.nan


def _busy(data: TrialData, times: np.ndarray) -> np.ndarray:
    """Which intervals, or the ones before them, had work; the first follows on something unseen."""
    codes = [n for n, name in enumerate(data.operations) if name not in HARNESS]
    is_work = np.isin(data.rows["operation"], codes)
    # Two columns of millions of rows, not the rows.
    sent, done = (data.rows[name][is_work] for name in ("sent_ns", "done_ns"))
    seen = sum(np.histogram(column, bins=times)[0] for column in (sent, done))
    if not len(data.events):  # an outcome that clients make is work from its beginning to its end
        begun, ended = (np.searchsorted(np.sort(column), times) for column in (sent, done))
        seen = seen + (begun - ended)[:-1]
    busy = np.asarray(seen > 0)
    busy[1:] |= busy[:-1].copy()
    busy[0] = True
    return busy
