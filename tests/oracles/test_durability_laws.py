"""The laws of `durability` against simulated writers and replicas."""

from __future__ import annotations

import heapq

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.durability import laws


def simulated_per_s(writers: int, work_s: float, flush_s: float, end_s: float) -> float:
    """Writers one event after the other: work, then a flush of one's own file."""
    due = [(work_s + flush_s, writer) for writer in range(writers)]
    done = 0
    while due[0][0] <= end_s:
        at, writer = heapq.heappop(due)
        done += 1
        heapq.heappush(due, (at + work_s + flush_s, writer))
    return done / end_s


@settings(max_examples=25)
@given(st.integers(1, 16), st.floats(1e-4, 5e-3), st.floats(1e-3, 5e-2))
def test_sync2_is_what_independent_writers_do(writers: int, work_s: float, flush_s: float) -> None:
    rounds_s = 200 * (work_s + flush_s)
    found = simulated_per_s(writers, work_s, flush_s, rounds_s)
    assert laws.stored_per_s(writers, work_s, flush_s) == pytest.approx(found, rel=0.01)


@given(st.floats(1e-4, 1e-2), st.floats(0, 0.1), st.floats(0, 1e-2))
def test_sync3_is_a_message_there_and_one_back(
    commit_s: float, rtt_s: float, standby_s: float
) -> None:
    sent = commit_s
    there = sent + rtt_s / 2
    answered = there + standby_s
    back = answered + rtt_s / 2
    assert laws.replicated_s(commit_s, rtt_s, standby_s) == pytest.approx(back)
