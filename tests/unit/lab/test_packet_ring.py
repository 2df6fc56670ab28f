"""A packet ring: whatever the kernel put there is read once, in order, with its time of sending."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ring_builders import Kernel, packet

from bench.clock import SET_NS, STEADY_NS, Clocks
from bench.lab.network.ring import SECOND_NS

MS = 1_000_000


def test_an_empty_ring_has_nothing() -> None:
    assert Kernel().ring.arrivals(0, 8) == ([], [])


@given(st.lists(st.tuples(st.integers(0, 10 * MS), st.integers(0, 1448)), max_size=8))
def test_times_are_those_of_sending_however_late_one_looks(sent: list[tuple[int, int]]) -> None:
    kernel, times, frames = Kernel(), [], []
    for gap, data in sent:
        kernel.now_ns += gap
        times.append(kernel.now_ns)
        frames.append(packet(data=data))
        kernel.give(frames[-1])
    kernel.now_ns += SECOND_NS
    found, rows = kernel.ring.arrivals(0, 8)
    assert found == times
    assert [row[1] for row in rows] == [len(one) for one in frames]
    assert kernel.ring.frames(0, len(rows)) == frames


@given(st.lists(st.integers(1, 5), max_size=20), st.integers(1, 5))
def test_places_are_used_in_turn_and_none_is_read_twice(gives: list[int], most: int) -> None:
    """Behind the ring's end reading goes on with the next call."""
    kernel, first, given_so_far, seen = Kernel(places=5), 0, 0, []
    for count in gives:
        for _ in range(count):
            kernel.give(packet(sequence=given_so_far))
            given_so_far += 1
        while True:
            _, rows = kernel.ring.arrivals(first, most)
            if not rows:
                break
            seen += [int.from_bytes(row[7], "big") for row in rows]
            kernel.ring.free(first, len(rows))
            first = (first + len(rows)) % 5
    assert kernel.missed == 0
    assert seen == list(range(given_so_far))


def test_a_frame_stays_until_its_place_is_freed() -> None:
    kernel = Kernel(places=2)
    for sequence in range(3):
        kernel.give(packet(sequence))
    assert kernel.missed == 1
    kernel.ring.free(0, 1)
    kernel.give(packet(3))
    assert kernel.missed == 1
    assert kernel.ring.frames(0, 2) == [packet(3), packet(1)]


@pytest.mark.parametrize("step_ns", [3600 * SECOND_NS, -3600 * SECOND_NS, 2 * SET_NS, -2 * SET_NS])
@pytest.mark.parametrize("more", [1, 4])
def test_packets_count_from_now_where_the_walls_clock_was_set_meanwhile(
    step_ns: int, more: int
) -> None:
    kernel = Kernel()
    kernel.now_ns = 10 * MS
    kernel.ring.arrivals(0, 8)
    kernel.now_ns += MS
    for _ in range(more):
        kernel.give(packet())
    kernel.now_ns += MS
    kernel.ahead_ns += step_ns
    assert kernel.ring.arrivals(0, 8)[0] == [kernel.now_ns] * more
    kernel.ring.free(0, more)
    kernel.now_ns += MS
    kernel.give(packet())
    kernel.now_ns += MS
    assert kernel.ring.arrivals(more, 1)[0] == [kernel.now_ns - MS]


class Hands:
    """Two clocks, with somebody who comes between their readings for so long, again and again."""

    def __init__(self) -> None:
        self.now_ns, self.ahead_ns = 0, SECOND_NS
        self.between_ns: list[int] = []

    def monotonic(self) -> int:
        return self.now_ns

    def wall(self) -> int:
        wall = self.now_ns + self.ahead_ns
        self.now_ns += self.between_ns.pop() if self.between_ns else 0
        return wall


@pytest.mark.parametrize(
    ("set_ns", "between_ns", "off_ns"),
    [
        (0, [], 0),
        (0, [STEADY_NS], STEADY_NS),
        (0, [STEADY_NS + 1], 0),  # read again
        (0, [MS, MS], 0),
        (0, [MS, 2 * MS, MS], 0),  # never undisturbed: as it was before
        (SECOND_NS, [], 0),
        (-SECOND_NS, [MS], 0),
        (SECOND_NS, [MS, MS, MS], MS),  # surely set, though one does not know by how much
    ],
)
def test_both_clocks_are_read_at_one_instant(
    set_ns: int, between_ns: list[int], off_ns: int
) -> None:
    hands = Hands()
    clocks = Clocks(hands.monotonic, hands.wall)
    hands.ahead_ns += set_ns
    hands.between_ns = between_ns
    assert clocks() == (hands.now_ns, off_ns - hands.ahead_ns)
