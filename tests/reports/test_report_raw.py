"""What is kept of the raw data."""

from __future__ import annotations

import numpy as np
import pytest

from bench.analysis import raw
from bench.model.readings import Reading


@pytest.mark.parametrize("count", [1, 2, 1999, 50_000])
def test_compressed_distribution_keeps_both_extremes(count: int) -> None:
    values = np.random.default_rng(3).lognormal(12, 1, count).astype(np.int64)
    found = raw.compress(np.sort(values))
    assert found is not None
    assert len(found.ms) <= raw.MOST_POINTS
    assert found.ms[0] == values.min() / 1e6
    assert found.exceedance[0] == 1
    assert found.ms[-1] == values.max() / 1e6
    assert found.exceedance[-1] == 1 / count
    assert found.samples == count


def test_every_kept_point_is_exact() -> None:
    values = np.random.default_rng(4).integers(1, 1_000, 20_000)
    found = raw.compress(np.sort(values))
    assert found is not None
    for ms, share in zip(found.ms[::97], found.exceedance[::97], strict=True):
        rank = len(values) - round(share * len(values))
        assert np.sort(values)[rank] / 1e6 == ms


def test_the_tail_is_kept_finely() -> None:
    found = raw.compress(np.arange(1_000_000))
    assert found is not None
    assert np.count_nonzero(found.exceedance <= 1e-4) > 50


def test_nothing_has_no_distribution() -> None:
    assert raw.compress(np.zeros(0, np.int64)) is None


def meter(time_ns: int, cpu_ns: int, memory: int = 5) -> Reading:
    return Reading(time_ns, cpu_ns, memory, cpu_ns // 10)


def test_role_load_is_the_slope_within_the_window() -> None:
    second = 1_000_000_000
    rows = [meter(-5 * second, 0, memory=99)]
    rows += [meter(0, 100), meter(second, 100 + second // 2, 8), meter(2 * second, 100 + second)]
    found = raw.role_loads({"server": rows}, 0, 2 * second)["server"]
    assert found.time_s.tolist() == [1.0, 2.0]
    assert found.cpu_share.tolist() == [0.5, 0.5]
    assert found.peak_memory_bytes == 8
    assert found.context_switches == second // 10


def test_long_series_are_averaged_not_cut() -> None:
    rows = [meter(n * 1000, n * 250) for n in range(5001)]
    found = raw.role_loads({"server": rows}, 0, 5_000_000)["server"]
    assert len(found.time_s) <= raw.MOST_STEPS
    assert np.allclose(found.cpu_share, 0.25)
