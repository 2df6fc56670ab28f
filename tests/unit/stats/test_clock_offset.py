"""Offsets between clocks from simulated round trips, whose truth is known."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.stats.clock_offset import (
    SECOND_NS,
    AppliedOffset,
    RoundTrip,
    drift_ppm,
    greatest_error_ns,
    offset_at,
    quickest,
)

HOUR_NS = 3600 * SECOND_NS
Delay = Callable[[random.Random], float]


def exponential(least_us: float, mean_us: float) -> Delay:
    return lambda source: 1e3 * (least_us + source.expovariate(1 / mean_us))


def heavy(least_us: float) -> Delay:
    return lambda source: 1e3 * least_us * source.paretovariate(1.2)


def simulated(
    truth: Callable[[float], float],
    there: Delay,
    back: Delay,
    seconds: float = 20.0,
    per_second: int = 10,
    seed: int = 1,
) -> list[RoundTrip]:
    """Trips of a clock to which `truth(t)` ns must be added; its instants begin at 0."""
    source = random.Random(seed)
    trips = []
    for number in range(int(seconds * per_second)):
        sent = number / per_second * 1e9
        heard = sent + there(source)
        answered = heard + source.expovariate(1 / 20e3)
        received = answered + back(source)
        trips.append(
            RoundTrip(
                int(sent),
                int(heard + truth(heard / 1e9)),
                int(answered + truth(answered / 1e9)),
                int(received),
            )
        )
    return trips


def line(offset_ns: float, ppm: float) -> Callable[[float], float]:
    return lambda t: offset_ns + ppm * 1e3 * t


@pytest.mark.parametrize("at_s", [0.0, 10.0, 20.0])
@pytest.mark.parametrize("ppm", [-80.0, 0.0, 35.0])
@pytest.mark.parametrize(
    ("there", "back"),
    [
        (exponential(50, 40), exponential(50, 40)),
        (exponential(30, 10), exponential(400, 900)),
        (heavy(900), exponential(20, 5)),
    ],
    ids=["alike", "slow back", "heavy there"],
)
def test_the_truth_is_within_the_uncertainty(
    there: Delay, back: Delay, ppm: float, at_s: float
) -> None:
    truth = line(HOUR_NS, ppm)
    trips = simulated(truth, there, back)
    found = offset_at(trips, int(at_s * 1e9))
    assert abs(found.offset_ns - truth(at_s)) <= found.uncertainty_ns
    # Not only wide enough: no wider than the quickest trip allows at the ends of the line.
    assert found.uncertainty_ns <= 1.5 * min(trip.delay_ns for trip in trips)
    assert found.misfit_ns == 0


def test_the_mean_of_trips_would_be_off_by_more() -> None:
    truth = line(-HOUR_NS, 20.0)
    trips = simulated(truth, exponential(30, 10), exponential(400, 900))
    at_ns = 10 * SECOND_NS
    mean = sum(
        (one.heard_ns - one.sent_ns + one.answered_ns - one.received_ns) / 2 for one in trips
    ) / len(trips)
    found = offset_at(trips, at_ns)
    assert abs(mean - truth(10.0)) > found.uncertainty_ns > abs(found.offset_ns - truth(10.0))


@given(
    offset=st.integers(-(10**15), 10**15),
    ppm=st.floats(-200, 200),
    least=st.tuples(st.floats(1, 5000), st.floats(1, 5000)),
    mean=st.tuples(st.floats(1, 5000), st.floats(1, 5000)),
    seed=st.integers(0, 10**6),
    at_s=st.floats(0, 5),
)
@settings(max_examples=40, deadline=None)
def test_no_delays_can_lead_it_astray(
    offset: int,
    ppm: float,
    least: tuple[float, float],
    mean: tuple[float, float],
    seed: int,
    at_s: float,
) -> None:
    truth = line(offset, ppm)
    ways = [exponential(one, other) for one, other in zip(least, mean, strict=True)]
    found = offset_at(simulated(truth, *ways, seconds=5.0, seed=seed), int(at_s * 1e9))
    assert abs(found.offset_ns - truth(at_s)) <= found.uncertainty_ns + 2


def test_drift_is_found() -> None:
    trips = simulated(line(0, 42.0), exponential(50, 40), exponential(80, 40))
    assert drift_ppm(trips, 10 * SECOND_NS) == pytest.approx(42.0, abs=10.0)


def test_a_clock_that_is_stepped_is_seen_in_the_misfit() -> None:
    def stepped(t: float) -> float:
        return 5e6 if t > 10 else 0.0

    trips = simulated(stepped, exponential(50, 10), exponential(50, 10))
    found = offset_at(trips, 10 * SECOND_NS)
    assert found.misfit_ns > 500_000
    assert found.uncertainty_ns >= found.misfit_ns


def test_only_near_trips_count() -> None:
    trips = simulated(line(0, 0), exponential(50, 10), exponential(50, 10), seconds=5)
    far = [RoundTrip(10**12, 10**12 + 5, 10**12 + 6, 10**12 + 20)]
    near_only, with_far = (offset_at(one, SECOND_NS) for one in (trips, trips + far))
    assert near_only == with_far
    assert offset_at(far, 0).uncertainty_ns >= 7


def test_nothing_is_known_without_a_trip() -> None:
    with pytest.raises(ValueError, match="no round trip"):
        offset_at([], 0)


def test_of_each_second_the_quickest_of_each_way_remain() -> None:
    slow = RoundTrip(0, 500, 510, 1000)
    quick_there = RoundTrip(10, 60, 70, 2000)
    quick_back = RoundTrip(20, 900, 910, 960)
    assert quickest([slow, quick_there, quick_back]) == [quick_there, quick_back]
    later = RoundTrip(SECOND_NS + 1, SECOND_NS + 9, SECOND_NS + 9, SECOND_NS + 20)
    assert quickest([quick_there, later]) == [quick_there, later]


def applied(truth: Callable[[float], float], error_ns: int) -> Sequence[AppliedOffset]:
    return [AppliedOffset(int(t * 1e9), int(truth(t)) + error_ns) for t in range(20)]


@pytest.mark.parametrize("error_ns", [0, 30_000, -250_000])
def test_the_error_of_a_corrected_clock_is_bounded(error_ns: int) -> None:
    truth = line(HOUR_NS, 15.0)
    trips = simulated(truth, exponential(50, 40), exponential(90, 40))
    bound = greatest_error_ns(applied(truth, error_ns), trips, 5 * SECOND_NS, 15 * SECOND_NS)
    drifted_ns = 15_000  # within the second until the next step
    assert bound >= abs(error_ns)
    assert bound <= abs(error_ns) + drifted_ns + 1.5 * min(one.delay_ns for one in trips)


def test_what_was_applied_outside_the_span_does_not_count() -> None:
    truth = line(0, 0.0)
    trips = simulated(truth, exponential(50, 40), exponential(90, 40))
    steps = [AppliedOffset(0, 10**9), AppliedOffset(2 * SECOND_NS, 0)]
    assert greatest_error_ns(steps, trips, 3 * SECOND_NS, 15 * SECOND_NS) < 10**6
    assert greatest_error_ns(steps, trips, SECOND_NS, 15 * SECOND_NS) > 10**8
    with pytest.raises(ValueError, match="no offset was applied"):
        greatest_error_ns([], trips, 0, 1)
