"""One way of a path: when frames come out, whoever looks when, and what is counted of them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ring_builders import Kernel, packet

from bench.lab.network.direction import BATCH, GRAIN_NS, MOST_LOOK_NS, NEVER, Direction
from bench.lab.network.shaper import Shaper
from bench.model.links import Way

US, MS, SECOND = 1_000, 1_000_000, 1_000_000_000
SIZE = len(packet())
OCTETS = SIZE - 14
PLACES = 256


class Wire:
    """A kernel on one end, a sender that keeps what came out, and the direction between them."""

    def __init__(self, way: Way, places: int = PLACES, send_ns: int = 0) -> None:
        self.kernel = Kernel(places)
        self.direction = Direction(self.kernel.ring, self, Shaper(way, "seed"), self.clock)
        self.out: list[tuple[int, bytes]] = []
        self.is_down = False
        self._send_ns = send_ns
        self._sizes = [0] * places

    def clock(self) -> int:
        return self.kernel.now_ns

    def prepare(self, first: int, lengths: Sequence[int]) -> None:
        self._sizes[first : first + len(lengths)] = lengths

    def send(self, first: int, count: int) -> int:
        if self.is_down:
            return 0
        frames = self.kernel.ring.frames(first, count)
        assert [len(one) for one in frames] == self._sizes[first : first + count]
        for frame in frames:
            self.kernel.now_ns += self._send_ns
            self.out.append((self.kernel.now_ns, frame))
        return count

    def sent_at(self, at_ns: int, number: int = 0) -> None:
        self.kernel.now_ns = at_ns
        self.kernel.give(packet(number * 1000))

    def serve_until(self, end_ns: int) -> None:
        """As the emulator does it: sleep until something is due, or the ring has something."""
        following = self.direction.forward(self.kernel.now_ns)
        while following <= end_ns or self.is_watched_and_readable:
            if self.is_watched_and_readable:  # such as behind the end of the ring
                self.wake()
            else:
                self.kernel.now_ns = max(self.kernel.now_ns, following)
            following = self.direction.forward(self.kernel.now_ns)
        self.kernel.now_ns = max(self.kernel.now_ns, end_ns)

    @property
    def is_watched_and_readable(self) -> bool:
        return self.direction.next_look_ns == NEVER and self.kernel.is_readable

    def wake(self) -> None:
        """What whoever watches the ring does."""
        assert self.direction.next_look_ns == NEVER
        self.direction.next_look_ns = 0


def test_the_delay_counts_from_sending_and_not_from_looking() -> None:
    """Stopped for 10 ms where 20 are asked for: nothing is late."""
    wire = Wire(Way(delay_ns=20 * MS))
    for number in range(100):
        wire.sent_at(number * 10 * US, number)
    wire.kernel.now_ns = 11 * MS
    wire.serve_until(SECOND)
    assert len(wire.out) == 100
    for number, (at, frame) in enumerate(wire.out):
        assert frame == packet(number * 1000)
        assert 0 <= at - number * 10 * US - 20 * MS <= GRAIN_NS
    assert wire.direction.lateness.most_ns <= GRAIN_NS


def test_what_exceeds_the_delay_is_late_and_counted_for_each_packet() -> None:
    wire = Wire(Way(delay_ns=20 * MS))
    for number in range(10):
        wire.sent_at(number * MS, number)
    wire.kernel.now_ns = 30 * MS  # the first was due at 20 ms, the last at 29
    wire.serve_until(SECOND)
    late = wire.direction.lateness
    assert (late.count, late.most_ns, late.mean_ns) == (10, 10 * MS, 5.5 * MS)
    assert late.quantile_ns(0.5) == pytest.approx(5 * MS, abs=2100)


def test_packets_of_one_call_came_out_one_after_the_other() -> None:
    wire = Wire(Way(), send_ns=3 * US)
    for number in range(10):
        wire.sent_at(0, number)
    wire.serve_until(SECOND)
    late = wire.direction.lateness
    assert (late.count, late.most_ns, late.mean_ns) == (10, 30 * US, 16.5 * US)


def test_an_idle_direction_sleeps_until_it_is_woken() -> None:
    wire = Wire(Way(delay_ns=20 * MS))
    assert wire.direction.forward(0) == NEVER
    wire.sent_at(5 * MS)
    wire.wake()
    assert wire.direction.forward(5 * MS) <= 10 * MS  # it looks again now and then
    wire.serve_until(SECOND)
    assert wire.out == [(25 * MS, packet())]
    assert wire.direction.next_look_ns == NEVER


@pytest.mark.parametrize("delay_ns", [0, 50 * US, 250 * US, 20 * MS, SECOND])
def test_looks_are_as_rare_as_the_delay_allows(delay_ns: int) -> None:
    """Where something is under way nobody is woken, so a look comes before anything is due."""
    wire = Wire(Way(delay_ns=delay_ns))
    wire.direction.forward(0)
    wire.sent_at(0)
    wire.wake()
    following = wire.direction.forward(0)
    assert following == NEVER if not delay_ns else 0 < following <= delay_ns
    assert following == NEVER or following <= MOST_LOOK_NS


def test_packets_due_close_to_each_other_come_out_together() -> None:
    wire = Wire(Way(delay_ns=20 * MS))
    for number in range(PLACES):
        wire.sent_at(number * 5 * US, number)
    wire.serve_until(SECOND)
    instants = {at for at, _ in wire.out}
    assert len(wire.out) == PLACES
    assert len(instants) <= 2 + PLACES * 5 * US / GRAIN_NS
    assert wire.direction.lateness.most_ns <= GRAIN_NS


def test_no_more_than_a_batch_goes_before_others_have_their_turn() -> None:
    wire = Wire(Way())
    for number in range(3 * BATCH):
        wire.sent_at(0, number)
    for turn in (1, 2, 3):
        assert wire.direction.forward(0) <= 0
        assert len(wire.out) == turn * BATCH


def test_lost_packets_take_their_places_with_them() -> None:
    for loss, left in ((1.0, 0), (0.5, None)):
        wire = Wire(Way(loss=loss))
        for number in range(100):
            wire.sent_at(0, number)
        wire.serve_until(SECOND)
        tally = wire.direction.tally
        assert tally.packets_in == 100 == tally.lost + tally.packets_out
        assert len(wire.out) == tally.packets_out
        assert left is None or tally.packets_out == left
        for number in range(PLACES):
            wire.sent_at(SECOND, number)
        assert wire.kernel.missed == 0


def test_what_a_device_refuses_is_counted_and_gone() -> None:
    wire = Wire(Way())
    wire.is_down = True
    for number in range(5):
        wire.sent_at(0, number)
    wire.serve_until(MS)
    wire.is_down = False
    wire.sent_at(2 * MS, 9)
    wire.wake()
    wire.serve_until(3 * MS)
    tally = wire.direction.tally
    assert (tally.packets_in, tally.refused, tally.packets_out) == (6, 5, 1)
    assert wire.out == [(2 * MS, packet(9000))]
    assert wire.direction.lateness.count == 1


def test_a_full_ring_misses_packets_and_goes_on() -> None:
    wire = Wire(Way(delay_ns=20 * MS), places=8)
    for number in range(10):
        wire.sent_at(0, number)
    assert wire.kernel.missed == 2
    wire.serve_until(SECOND)
    assert [frame for _, frame in wire.out] == [packet(number * 1000) for number in range(8)]
    wire.sent_at(2 * SECOND, 10)
    wire.wake()
    wire.serve_until(3 * SECOND)
    assert wire.out[-1] == (2 * SECOND + 20 * MS, packet(10_000))


def test_all_counts_are_of_ip_packets() -> None:
    wire = Wire(Way())
    for number in (0, 1, 1):
        wire.sent_at(0, number)
    wire.direction.take_all()
    tally = wire.direction.tally
    assert (tally.packets_in, tally.bytes_in, tally.retransmitted) == (3, 3 * OCTETS, 1)
    assert (tally.packets_out, tally.bytes_out) == (0, 0)
    wire.serve_until(MS)
    assert (tally.packets_out, tally.bytes_out) == (3, 3 * OCTETS)


def test_whoever_wants_to_see_frames_is_told_of_each() -> None:
    wire = Wire(Way(delay_ns=MS), send_ns=2 * US)
    taken: list[tuple[int, bytes]] = []
    sent: list[tuple[int, bytes]] = []
    wire.direction.on_taken = lambda times, frames: taken.extend(zip(times, frames, strict=True))
    wire.direction.on_sent = lambda times, frames: sent.extend(zip(times, frames, strict=True))
    for number in range(3):
        wire.sent_at(0, number)
    wire.serve_until(SECOND)
    frames = [packet(number * 1000) for number in range(3)]
    assert taken == [(0, frame) for frame in frames]
    # When its own turn began.
    assert sent == [(MS + 2 * US * turn, frame) for turn, frame in enumerate(frames)]


# --- properties ------------------------------------------------------------------------------


@st.composite
def ways(draw: st.DrawFn) -> Way:
    delay_ns = draw(st.just(0) | st.integers(0, 30 * MS))
    return Way(
        delay_ns=delay_ns,
        jitter_ns=draw(st.just(0) | st.integers(0, delay_ns)),
        loss=draw(st.sampled_from([0.0, 0.0, 0.3])),
        rate=draw(st.sampled_from([0.0, 0.0, 1e7])),
        queue_ns=draw(st.integers(0, 20 * MS)),
    )


gaps = st.lists(st.just(0) | st.integers(0, 4 * MS), min_size=1, max_size=25)


@given(ways(), gaps, st.lists(st.integers(0, 5 * MS), max_size=8), st.sampled_from([8, PLACES]))
@example(Way(), [0] * 9, [0], 8)  # a ring that is full beyond its end
@example(Way(), [0] * 9 + [1], [5 * MS, 0, 0, 0], 8)  # the frames there are older than the look
def test_who_comes_out_and_when_it_is_due_depends_on_sending_alone(
    way: Way, pauses: list[int], stops: list[int], places: int
) -> None:
    """The oracle is the shaper, asked of each packet when it is sent; looks come at any time."""
    wire, oracle = Wire(way, places), Shaper(way, "seed")
    expected, last, now = [], 0, 0
    held = list(stops)
    for number, gap in enumerate(pauses):
        now += gap
        before = wire.kernel.missed
        wire.sent_at(now, number)
        if wire.kernel.missed > before:
            continue  # the ring was full: the link never saw it
        due = oracle.admit(now, OCTETS)
        if due >= 0:
            last = max(last, due)
            expected.append((last, packet(number * 1000)))
        if held and number % 3 == 0:  # somebody looks, however early or late
            now += held.pop()
            wire.kernel.now_ns = now
            wire.direction.next_look_ns = 0
            wire.direction.forward(now)
    wire.direction.next_look_ns = 0
    wire.serve_until(now + 10 * SECOND)
    assert [frame for _, frame in wire.out] == [frame for _, frame in expected]
    late = [at - due for (at, _), (due, _) in zip(wire.out, expected, strict=True)]
    assert all(one >= 0 for one in late)
    found = wire.direction.lateness
    assert found.count == len(late)
    assert found.total_ns == sum(late)
    assert found.most_ns == max(late, default=0)
    tally = wire.direction.tally
    assert tally.packets_in == len(pauses) - wire.kernel.missed
    assert tally.packets_in == tally.packets_out + tally.lost + tally.overflowed
