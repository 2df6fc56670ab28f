"""What its metrics read: rows of the whole trial, and how counters grew.  Pure.

Counts are of the whole trial, from the first call of the clients to the last: only then do those of
several processes speak of the same calls.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.metric import Counts

NEAR, FAR = "client_sidecar", "server_sidecar"
PLAIN, MESH, THERE, APPLICATION = "http1", "mesh", "there", "application"
"""Names of targets/_sidecars.py."""

REPLACING = ("replace", "move")

NS_PER_MS, NS_PER_S = 1e6, 1e9


def rows_of(data: TrialData, operation: str) -> np.ndarray:
    """All rows of one operation."""
    if operation not in data.operations:
        return data.rows[:0]
    found: np.ndarray = data.rows[data.rows["operation"] == data.operations.index(operation)]
    return found


def calls(data: TrialData) -> np.ndarray:
    return rows_of(data, "call")


def answered(data: TrialData) -> np.ndarray:
    rows = calls(data)
    found: np.ndarray = rows[rows["outcome"] == samples.OK]
    return found


def failed(data: TrialData) -> np.ndarray:
    rows = calls(data)
    found: np.ndarray = rows[rows["outcome"] == samples.FAILED]
    return found


def change(data: TrialData, counter: str) -> float:
    """Growth of a counter of a server's own; NaN where it has none."""
    end, start = data.counted.get("end", {}), data.counted.get("idle", {})
    return end[counter] - start.get(counter, 0.0) if counter in end else math.nan


def grown(
    data: TrialData, find: Callable[..., float], counter: str, proxy: str, name: str
) -> float:
    """Growth of a counter of a proxy; 0 where the proxy does not count such a thing."""
    marks = (data.counted.get(mark, {}) for mark in ("end", "idle"))
    end, start = (find(counts, counter, proxy, name) for counts in marks)
    return (0.0 if math.isnan(end) else end) - (0.0 if math.isnan(start) else start)


def has_sidecars(data: TrialData) -> bool:
    return any(name.startswith(f"{NEAR}.") for name in data.counted.get("end", {}))


def of_calls(data: TrialData, hits: float | np.integer) -> Counts | None:
    total = len(calls(data))
    return Counts(min(max(float(hits), 0.0), total), float(total), "share") if total else None


def pairs(rows: np.ndarray) -> np.ndarray:
    """One number for each (client, sequence)."""
    found: np.ndarray = rows["client"].astype(np.int64) * (1 << 40) + rows["sequence"]
    return found
