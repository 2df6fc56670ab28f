"""Where a ratio lies relative to a band: inside, outside, or not known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats.equivalence import equivalence

logs = st.lists(st.floats(-0.5, 0.5).map(lambda x: round(x, 4)), min_size=6, max_size=20)


@pytest.mark.parametrize(
    ("ratios", "verdict"),
    [
        ([1.0, 1.01, 0.99, 1.02, 0.98, 1.0], "inside"),
        ([1.0, 1.01, 0.99, 1.02, 0.98], "neither"),  # five trials
        ([1.2, 1.21, 1.19, 1.22, 1.18, 1.2], "outside"),
        ([0.7, 0.72, 0.69, 0.7, 0.71, 0.7], "outside"),
        ([1.1, 1.12, 1.09, 1.08, 1.1, 1.11], "neither"),
        ([1.0, 1.3, 0.8, 1.1, 0.7, 1.2], "neither"),  # the estimate lies inside
        ([1.0, 1.01, 0.99, 1.02, 0.98, 1.0, 1.9], "inside"),  # one wild trial
        ([1.0] * 6, "inside"),
        ([1.2] * 6, "outside"),
        ([], "neither"),
    ],
)
def test_verdicts(ratios: list[float], verdict: str) -> None:
    assert equivalence(np.log(ratios), 0.9, 1.1).verdict == verdict


@given(logs, st.sampled_from([(0.9, 1.1), (0.5, 2.0), (0.0, 1.0), (1.0, math.inf)]))
def test_the_verdict_is_the_intervals(values: list[float], band: tuple[float, float]) -> None:
    found = equivalence(values, *band)
    if found.low == found.high or any(
        abs(e - b) < 1e-9 for e in (found.low, found.high) for b in band
    ):
        return
    inside = band[0] < found.low and found.high < band[1]
    outside = found.high < band[0] or found.low > band[1]
    assert found.verdict == ("inside" if inside else "outside" if outside else "neither")
    assert found.repeats == found.trials or found.verdict == "neither"


@given(logs)
def test_turned_round_nothing_changes(values: list[float]) -> None:
    there = equivalence(values, 0.8, 1.25)
    back = equivalence([-value for value in values], 1 / 1.25, 1 / 0.8)
    assert back.verdict == there.verdict
    assert back.value == pytest.approx(1 / there.value)
    assert (back.p_low, back.p_high) == pytest.approx((there.p_high, there.p_low), abs=1e-9)


def test_a_stricter_level_settles_less() -> None:
    found = equivalence([0.02, 0.04, -0.02, 0.01, 0.03, -0.01], 0.9, 1.1)
    assert found.verdict == "inside"
    assert found.verdict_at(found.p_inside / 2) == "neither"


def test_more_repeats_are_proposed_where_it_is_not_settled() -> None:
    wide = equivalence([0.1, -0.1, 0.05, -0.05, 0.02, -0.02], 0.9, 1.1)
    assert (wide.verdict, wide.trials) == ("neither", 6)
    assert 7 <= wide.repeats <= 30
    assert equivalence([0.0, math.nan], 0.9, 1.1).repeats == 6


@pytest.mark.parametrize("edges", [(1.1, 0.9), (-0.1, 1.0), (1.0, 1.0)])
def test_what_is_no_band_is_refused(edges: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no band of ratios"):
        equivalence([0.0], *edges)
