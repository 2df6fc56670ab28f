"""Curves of costs against numpy, and against a machine whose cores fall asleep between messages."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.model.law import NoValue
from scenarios.notifications._advice_curves import between, dearer, through

POINTS = [(5.0, 3000.0), (20.0, 8000.0), (100.0, 30_000.0)]


@given(st.floats(5.0, 100.0), st.permutations(POINTS))
def test_between_points_it_is_numpys_line(rate: float, points: list[tuple[float, float]]) -> None:
    rates, costs = zip(*POINTS, strict=True)
    assert through(points, rate) == pytest.approx(np.interp(rate, rates, costs))


@pytest.mark.parametrize(
    ("rate", "cost"), [(0.0, 3000 - 5000 / 3), (2.0, 2000.0), (200.0, 57_500.0)]
)
def test_beyond_its_points_the_last_line_goes_on(rate: float, cost: float) -> None:
    assert through(POINTS, rate) == pytest.approx(cost)


@given(st.floats(0.5, 500.0))
def test_in_the_logarithm_it_is_numpys_too(rate: float) -> None:
    rates, values = zip(*POINTS, strict=True)
    logarithms = np.log(rates)
    assert between(POINTS, rate) == pytest.approx(np.interp(math.log(rate), logarithms, values))


@pytest.mark.parametrize("rate", [5.0, 20.0, 100.0])
def test_at_a_point_it_is_the_point(rate: float) -> None:
    assert between(POINTS, rate) == dict(POINTS)[rate]


def sleepy(rate: float) -> float:
    """A message costs 250 us, and 350 more if it wakes a core up that sleeps after 20 ms."""
    return rate * (250 + 350 * math.exp(-rate * 0.02))


@given(st.floats(0.5, 100.0))
def test_four_points_tell_a_core_that_falls_asleep(rate: float) -> None:
    """One straight line from few to many misses such a machine by a quarter."""
    points = [(one, sleepy(one)) for one in (0.0, 5.0, 20.0, 100.0)]
    assert through(points, rate) == pytest.approx(sleepy(rate), rel=0.1)
    line = [points[1], points[3]]
    assert through(line, 20.0) < 0.75 * sleepy(20.0)


@given(st.floats(0.5, 2.0), st.floats(0.5, 2.0), st.floats(1.0, 100.0))
def test_a_link_makes_dearer_by_what_was_measured(few: float, many: float, rate: float) -> None:
    idle = through(POINTS, 0.0)
    far = [
        (20.0, idle + (through(POINTS, 20.0) - idle) * few),
        (100.0, idle + (through(POINTS, 100.0) - idle) * many),
    ]
    share = min(1.0, max(0.0, math.log(rate / 20) / math.log(5)))
    assert dearer(POINTS, far, rate) == pytest.approx(few + share * (many - few))


def test_where_no_number_has_a_meaning_there_is_none() -> None:
    with pytest.raises(NoValue):
        through([(5.0, 1.0), (5.0, 2.0)], 7.0)
    with pytest.raises(NoValue):
        dearer(POINTS, [(20.0, 1.0)], 20.0)
