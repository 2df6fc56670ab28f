"""Latency that rolls while a trial runs: each second by hand, from rows made here."""

from __future__ import annotations

import numpy as np
import pytest

from bench.analysis.rolling import LATE_S, ROLL_S, Point, Rolling
from bench.model.samples import DTYPE, FAILED, OK, PENDING

OUTCOME, OTHER = 2, 1
T0_NS = 50_000_000_000


def second(value: float) -> int:
    return T0_NS + int(value * 1e9)


def block(*entries: tuple[float, float], outcome: int = OK, operation: int = OUTCOME) -> np.ndarray:
    """Rows from the moment at which each ended, in s from t0, and its latency in ms."""
    made = np.zeros(len(entries), DTYPE)
    made["operation"], made["outcome"] = operation, outcome
    made["done_ns"] = [second(done) for done, _ in entries]
    made["intended_ns"] = made["done_ns"] - [round(latency * 1e6) for _, latency in entries]
    return made


def counts(points: list[Point]) -> list[tuple[int, int, int]]:
    return [(one.end_s, one.outcomes, one.failed) for one in points]


def test_a_second_is_shown_when_it_is_settled() -> None:
    rolling = Rolling(OUTCOME, T0_NS)
    rolling.add(block((0.1, 3), (0.9, 4), (1.2, 5)))
    assert rolling.points(second(1.9)) == []
    assert counts(rolling.points(second(2.0))) == [(1, 2, 0)]
    assert counts(rolling.points(second(3.5))) == [(1, 2, 0), (2, 1, 0)]


def test_seconds_in_which_nothing_ends_are_zeros_and_the_warm_up_is_negative() -> None:
    rolling = Rolling(OUTCOME, T0_NS)
    rolling.add(block((-0.5, 1)))
    assert counts(rolling.points(second(3))) == [(0, 1, 0), (1, 0, 0), (2, 0, 0)]


def test_only_outcomes_count_and_failures_have_no_latency() -> None:
    rolling = Rolling(OUTCOME, T0_NS)
    rolling.add(block((0.1, 1), operation=OTHER))
    rolling.add(block((0.2, 1), outcome=PENDING))
    assert rolling.points(second(5)) == []
    rolling.add(block((0.3, 900), outcome=FAILED))
    (point,) = rolling.points(second(2))
    assert (point.outcomes, point.failed, point.most_ms) == (0, 1, None)


def test_a_failure_without_an_end_counts_when_it_was_due() -> None:
    rolling = Rolling(OUTCOME, T0_NS)
    lost = block((0.5, 0), outcome=FAILED)
    lost["done_ns"] = 0
    rolling.add(lost)
    assert counts(rolling.points(second(2))) == [(1, 0, 1)]


def test_latency_is_of_the_last_seconds_and_only_where_they_carry_it() -> None:
    rolling = Rolling(OUTCOME, T0_NS)
    rolling.add(block(*[(0.5, 10.0)] * 6))
    assert rolling.points(second(2))[-1].p50_ms is None
    rolling.add(block(*[(1.5, 20.0)] * 14))
    (first, then) = rolling.points(second(3))
    assert (first.p50_ms, first.most_ms) == (None, 10.0)
    assert (then.p50_ms, then.p99_ms, then.most_ms) == (20.0, None, 20.0)
    rolling.add(block(*[(2.5, float(1 + place)) for place in range(980)]))
    last = rolling.points(second(4))[-1]
    pooled = np.sort([10.0] * 6 + [20.0] * 14 + [float(1 + place) for place in range(980)])
    assert last.p50_ms == pytest.approx(pooled[499])
    assert last.p99_ms == pytest.approx(pooled[989])
    assert last.most_ms == 980.0


def test_what_is_older_than_the_roll_is_forgotten() -> None:
    rolling = Rolling(OUTCOME, T0_NS)
    rolling.add(block((0.5, 500)))
    rolling.add(block(*[(place + 0.5, 1.0) for place in range(1, ROLL_S + 1)]))
    longest = [one.most_ms for one in rolling.points(second(ROLL_S + 2))]
    assert longest == [500.0] * ROLL_S + [1.0]


def test_late_rows_change_the_seconds_that_they_belong_to() -> None:
    rolling = Rolling(OUTCOME, T0_NS)
    rolling.add(block((0.5, 1), (2.5, 1)))
    assert [one.most_ms for one in rolling.points(second(4))] == [1.0, 1.0, 1.0]
    rolling.add(block((1.5, 7)))
    assert [one.most_ms for one in rolling.points(second(4))] == [1.0, 7.0, 7.0]
    assert counts(rolling.points(second(4))) == [(1, 1, 0), (2, 1, 0), (3, 1, 0)]


def test_rows_that_come_much_too_late_are_counted_at_least() -> None:
    rolling = Rolling(OUTCOME, T0_NS)
    end = ROLL_S + LATE_S + 3
    rolling.add(block((0.5, 1), (end - 0.5, 1)))
    before = rolling.points(second(end + 1))[0]
    rolling.add(block((0.6, 400)))
    after = rolling.points(second(end + 1))[0]
    assert (before.outcomes, after.outcomes) == (1, 2)
    assert (before.most_ms, after.most_ms) == (1.0, 1.0)


def test_seconds_whose_rows_were_left_out_are_no_zeros() -> None:
    rolling = Rolling(OUTCOME, T0_NS)
    rolling.add(block((0.5, 1), (1.5, 1)))
    rolling.add(block((4.5, 1), (5.5, 1)), follows=False)
    assert [one.end_s for one in rolling.points(second(7))] == [1, 6]
