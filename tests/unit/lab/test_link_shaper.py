"""A link's direction: when packets come out, which do not, and what is seen of them."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ring_builders import SYN, packet, rows_of

from bench.lab.network.counts import Lateness, Retransmissions, Tally
from bench.lab.network.shaper import LOST, OVERFLOWED, Shaper
from bench.model.links import Way
from bench.model.readings import WayCounts

US, MS, SECOND = 1_000, 1_000_000, 1_000_000_000
MTU = 1500

# --- the shaper: a table ---------------------------------------------------------------------

MBIT = 1e6
"""At 1 Mbit/s a packet of 125 bytes takes 1 ms."""


@pytest.mark.parametrize(
    ("way", "packets", "releases_ms"),
    [
        (Way(), [(0, 100), (0, 1500), (5, 40)], [0, 0, 5]),
        (Way(delay_ns=25 * MS), [(0, 100), (0, 1500), (5, 40)], [25, 25, 30]),
        # One after the other, at once where there was a pause.
        (Way(rate=MBIT), [(0, 125), (0, 125), (0, 250), (10, 125)], [1, 2, 4, 11]),
        (Way(rate=MBIT, delay_ns=5 * MS), [(0, 125), (0, 125), (3, 125)], [6, 7, 9]),
        # The third would wait for 2 ms: it may not; what comes later finds room again.
        (
            Way(rate=MBIT, queue_ns=MS),
            [(0, 125), (0, 125), (0, 125), (1, 125)],
            [1, 2, None, 3],
        ),
        (Way(rate=MBIT, queue_ns=0), [(0, 125), (0, 125), (1, 125)], [1, None, 2]),
        (Way(loss=1.0), [(0, 125), (1, 125)], [None, None]),
    ],
)
def test_packets_come_out_when_they_should(
    way: Way, packets: list[tuple[int, int]], releases_ms: list[int | None]
) -> None:
    shaper = Shaper(way, "seed")
    found = [shaper.admit(at * MS, size) for at, size in packets]
    assert [None if one < 0 else one / MS for one in found] == releases_ms


def test_a_drop_says_why() -> None:
    assert Shaper(Way(loss=1.0), "seed").admit(0, 100) == LOST
    full = Shaper(Way(rate=MBIT, queue_ns=0), "seed")
    assert [full.admit(0, 125), full.admit(0, 125)] == [MS, OVERFLOWED]


def test_a_lost_packet_takes_no_bandwidth() -> None:
    """Loss comes before the queue, as in front of a narrow place."""
    way = Way(rate=MBIT, loss=0.5, queue_ns=SECOND)
    shaper = Shaper(way, "seed")
    kept = [one for _ in range(100) if (one := shaper.admit(0, 125)) >= 0]
    assert 30 < len(kept) < 70
    assert kept == [(turn + 1) * MS for turn in range(len(kept))]


@pytest.mark.parametrize(
    ("way", "plain"),
    [
        (Way(), True),
        (Way(delay_ns=MS), True),
        (Way(queue_ns=0), True),
        (Way(loss=0.01), False),
        (Way(rate=1e9), False),
        (Way(delay_ns=MS, jitter_ns=MS), False),
    ],
)
def test_only_a_delay_is_plain(way: Way, plain: bool) -> None:
    shaper = Shaper(way, "seed")
    assert shaper.is_plain == plain
    assert shaper.delay_ns == way.delay_ns
    if plain:  # the emulator then leaves it out
        assert shaper.admit(7 * MS, MTU) == 7 * MS + way.delay_ns


# --- the shaper: properties ------------------------------------------------------------------


@st.composite
def ways(draw: st.DrawFn) -> Way:
    delay_ns = draw(st.integers(0, 300 * MS))
    return Way(
        delay_ns=delay_ns,
        jitter_ns=draw(st.just(0) | st.integers(0, delay_ns)),
        loss=draw(st.just(0.0) | st.floats(0, 1)),
        rate=draw(st.just(0.0) | st.floats(1e4, 1e10)),
        queue_ns=draw(st.integers(0, SECOND)),
    )


arrivals = st.lists(
    st.tuples(st.integers(0, 5 * MS) | st.just(0), st.integers(20, MTU)), min_size=1, max_size=30
)
Sent = list[tuple[int, int]]


def sent(gaps: Sent) -> Sent:
    """(time, size) of each packet."""
    now, found = 0, []
    for gap, size in gaps:
        now += gap
        found.append((now, size))
    return found


def through(way: Way, packets: Sent, seed: str = "seed") -> list[int]:
    shaper = Shaper(way, seed)
    return [shaper.admit(at, size) for at, size in packets]


@given(ways(), arrivals)
def test_packets_keep_their_order(way: Way, gaps: Sent) -> None:
    released = [one for one in through(way, sent(gaps)) if one >= 0]
    assert released == sorted(released)


@given(ways(), arrivals)
def test_no_packet_is_early(way: Way, gaps: Sent) -> None:
    """Not before the least delay, and not before its own bits are through."""
    packets = sent(gaps)
    for (at, size), release in zip(packets, through(way, packets), strict=True):
        bits_ns = 8e9 * size / way.rate if way.rate else 0
        assert release < 0 or release >= at + bits_ns + way.delay_ns - way.jitter_ns - 2


@given(ways(), arrivals)
def test_no_packet_waits_longer_than_the_queue_allows(way: Way, gaps: Sent) -> None:
    packets = sent(gaps)
    for (at, size), release in zip(packets, through(way, packets), strict=True):
        if release >= 0:
            bits_ns = 8e9 * size / way.rate if way.rate else 0
            wait_ns = way.queue_ns if way.rate else 0
            assert release <= at + wait_ns + bits_ns + way.delay_ns + way.jitter_ns + 2


@given(st.floats(1e4, 1e10), st.integers(0, SECOND), arrivals)
def test_bits_never_come_faster_than_the_rate(rate: float, queue_ns: int, gaps: Sent) -> None:
    """Between any two releases lie at least the bits of the later packets."""
    packets = sent(gaps)
    released = [
        (release, size)
        for release, (_, size) in zip(
            through(Way(rate=rate, queue_ns=queue_ns), packets), packets, strict=True
        )
        if release >= 0
    ]
    for first in range(len(released)):
        bits = 0
        for later in range(first + 1, len(released)):
            bits += 8 * released[later][1]
            spent_s = (released[later][0] - released[first][0] + 2) / 1e9
            assert bits <= rate * spent_s * (1 + 1e-9)


@given(st.floats(1e4, 1e8), st.integers(0, SECOND), arrivals)
def test_a_packet_overflows_only_where_it_would_wait_too_long(
    rate: float, queue_ns: int, gaps: Sent
) -> None:
    free_ns = 0.0
    packets = sent(gaps)
    for (at, size), release in zip(
        packets, through(Way(rate=rate, queue_ns=queue_ns), packets), strict=True
    ):
        too_long = free_ns - at > queue_ns
        assert (release == OVERFLOWED) == too_long
        if not too_long:
            free_ns = max(free_ns, at) + 8e9 * size / rate


@given(ways(), arrivals, st.integers(0, 99).map(str))
def test_the_same_seed_gives_the_same_link(way: Way, gaps: Sent, seed: str) -> None:
    packets = sent(gaps)
    assert through(way, packets, seed) == through(way, packets, seed)


def losses(way: Way, count: int, seed: str) -> list[bool]:
    shaper = Shaper(way, seed)
    return [shaper.admit(n * MS, MTU) == LOST for n in range(count)]


@given(
    st.floats(0.01, 0.99),
    st.integers(0, 10 * MS),
    st.floats(0, 1e9),
    st.integers(0, MS),
)
def test_whom_chance_takes_depends_on_the_seed_alone(
    loss: float, delay_ns: int, rate: float, queue_ns: int
) -> None:
    """Neither delay, jitter nor rate change it, so that levels of a sweep are comparable."""
    plain = losses(Way(loss=loss), 100, "1")
    other = Way(delay_ns, delay_ns, loss, rate if rate > 1e3 else 0.0, queue_ns)
    assert losses(other, 100, "1") == plain


def test_another_seed_loses_others() -> None:
    one, two = (losses(Way(loss=0.5), 100, seed) for seed in ("7/0/up", "7/0/down"))
    assert one != two


@pytest.mark.parametrize("loss", [0.02, 0.2])
def test_the_share_lost_is_the_share_asked_for(loss: float) -> None:
    """Of 100,000 packets 2 % +- 0.3 %: more than six standard deviations."""
    count = 100_000
    shaper = Shaper(Way(loss=loss), "1/0/up")
    lost = sum(shaper.admit(0, 40) == LOST for _ in range(count))
    assert lost / count == pytest.approx(loss, abs=max(0.003, 4 * math.sqrt(loss / count)))


def test_losses_come_singly() -> None:
    """A loss says nothing of the next packet: runs of two are as rare as chance has them."""
    lost = losses(Way(loss=0.1), 20_000, "x")
    both = sum(a and b for a, b in itertools.pairwise(lost))
    assert both / 20_000 == pytest.approx(0.01, abs=0.003)


def test_jitter_fills_its_whole_range_evenly() -> None:
    """Far apart, so that order plays no part: uniform in delay +- jitter."""
    way = Way(delay_ns=10 * MS, jitter_ns=4 * MS)
    shaper = Shaper(way, "seed")
    shifts = sorted(shaper.admit(n * SECOND, MTU) - n * SECOND for n in range(1, 2001))
    assert 6 * MS <= shifts[0] < 6.05 * MS
    assert 13.95 * MS < shifts[-1] <= 14 * MS
    for share in (0.25, 0.5, 0.75):
        expected = (6 + 8 * share) * MS
        assert shifts[int(2000 * share)] == pytest.approx(expected, abs=0.4 * MS)


# --- retransmissions -------------------------------------------------------------------------


def repeats(*frames: bytes) -> list[bool]:
    """Of each frame, seen one after the other."""
    seen = Retransmissions()
    return [seen.count(rows_of(one)) == 1 for one in frames]


@pytest.mark.parametrize(
    ("packets", "expected"),
    [
        ([packet(0), packet(1000), packet(2000)], [False] * 3),
        ([packet(0), packet(0)], [False, True]),
        ([packet(0), packet(1000), packet(0), packet(2000)], [False, False, True, False]),
        # Part of what was sent, and what has something new in it.
        ([packet(0), packet(500, 500), packet(500, 501)], [False, True, False]),
        # The link sees all that is sent: what lies below the highest byte was sent before.
        ([packet(5000), packet(4000)], [False, True]),
        # Numbers wrap at 2^32.
        ([packet(-1000), packet(0), packet(-1000)], [False, False, True]),
        ([packet(2**31 - 500), packet(2**31 + 500)], [False, False]),
        # No data, no TCP, options of IP (which TCP here does not send): no repeat.
        ([packet(0), packet(0, 0), packet(0, 0)], [False] * 3),
        ([packet(0, protocol=17), packet(0, protocol=17)], [False, False]),
        ([packet(0, version=0x46)] * 2, [False, False]),
        # Each connection by itself, and each direction.
        ([packet(0), packet(0, port=5001)], [False, False]),
        # Ports that come again begin anew, wherever their first number lies.
        (
            [packet(9000), packet(100, 0, flags=SYN), packet(101), packet(101)],
            [False, False, False, True],
        ),
    ],
)
def test_a_segment_that_was_sent_before_is_a_retransmission(
    packets: list[bytes], expected: list[bool]
) -> None:
    assert repeats(*packets) == expected


@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(1, 1460), min_size=1, max_size=10),
    st.randoms(use_true_random=False),
)
def test_every_repeat_and_nothing_else_is_counted(
    first: int, sizes: list[int], chance: random.Random
) -> None:
    """New segments in order, old ones now and then: as a sender's link sees them."""
    stream, expected, sent_before = [], [], []
    place = first
    for size in sizes:
        segment = packet(place, size)
        place += size
        stream.append(segment)
        expected.append(False)
        sent_before.append(segment)
        for again in chance.sample(sent_before, chance.randint(0, len(sent_before))):
            stream.append(again)
            expected.append(True)
    assert Retransmissions().count(rows_of(*stream)) == sum(expected)
    assert repeats(*stream) == expected


