"""Schedules: never falling, the same for the same seed, at the rate asked for."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.model.errors import UsageError
from bench.plan import arrivals
from bench.plan.arrivals import SECOND_NS, TracePoint

rates = st.floats(0.01, 100_000)
seeds = st.integers(0, 2**64)


def first(count: int, schedule: Any) -> list[int]:
    return list(itertools.islice(schedule, count))


@given(rates, seeds)
def test_schedules_never_fall_and_hold_whole_nanoseconds(rate: float, seed: int) -> None:
    for schedule in (arrivals.constant(rate), arrivals.poisson(rate, seed)):
        offsets = first(200, schedule)
        assert offsets == sorted(offsets)
        assert offsets[0] >= 0
        assert all(type(offset) is int for offset in offsets)


@given(rates, seeds)
def test_the_same_seed_gives_the_same_schedule(rate: float, seed: int) -> None:
    schedule = first(20, arrivals.poisson(rate, seed))
    assert schedule == first(20, arrivals.poisson(rate, seed))
    assert schedule != first(20, arrivals.poisson(rate, seed + 1))


@given(st.integers(1, 1_000_000), st.integers(0, 400))
def test_constant_follows_its_exact_rational_twin(rate: int, position: int) -> None:
    found = first(position + 1, arrivals.constant(rate))[position]
    assert abs(found - Fraction(position * SECOND_NS, rate)) <= 1


def test_constant_carries_no_error_along() -> None:
    assert first(5, arrivals.constant(4)) == [0, 250_000_000, 500_000_000, 750_000_000, SECOND_NS]
    assert first(30_001, arrivals.constant(3))[30_000] == 10_000 * SECOND_NS


@pytest.mark.parametrize("seed", range(3))
def test_poisson_brings_the_rate_asked_for(seed: int) -> None:
    """The count in 10 s at 400/s is Poisson(4000); the gaps are exponential."""
    schedule = arrivals.poisson(400, seed)
    offsets = list(itertools.takewhile(lambda offset: offset < 10 * SECOND_NS, schedule))
    low, high = stats.poisson.interval(1 - 1e-6, 4000)
    assert low <= len(offsets) <= high
    gaps = [(b - a) / SECOND_NS for a, b in itertools.pairwise(offsets)]
    assert stats.kstest(gaps, "expon", args=(0, 1 / 400)).pvalue > 1e-4


@given(st.integers(1, 10**12), st.integers(0, 10**12))
def test_ticks_keep_phase_and_interval(interval: int, phase: int) -> None:
    assert first(4, arrivals.ticks(interval, phase)) == [phase + k * interval for k in range(4)]


def test_a_burst_is_due_at_every_multiple_of_the_interval() -> None:
    schedule = arrivals.bursts(3, 50)
    assert [next(schedule) for _ in range(7)] == [50, 50, 50, 100, 100, 100, 150]


def test_poisson_schedules_stay_as_they_were(golden: Callable[..., None]) -> None:
    """Runs of one seed are comparable over versions only if the schedule is the same."""
    golden(
        "schedules",
        {
            f"poisson rate={rate} seed={seed}": first(10, arrivals.poisson(rate, seed))
            for rate, seed in ((0.1, 1), (1.0, 1), (1.0, 2), (1000.0, 3))
        },
    )


# --- recorded traces --------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        ["0,10", "0.25,20", "0.25,0"],
        ["time_s,size_bytes", "0,10", "0.25,20", "0.25,0"],
        ["0,10\n", "\n", "# a comment\n", "0.25,20\n", "2.5e-1,0\n"],
        [" 0, 10 ", "0.25,20,ignored", "0.25,0"],
    ],
)
def test_a_trace_is_read(lines: list[str]) -> None:
    assert arrivals.read_trace(lines, "t.csv") == [
        TracePoint(0, 10),
        TracePoint(250_000_000, 20),
        TracePoint(250_000_000, 0),
    ]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["0,1", "x,1"],
            "t.csv line 2: 'x,1' is not `seconds,bytes`; write e.g. `0.25,120`",
        ),
        (
            ["0,1", "0.5"],
            "t.csv line 2: '0.5' is not `seconds,bytes`; write e.g. `0.25,120`",
        ),
        (
            ["0,1", "0.5,1.5"],
            "t.csv line 2: '0.5,1.5' is not `seconds,bytes`; write e.g. `0.25,120`",
        ),
        (
            ["1,1", "0.5,1"],
            (
                "t.csv line 2: 0.5,1 is negative or earlier than the line before; "
                "sort the trace by time"
            ),
        ),
        (
            ["-1,1"],
            (
                "t.csv line 1: -1,1 is negative or earlier than the line before; "
                "sort the trace by time"
            ),
        ),
        (
            ["0,-1"],
            (
                "t.csv line 1: 0,-1 is negative or earlier than the line before; "
                "sort the trace by time"
            ),
        ),
        ([], "t.csv: the trace is empty; each line is `seconds,bytes`"),
        (["time_s,size_bytes"], "t.csv: the trace is empty; each line is `seconds,bytes`"),
    ],
)
def test_a_bad_trace_is_refused_with_its_line(lines: list[str], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        arrivals.read_trace(lines, "t.csv")
    assert str(refused.value) == message


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**9)), min_size=1))
def test_a_written_trace_is_read_back(points: list[tuple[int, int]]) -> None:
    ordered = sorted(points, key=lambda point: point[0])
    lines = [f"{offset / 1000!r},{size}" for offset, size in ordered]
    back = arrivals.read_trace(lines, "t.csv")
    assert [point.size_bytes for point in back] == [size for _, size in ordered]
    for point, (offset, _) in zip(back, ordered, strict=True):
        assert math.isclose(point.offset_ns, offset * 1_000_000, abs_tol=1)
