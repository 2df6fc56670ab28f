"""Which queries found a connection of the pool free, and which of them waited.  Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples
from bench.model.metric import Counts

WAITED_NS = 200_000
"""To get a connection that is free takes tens of microseconds, as long as the core is free."""


@dataclass(frozen=True)
class Found:
    """The window's queries, one entry each: whether all connections were taken, and the wait."""

    all_taken: np.ndarray
    waited: np.ndarray


def found(data: TrialData) -> Found | None:
    """What each query of the window found; None where queries do not share a pool.

    A query finds all taken where at least as many as the pool's connections are before it: they
    have asked for one and not given it back.
    """
    size, opened = int(data.load.get("pool_size", 0)), "database_connections_opened"
    if not size or not {"wait", "hold"} <= {*data.operations}:
        return None
    if data.counted.get("end", {}).get(opened, 0.0) > size:
        return None
    asked, back = (np.sort(_all(data, name)[time]) for name, time in _ENDS)
    waits = data.select("wait")
    at = waits["intended_ns"]
    before = np.searchsorted(asked, at, "left") - np.searchsorted(back, at, "right")
    return Found(before >= size, difference_ns(waits, "done_ns", "intended_ns") > WAITED_NS)


_ENDS = (("wait", "intended_ns"), ("hold", "done_ns"))


def _all(data: TrialData, operation: str) -> np.ndarray:
    """An operation's rows, those outside the window too."""
    rows = data.rows[data.rows["operation"] == data.operations.index(operation)]
    good: np.ndarray = rows[rows["outcome"] == samples.OK]
    return good


def share_that_waited(data: TrialData, all_taken: bool) -> Counts | None:
    """How many waited of the queries that found all taken, or of the others."""
    seen = found(data)
    if seen is None:
        return None
    chosen = seen.all_taken == all_taken
    return Counts(float(np.count_nonzero(chosen & seen.waited)), float(chosen.sum()), "share")
