"""The laws of `fan_out` against simulations of what they describe, and against pamqp's bytes."""

from __future__ import annotations

import heapq
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp import body, commands, frame, header

from scenarios.fan_out import laws


def simulated_confirms(window: int, rtt: float, confirm: float, most: float) -> float:
    """Events per second of a broker that takes 1/mu for each; it confirms each R + t later."""
    rest = confirm - 1 / most  # beside the work on one event
    open_until: list[float] = []
    now = free = 0.0
    count = 40 * window + 400
    for _ in range(count):
        if len(open_until) == window:
            now = max(now, heapq.heappop(open_until))
        free = max(now, free) + 1 / most
        heapq.heappush(open_until, free + rtt + rest)
    return count / (free + rtt + rest)


@given(
    st.integers(1, 1000),
    st.floats(0, 0.02),
    st.floats(0.0002, 0.002),
    st.floats(2_000, 50_000),
)
def test_ps_2_is_what_a_window_allows(window: int, rtt: float, confirm: float, most: float) -> None:
    most = max(most, 1.01 / confirm)  # one by one is no faster than the most
    found = simulated_confirms(window, rtt, confirm, most)
    # The first and the last window are not whole.
    assert found == pytest.approx(laws.confirmed_per_s(window, rtt, confirm, most), rel=0.06)


def simulated_on_one_core(window: int, publish: float, confirm: float, turn: float) -> float:
    """Events per second where publisher and broker share a core and nothing takes distance.

    Who has the core keeps it until it has nothing to do; `turn` passes before the other goes on.
    """
    to_publish, with_broker, done, now = window, 0, 0, 0.0
    while done < 50 * window:
        while to_publish:
            now += publish
            to_publish, with_broker = to_publish - 1, with_broker + 1
        now += turn
        while with_broker:
            now += confirm
            with_broker, to_publish, done = with_broker - 1, to_publish + 1, done + 1
        now += turn
    return done / now


@given(st.integers(1, 1000), st.floats(1e-6, 1e-4), st.floats(1e-6, 1e-4), st.floats(1e-6, 1e-3))
def test_ps_2_is_what_one_core_allows_without_distance(
    window: int, publish: float, confirm: float, turn: float
) -> None:
    found = simulated_on_one_core(window, publish, confirm, turn)
    one, most = publish + confirm + 2 * turn, 1 / (publish + confirm)
    assert found == pytest.approx(laws.confirmed_in_turn_per_s(window, one, most))


def simulated_prefetch(prefetch: int, rtt: float, work: float) -> tuple[float, float]:
    """(events per second, mean wait in the buffer) of a receiver with a full queue behind it."""
    arrivals = [rtt / 2] * prefetch
    heapq.heapify(arrivals)
    free, waits, done = 0.0, [], []
    for _ in range(40 * prefetch + 200):
        came = heapq.heappop(arrivals)
        began = max(came, free)
        free = began + work
        waits.append(began - came)
        done.append(free)
        heapq.heappush(arrivals, free + rtt)
    half = len(done) // 2
    span = done[-1] - done[half - 1]
    return (len(done) - half) / span, sum(waits[half:]) / (len(done) - half)


@given(st.integers(1, 100), st.floats(0.02, 0.2), st.floats(0.003, 0.05))
def test_ps_3_is_what_a_prefetch_allows(prefetch: int, rtt: float, work: float) -> None:
    rate, wait = simulated_prefetch(prefetch, rtt, work)
    # Rounds are of whole batches while the receiver waits.
    assert laws.received_per_s(prefetch, rtt, work) == pytest.approx(rate, rel=0.05)
    expected = laws.buffer_wait(prefetch, rtt, work)
    if expected > 0.2 * (rtt + work):
        assert wait == pytest.approx(expected, rel=0.05)


def test_ps_3_is_the_published_arithmetic() -> None:
    """50 + 4 + 50 ms: 26 are enough; 51 add 100 ms; at 40 ms each 26 add 900, 51 add 1,900."""
    needed = math.ceil(0.104 / 0.004)
    assert needed == 26
    assert laws.received_per_s(needed, 0.1, 0.004) == pytest.approx(250)
    assert laws.received_per_s(needed - 1, 0.1, 0.004) < 245
    assert laws.buffer_wait(51, 0.1, 0.004) == pytest.approx(0.1)
    assert laws.buffer_wait(26, 0.1, 0.04) == pytest.approx(0.9)
    assert laws.buffer_wait(51, 0.1, 0.04) == pytest.approx(1.9)