# --- lateness --------------------------------------------------------------------------------


def lateness_of(values: list[int]) -> Lateness:
    found = Lateness()
    for value in values:
        found.add(value)
    return found


def test_nothing_seen_is_not_known() -> None:
    assert math.isnan(Lateness().quantile_ns(0.5))
    assert math.isnan(Lateness().mean_ns)


def test_one_value_is_every_quantile() -> None:
    found = lateness_of([12_345])
    assert {found.quantile_ns(share) for share in (0.01, 0.5, 0.99, 1.0)} == {12_345}
    assert (found.most_ns, found.mean_ns, found.count) == (12_345, 12_345, 1)


@given(
    st.lists(st.integers(0, 10**10) | st.integers(0, 10**5), min_size=1, max_size=30),
    st.sampled_from([0.01, 0.5, 0.9, 0.99, 1.0]),
)
def test_a_quantile_is_at_most_a_step_above_the_true_one(values: list[int], share: float) -> None:
    """A step is 2,048 ns wide, or an eighth of a doubling beyond 8 ms."""
    found = lateness_of(values)
    true = sorted(values)[math.ceil(share * len(values) - 1e-9) - 1]
    quantile = found.quantile_ns(share)
    step = 2048 if true < 2048 * 4096 else true * (2 ** (1 / 8) - 1)
    assert true <= quantile * (1 + 1e-9)
    assert quantile <= true + step * (1 + 1e-9)
    assert quantile <= found.most_ns == max(values)
    assert found.mean_ns == pytest.approx(sum(values) / len(values))


# --- tallies ---------------------------------------------------------------------------------


def test_a_snapshot_keeps_every_count_and_does_not_change() -> None:
    names = [entry.name for entry in dataclasses.fields(WayCounts)]
    assert names == [entry.name for entry in dataclasses.fields(Tally)]
    tally = Tally(**{name: number for number, name in enumerate(names, 1)})
    frozen = tally.snapshot()
    tally.packets_in += 100
    assert dataclasses.asdict(frozen) == {name: number for number, name in enumerate(names, 1)}
