"""The law of `calls` against a least-squares line through made-up calls."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.calls import laws


@given(st.floats(1, 1e4), st.floats(1e-4, 1.0), st.integers(100, 1_000_000))
def test_call1_of_two_sizes_is_the_line_through_all(start: float, slope: float, size: int) -> None:
    sizes = np.array([100, 1_000, 10_000, 100_000, 1_000_000])
    fitted = np.polyfit(sizes, start + slope * sizes, 1)
    small, large = float(sizes[1]), float(sizes[3])
    costs = start + slope * small, start + slope * large
    per_byte = laws.byte_cost(small, costs[0], large, costs[1])
    found = laws.call_cost(costs[0] - per_byte * small, per_byte, size)
    assert per_byte == pytest.approx(fitted[0], rel=1e-6)
    assert found == pytest.approx(np.polyval(fitted, size), rel=1e-6)
