"""What a further delivery costs: the slope over intervals, without the idle cost."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured import compute
from unit_builders import MS, data, reading, row, table

from bench.analysis.trialdata import TrialData


def metered(delivered: list[int], cpu_us: list[float]) -> TrialData:
    """So many deliveries in each of the window's intervals, and the server's CPU in it."""
    rows = [
        row(done_ns=interval * 100 * MS + 50 * MS)
        for interval, count in enumerate(delivered)
        for _ in range(count)
    ]
    spent = np.concatenate([[0], np.cumsum(cpu_us)]) * 1000
    series = [reading(n * 100 * MS, int(cpu)) for n, cpu in enumerate(spent)]
    return data(table(rows), series={"server": series})


@given(st.lists(st.integers(0, 9), min_size=10, max_size=10), st.floats(0, 1000), st.floats(1, 50))
def test_the_cost_of_a_further_delivery_leaves_out_the_idle_cost(
    delivered: list[int], idle_us: float, each_us: float
) -> None:
    found = metered(delivered, [idle_us + each_us * count for count in delivered])
    value = compute(found, ["server_marginal_cpu_us"])["server_marginal_cpu_us"]
    if np.std(delivered) <= 0.25 * np.mean(delivered):  # too even: noise would decide
        assert math.isnan(value)
    else:
        assert value == pytest.approx(each_us, rel=1e-2)


def test_the_cost_of_a_further_delivery_is_the_least_squares_slope() -> None:
    chance = np.random.default_rng(3)
    delivered = chance.integers(0, 30, 20)
    cpu_us = 100 + 7 * delivered + chance.normal(0, 20, 20).round()
    found = metered(delivered.tolist(), cpu_us.tolist())
    slope = np.polyfit(delivered, cpu_us, 1)[0]
    assert compute(found, ["server_marginal_cpu_us"])["server_marginal_cpu_us"] == pytest.approx(
        slope, rel=1e-9
    )


@pytest.mark.parametrize(("intervals", "known"), [(9, False), (10, True)])
def test_a_slope_needs_ten_intervals(intervals: int, known: bool) -> None:
    delivered = list(range(intervals))
    value = compute(metered(delivered, [5.0 * n for n in delivered]), ["server_marginal_cpu_us"])
    assert value == {"server_marginal_cpu_us": pytest.approx(5 if known else math.nan, nan_ok=True)}
