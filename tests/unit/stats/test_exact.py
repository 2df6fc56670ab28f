"""Exact intervals of counts: published values, SciPy's own tests as an oracle, properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.stats.exact import alike_interval, clopper_pearson, poisson_interval


@pytest.mark.parametrize(
    ("k", "n", "ends"),
    [
        (0, 6, (0, 0.4593)),
        (6, 6, (0.5407, 1)),
        (0, 40, (0, 0.0881)),
        (240, 240, (0.9847, 1)),
        (10, 20, (0.2720, 0.7280)),
    ],
)
def test_a_share(k: int, n: int, ends: tuple[float, float]) -> None:
    assert clopper_pearson(k, n) == pytest.approx(ends, abs=5e-5)


@pytest.mark.parametrize(
    ("count", "ends"), [(0, (0, 3.6889)), (1, (0.0253, 5.5716)), (100, (81.364, 121.627))]
)
def test_a_count(count: int, ends: tuple[float, float]) -> None:
    assert poisson_interval(count) == pytest.approx(ends, abs=5e-4)


@given(st.integers(1, 400), st.data(), st.floats(0.5, 0.999))
def test_a_share_is_scipys(n: int, data: st.DataObject, confidence: float) -> None:
    k = data.draw(st.integers(0, n))
    found = stats.binomtest(k, n).proportion_ci(confidence, "exact")
    assert clopper_pearson(k, n, confidence) == pytest.approx((found.low, found.high), abs=1e-6)


@given(st.integers(0, 2000), st.floats(0.5, 0.999))
def test_at_its_ends_a_count_is_as_unlikely_as_said(count: int, confidence: float) -> None:
    low, high = poisson_interval(count, confidence)
    tail = (1 - confidence) / 2
    assert stats.poisson.cdf(count, high) == pytest.approx(tail, rel=1e-6)
    assert count == low == 0 or stats.poisson.sf(count - 1, low) == pytest.approx(tail, rel=1e-6)


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_no_interval_has_no_width(some: int, rest: int) -> None:
    """Tenths: counts may be fractions of observations."""
    k, n = some / 10, (some + rest) / 10
    for low, high in (clopper_pearson(k, n), clopper_pearson(n - k, n)):
        assert 0 <= low < high <= 1
    low, high = clopper_pearson(k, n)
    assert low <= k / n <= high
    low, high = poisson_interval(k)
    assert low <= k <= high


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5), (0, 0)])
def test_what_is_no_share_is_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        clopper_pearson(k, n)


def test_what_is_no_count_is_refused() -> None:
    with pytest.raises(ValueError, match="is no count"):
        poisson_interval(-1)


# --- amounts that all units share alike -------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "units", "ends"),
    [
        (1_000, 6, (541, 1459)),  # 0 of 6: at most 45.9 %
        (100_000, 360, (98_981, 101_019)),  # 0 of 360: at most 1.02 %
        (0, 360, (0, 3.67)),  # a unit that differs has at least one
    ],
)
def test_an_amount(total: float, units: float, ends: tuple[float, float]) -> None:
    assert alike_interval(total, units) == pytest.approx(ends, rel=1e-3, abs=0.5)


@given(st.floats(0, 1e9), st.integers(1, 10_000), st.floats(0.5, 0.999))
def test_an_amount_outside_of_its_interval_would_have_shown_itself(
    total: float, units: int, confidence: float
) -> None:
    """If more units differed, six of six trials would hardly be alike: as unlikely as said."""
    low, high = alike_interval(total, units, confidence)
    assert 0 <= low <= total < high
    differing = (high - total) / max(total, units)
    assert differing == 1 or (1 - differing) ** units == pytest.approx(
        (1 - confidence) / 2, rel=1e-3
    )


@given(st.floats(1, 1e6), st.integers(1, 1_000), st.integers(2, 10))
def test_more_units_make_an_amount_surer(each: float, units: int, times: int) -> None:
    one, more = (alike_interval(each * count, count) for count in (units, units * times))
    assert one[0] / units <= more[0] / (units * times)
    assert more[1] / (units * times) < one[1] / units


@pytest.mark.parametrize(
    ("total", "units"), [(-1, 5), (float("nan"), 5), (float("inf"), 5), (1, 0)]
)
def test_what_is_no_amount_has_no_interval(total: float, units: float) -> None:
    with pytest.raises(ValueError, match="is no"):
        alike_interval(total, units)