def simulated_calls(receivers: int, rtt: float, call: float, answer: float) -> tuple[float, float]:
    """(until all have answered, until the last has the event) with one core for what is sent
    and read: calls go first, each answer is read when it is there and the core is free."""
    now, there = 0.0, []
    for _ in range(receivers):
        now += call
        there.append(now + rtt)
    last = now + rtt / 2
    for came in there:
        now = max(now, came) + answer
    return now, last


@given(
    st.integers(1, 200),
    st.floats(0.02, 0.1),
    st.floats(0.00002, 0.0001),
    st.floats(0.00002, 0.0001),
)
def test_ps_1_is_one_round_trip_where_all_are_called_at_once(
    receivers: int, rtt: float, call: float, answer: float
) -> None:
    rtt = max(rtt, receivers * (call + answer))  # its domain: all are called before one answers
    near = max(0.02, 200 * (call + answer))
    lines = [(number, simulated_calls(number, near, call, answer)) for number in (5, 100)]
    found = simulated_calls(receivers, rtt, call, answer)
    for place, law in enumerate((laws.called_at_once, laws.last_called_at_once)):
        work = laws.through([(number, times[place]) for number, times in lines], receivers)
        assert law(work, rtt - near) == pytest.approx(found[place], abs=1e-9)


def simulated_calls_in_turn(receivers: int, rtt: float, work: float) -> tuple[float, float]:
    now = last = 0.0
    for _ in range(receivers):
        now += work + rtt / 2
        last = now
        now += rtt / 2
    return now, last


@given(st.integers(1, 200), st.floats(0.002, 0.02), st.floats(0.0001, 0.001))
def test_ps_1_is_a_round_trip_each_where_they_are_called_in_turn(
    receivers: int, rtt: float, work: float
) -> None:
    near = 0.002
    lines = [(number, simulated_calls_in_turn(number, near, work)) for number in (1, 30)]
    found = simulated_calls_in_turn(receivers, rtt, work)
    for place, law in enumerate((laws.called_in_turn, laws.last_called_in_turn)):
        known = laws.through([(number, times[place]) for number, times in lines], receivers)
        assert law(known, receivers, rtt - near) == pytest.approx(found[place])


def written(*frames: object) -> int:
    return sum(len(frame.marshal(one, 1)) for one in frames)  # type: ignore[arg-type]


@pytest.mark.parametrize("payload", [48, 100, 131_064, 131_065, 300_000])
def test_ps_5_is_what_pamqp_writes(payload: int) -> None:
    exchange, tag = "fan-out-0123456789ab", "c"
    most = laws.FRAME_LIMIT - 8
    content = [
        header.ContentHeader(0, payload, commands.Basic.Properties(delivery_mode=1)),
        *(body.ContentBody(bytes(min(most, payload - at))) for at in range(0, payload, most)),
    ]
    publish = commands.Basic.Publish(exchange=exchange)
    deliver = commands.Basic.Deliver(tag, 1, False, exchange, "")
    assert written(publish, *content) == laws.published_bytes(payload, len(exchange))
    assert written(deliver, *content) == laws.delivered_bytes(payload, len(exchange), len(tag))


def test_ps_1_is_a_line_in_stretches() -> None:
    points = [(5, 10.0), (100, 200.0), (200, 500.0)]
    wanted = np.interp([5, 40, 100, 170, 200], *zip(*points, strict=True))
    found = [laws.through(points, receivers) for receivers in (5, 40, 100, 170, 200)]
    assert found == pytest.approx(wanted)
    assert laws.through(points, 1) == pytest.approx(10 - 4 * 2)
    assert laws.through(points[:2], 150) == pytest.approx(300)
    assert laws.called_in_turn(0.2, 100, 0.005) == pytest.approx(0.7)
    assert laws.last_called_in_turn(0.2, 100, 0.005) == pytest.approx(0.6975)
    assert laws.last_told(0.02, 0.005, 0.01) == pytest.approx(0.0275)
