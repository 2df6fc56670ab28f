"""Which of a trial's requests are good, and which were due during its faults.  Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples

SETTLED_NS = 1_000_000_000
"""So long after a fault nothing is taken for normal yet."""

BACK = 0.95
"""Of the requests of STEP_NS so many are good again: the chain has recovered."""

STEP_NS = 200_000_000


def good(data: TrialData, rows: np.ndarray) -> np.ndarray:
    """Which requests were answered in time."""
    within_ns = float(data.load.get("good_within_s", math.inf)) * 1e9
    found: np.ndarray = (rows["outcome"] == samples.OK) & (
        difference_ns(rows, "done_ns", "intended_ns") <= within_ns
    )
    return found


def requests_of(data: TrialData) -> np.ndarray:
    return data.select(data.outcome_operation)


def spans(data: TrialData) -> list[tuple[int, int]]:
    """When faults lasted, as instants."""
    return [
        (data.t0_ns + one.began_ns, data.t0_ns + one.ended_ns)
        for one in data.faults
        if one.began_ns is not None and one.ended_ns is not None
    ]


def in_faults(data: TrialData, rows: np.ndarray) -> np.ndarray:
    """Which rows were due while a fault lasted."""
    return _within(rows, spans(data))


def undisturbed(data: TrialData, rows: np.ndarray) -> np.ndarray:
    """Which rows were due while no fault lasted, nor had for a while."""
    return ~_within(rows, [(begin, end + SETTLED_NS) for begin, end in spans(data)])


def _within(rows: np.ndarray, found: Sequence[tuple[int, int]]) -> np.ndarray:
    due = rows["intended_ns"]
    within = np.zeros(len(rows), bool)
    for begin, end in found:
        within |= (due >= begin) & (due < end)
    return within


def recoveries_ns(data: TrialData) -> Iterator[float]:
    """For each fault how long after its end requests are good again; NaN where they never are."""
    rows = requests_of(data)
    is_good = good(data, rows)
    found = spans(data)
    for place, (_, end) in enumerate(found):
        last = found[place + 1][0] if place + 1 < len(found) else data.t1_ns
        steps = range(end, last - STEP_NS + 1, STEP_NS // 4)
        yield next(
            (
                float(step - end)
                for step in steps
                if len(then := is_good[_within(rows, [(step, step + STEP_NS)])])
                and then.mean() >= BACK
            ),
            math.nan,
        )
