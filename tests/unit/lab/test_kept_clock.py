"""A host that keeps the master's clock: what its load processes add, and what it says of it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from bench.lab.hosts.clock import KeptClock
from bench.stats.clock_offset import SECOND_NS, RoundTrip

AHEAD_NS = 3600 * SECOND_NS
WAY_NS = 40_000


def trip(sent_ns: int, ahead_ns: int = AHEAD_NS) -> RoundTrip:
    heard = sent_ns + WAY_NS
    return RoundTrip(sent_ns, heard + ahead_ns, heard + ahead_ns, heard + WAY_NS)


@pytest.fixture
def clock(tmp_path: Path) -> KeptClock:
    return KeptClock(tmp_path / "clock")


def in_file(clock: KeptClock) -> int:
    (found,) = struct.unpack("<q", clock.file.read_bytes())
    return int(found)


def test_nothing_is_added_before_anything_is_known(clock: KeptClock) -> None:
    assert in_file(clock) == 0
    with pytest.raises(ValueError, match="no round trip"):
        clock.correct(0)


def test_load_processes_find_what_to_add(clock: KeptClock) -> None:
    for second in range(5):
        clock.take(trip(second * SECOND_NS))
    clock.correct(5 * SECOND_NS)
    assert in_file(clock) == pytest.approx(AHEAD_NS, abs=1)
    assert clock.to_own(clock.to_master(6 * SECOND_NS)) == 6 * SECOND_NS
    assert clock.to_master(6 * SECOND_NS) == in_file(clock) + 6 * SECOND_NS


def test_an_instant_is_told_by_what_was_added_then(clock: KeptClock) -> None:
    clock.take(trip(0))
    clock.correct(1)
    first = in_file(clock)
    for second in range(100, 110):
        clock.take(trip(second * SECOND_NS, AHEAD_NS + 30_000))
    clock.correct(110 * SECOND_NS)
    assert in_file(clock) > first + 20_000
    assert clock.to_master(50 * SECOND_NS) == 50 * SECOND_NS + first
    assert clock.to_master(0) == first
    assert clock.to_master(111 * SECOND_NS) == 111 * SECOND_NS + in_file(clock)


def test_the_verdict_is_of_all_round_trips(clock: KeptClock) -> None:
    clock.take(trip(0))
    clock.correct(1)
    for second in range(1, 20):
        clock.take(trip(second * SECOND_NS, AHEAD_NS + 500_000))
    judged = clock.judged(5 * SECOND_NS, 15 * SECOND_NS)
    # What was added was never corrected: it is off by what has come since.
    assert judged.uncertainty_ns >= 500_000
    assert (judged.round_trips, judged.quickest_ns) == (20, 2 * WAY_NS)
    clock.correct(15 * SECOND_NS)
    later = clock.judged(16 * SECOND_NS, 19 * SECOND_NS)
    assert abs(later.offset_ns - AHEAD_NS - 500_000) <= later.uncertainty_ns
