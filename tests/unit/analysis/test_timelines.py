"""Latency over the window: steps, medians, and what is not there."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from unit_builders import MS, SECOND, data, row, table

from bench.analysis.timelines import MOST_STEPS, timeline_of


def rows_of(*entries: tuple[int, int]) -> np.ndarray:
    """Deliveries as (intended_ns, latency in ns)."""
    return table(
        row(sequence=number, intended_ns=when, done_ns=when + late)
        for number, (when, late) in enumerate(entries)
    )


def test_a_step_has_its_median_and_its_greatest() -> None:
    early = [(5, 3 * MS), (6, MS), (7, 2 * MS)]
    found = timeline_of(data(rows_of(*early, (SECOND - 1, 9 * MS))))
    assert found is not None
    assert found.time_s.tolist() == [0.5 / MOST_STEPS, (MOST_STEPS - 0.5) / MOST_STEPS]
    assert found.median_ms.tolist() == [2.0, 9.0]
    assert found.greatest_ms.tolist() == [3.0, 9.0]


def test_nothing_has_no_timeline() -> None:
    assert timeline_of(data()) is None
    assert timeline_of(data(rows_of((-5, MS)))) is None  # before the window


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, SECOND - 1), st.integers(0, 10**9)), min_size=1))
def test_nothing_is_lost_and_order_holds(entries: list[tuple[int, int]]) -> None:
    found = timeline_of(data(rows_of(*entries)))
    assert found is not None
    assert len(found.time_s) <= MOST_STEPS
    assert (np.diff(found.time_s) > 0).all()
    assert (found.median_ms <= found.greatest_ms).all()
    assert found.greatest_ms.max() == max(late for _, late in entries) / MS
