"""Intervals and sides; spreads of trials that are alike, counted, or neither."""

from __future__ import annotations

import math

import numpy as np
import pytest
from claim_builders import around

from bench.model.metric import Counts
from bench.stats.exact import clopper_pearson
from bench.stats.trimmed import centre
from bench.verdicts.intervals import decides, inside, outside
from bench.verdicts.spreads import (
    Alike,
    Centred,
    Exact,
    ExactPair,
    Widest,
    are_alike,
    p_value,
    pooled,
    spread_of,
)


@pytest.mark.parametrize(
    ("ends", "is_inside", "is_outside"),
    [
        ((2, 3), True, False),
        ((1, 4), True, False),  # the edges belong to it
        ((0.99, 3), False, False),
        ((2, 4.01), False, False),
        ((0, 1), False, False),
        ((0, 0.99), False, True),
        ((4.01, 5), False, True),
        ((0, 5), False, False),
        ((math.nan, math.nan), False, False),
    ],
)
def test_sides(ends: tuple[float, float], is_inside: bool, is_outside: bool) -> None:
    assert inside(ends, (1, 4)) == is_inside
    assert outside(ends, (1, 4)) == is_outside
    assert decides(ends, (1, 4)) == (is_inside or is_outside)


# --- spreads ------------------------------------------------------------------------------


def test_the_spread_of_trials_is_their_trimmed_mean() -> None:
    values = around(10, 0.1)
    spread = spread_of(values, [None] * 6)
    found = centre(np.log(values))
    assert isinstance(spread, Centred)
    assert spread.value == pytest.approx(math.exp(found.value))
    assert spread.interval(0.9) == pytest.approx(np.exp(found.interval(0.9)))


@pytest.mark.parametrize(
    ("values", "hits", "kind", "expected"),
    [
        ([2.0] * 6, [20] * 6, "count", Exact),
        ([2.0, 2.1, 2, 2, 2, 2], [20, 21, 20, 20, 20, 20], "count", Exact),
        ([2.0, 2.2, 2, 2, 2, 2], [20, 22, 20, 20, 20, 20], "count", Centred),
        ([1.0] * 6, [10] * 6, "share", Exact),
        ([1, 0.9, 1, 1, 1, 1.0], [10, 9, 10, 10, 10, 10], "share", Widest),
    ],
)
def test_what_is_counted(values: list[float], hits: list[int], kind: str, expected: type) -> None:
    counts = [Counts(one, 10, kind) for one in hits]  # type: ignore[arg-type]
    spread = spread_of(values, counts)
    assert type(spread) is expected
    low, high = spread.interval(0.95)
    assert low < spread.value <= high


@pytest.mark.parametrize(("last", "expected"), [(2_000, Exact), (2_001, Widest), (2_900, Widest)])
def test_an_amount_is_never_narrower_than_its_units_show(last: int, expected: type) -> None:
    hits = [2_000] * 5 + [last]
    counts = [Counts(one, 100, "amount", 10) for one in hits]
    spread = spread_of([one / 100 for one in hits], counts)
    assert type(spread) is expected
    low, high = spread.interval(0.95)
    unlike = clopper_pearson(0, 60)[1]
    assert low <= spread.value * (1 - unlike) * (1 + 1e-12)
    assert high >= spread.value * (1 + unlike) * (1 - 1e-12)


def test_an_amount_against_its_law_is_where_the_trials_are() -> None:
    """Values are given relative to a law that differs from trial to trial; counts are not."""
    counts = [Counts(2_000, 100, "amount", 10)] * 6
    spread = spread_of([40.0, 40.1, 39.9, 40, 40, 40], counts)
    assert spread.value == pytest.approx(40, rel=0.01)
    low, high = spread.interval(0.95)
    assert low < 40 < high < 43


def test_a_share_is_as_wide_as_the_wider_of_both() -> None:
    counts = [Counts(hits, 10, "share") for hits in (10, 9, 10, 10, 10, 10)]
    low, high = spread_of([one.hits / 10 for one in counts], counts).interval(0.95)
    exact = Exact(Counts(59, 60, "share"), 6).interval(0.95)
    assert low <= exact[0]
    assert exact[1] <= high <= 1


def test_trials_that_are_alike_and_count_nothing_have_no_interval() -> None:
    spread = spread_of([3.0] * 6, [None] * 6)
    assert spread == Alike(3.0, 6)
    assert math.isnan(p_value(spread, (0, 10)))
    assert spread.repeats((0, 10), 0.95) is None


def test_counts_of_trials_are_pooled_if_all_have_them() -> None:
    one, two = Counts(3, 10, "share"), Counts(4, 20, "share")
    assert pooled([one, two]) == Counts(7, 30, "share")
    assert pooled([Counts(5, 8, "amount", 2)] * 3) == Counts(15, 24, "amount", 6)
    assert pooled([one, None]) is None
    assert pooled([]) is None


def test_rounding_is_no_difference() -> None:
    assert are_alike([1.0, 1.0 + 1e-15])
    assert not are_alike([1.0, 1.0 + 1e-9])
    assert are_alike([0.0, 0.0])


def test_two_counts_as_quotient_and_as_difference() -> None:
    """Each at 97.5 %, so that both hold together in 95 %."""
    first, second = Exact(Counts(600, 60, "count"), 6), Exact(Counts(300, 60, "count"), 6)
    a, b = first.interval(0.975), second.interval(0.975)
    assert ExactPair(first, second).value == 2
    assert ExactPair(first, second).interval(0.95) == pytest.approx((a[0] / b[1], a[1] / b[0]))
    rest = ExactPair(first, second, factor=0.5)
    assert rest.value == 7.5
    assert rest.interval(0.95) == pytest.approx((a[0] - 0.5 * b[1], a[1] - 0.5 * b[0]))
    nothing = ExactPair(first, Exact(Counts(0, 60, "count"), 6))
    assert nothing.value == nothing.interval(0.95)[1] == math.inf


@pytest.mark.parametrize(
    ("spread", "wanted"),
    [
        (Exact(Counts(240, 240, "share"), 6), (0.99, 1.0)),
        (Exact(Counts(600, 60, "count"), 6), (9.5, 10.5)),
        (Exact(Counts(600, 60, "amount", 60), 6), (9.6, 10.4)),
        (
            ExactPair(Exact(Counts(52, 1, "count"), 6), Exact(Counts(61, 1, "count"), 6)),
            (0.0, 1.0),
        ),
    ],
)
def test_so_many_repeats_settle_it_and_one_fewer_does_not(spread: Exact, wanted: tuple) -> None:
    needed = spread.repeats(wanted, 0.95)
    assert needed is not None
    assert needed > 6

    def after(trials: int) -> bool:
        if isinstance(spread, Exact):
            return decides(spread.after(trials).interval(0.95), wanted)
        pair = ExactPair(spread.first.after(trials), spread.second.after(trials))
        return decides(pair.interval(0.95), wanted)

    assert after(needed)
    assert not after(needed - 1)


def test_more_is_asked_of_one_among_many() -> None:
    spread = Centred(tuple(np.log(around(100, 0.05))), is_log=True)
    alone, among = (spread.repeats((90, 110), confidence) for confidence in (0.95, 0.995))
    assert alone is not None
    assert among is not None
    assert among > alone >= 6
    assert spread.repeats((spread.value, 110), 0.95) is None
