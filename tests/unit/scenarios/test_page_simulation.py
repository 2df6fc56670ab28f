"""The simulation of a page's packets against what must hold where a closed form is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.page_load import laws
from scenarios.page_load._simulation.page import Page, Path
from scenarios.page_load._simulation.quic_pages import http3_s
from scenarios.page_load._simulation.server import Costs
from scenarios.page_load._simulation.tcp_pages import http1_s, http2_s

FREE = Costs(0, 0, 0, 0, 0)
"""A machine that takes no time."""

CONTROLS = ("reno", "cubic", "bbr")
controls = st.sampled_from(CONTROLS)
trips = st.floats(0.005, 0.3)
delays = st.floats(0, 0.2)

NEARLY = 0.001
"""Seconds: requests follow each other by 25 us, and small replies wait for each other."""


def page(resources: int, size: int = 100, delay_s: float = 0.0) -> Page:
    return Page((size,) * resources, delay_s)


@given(st.integers(1, 20), st.integers(1, 8), trips, delays, controls)
def test_without_bandwidth_http1_takes_its_waves(
    resources: int, connections: int, rtt_s: float, delay_s: float, control: str
) -> None:
    found = http1_s(
        page(resources, delay_s=delay_s), Path(rtt_s, control=control), FREE, connections
    )
    fetching = laws.http1_makespan(resources, connections, rtt_s, delay_s)
    assert found == pytest.approx(laws.setup_s(rtt_s, "1.1", True) + fetching, abs=1e-6)


@given(st.integers(1, 9), trips, delays, controls)
def test_a_few_small_resources_take_http2_one_wave(
    resources: int, rtt_s: float, delay_s: float, control: str
) -> None:
    found = http2_s(page(resources, delay_s=delay_s), Path(rtt_s, control=control), FREE)
    fetching = laws.multiplexed_makespan(resources, 100, rtt_s, delay_s)
    law = laws.setup_s(rtt_s, "2", True) + fetching
    assert law - 1e-6 <= found <= law + NEARLY


@given(trips, delays)
def test_one_small_resource_takes_http3_two_round_trips(rtt_s: float, delay_s: float) -> None:
    found = http3_s(page(1, delay_s=delay_s), Path(rtt_s), FREE)
    assert found == pytest.approx(laws.setup_s(rtt_s, "3", True) + rtt_s + delay_s, abs=1e-6)


def rounds(segments: int, window: int = 10) -> int:
    """Flights that doubling windows need."""
    count = 1
    while segments > window:
        segments -= window
        window *= 2
        count += 1
    return count


@given(st.integers(1, 45), trips, st.sampled_from(["reno", "cubic"]))
def test_a_large_resource_takes_the_rounds_of_slow_start(
    segments: int, rtt_s: float, control: str
) -> None:
    size = max(1, segments * laws.SEGMENT_BYTES - 900)
    found = http1_s(page(1, size), Path(rtt_s, control=control), FREE, 1)
    assert found == pytest.approx((2 + rounds(segments)) * rtt_s, abs=1e-6)


@given(st.integers(1, 9), st.floats(2e6, 50e6), controls)
def test_bytes_follow_the_round_trips(segments: int, rate: float, control: str) -> None:
    """One reply within the first window: it comes after R + S and its own bytes' time."""
    rtt_s, size = 0.1, segments * laws.SEGMENT_BYTES - 700
    small, large = (
        http1_s(page(1, bytes_), Path(rtt_s, rate, rate, control=control), FREE, 1)
        for bytes_ in (1, size)
    )
    expected = (size - 1 + 52 * (segments - 1)) * 8 / rate
    assert large - small == pytest.approx(expected, abs=1e-6)


MANY = page(30, 30_000)
OVER: dict[str, Callable[..., float]] = {
    "one": lambda where: http1_s(MANY, where, FREE, 1),
    "six": lambda where: http1_s(MANY, where, FREE, 6),
    "http2": lambda where: http2_s(MANY, where, FREE),
    "http3": lambda where: http3_s(MANY, where, FREE),
}


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("pattern", OVER)
def test_over_a_short_link_the_bandwidth_alone_counts(pattern: str, control: str) -> None:
    rate = 8e6
    found = OVER[pattern](Path(0.002, rate, rate, 0.1, control))
    least = sum(MANY.sizes) * 8 / rate
    assert least < found < 1.35 * least


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("pattern", OVER)
def test_what_a_full_queue_drops_is_sent_again(pattern: str, control: str) -> None:
    found = OVER[pattern](Path(0.08, 5e6, 5e6, 0.02, control))
    assert sum(MANY.sizes) * 8 / 5e6 < found < 10


def test_congestion_control_decides_only_where_windows_matter() -> None:
    tiny = [http1_s(page(3), Path(0.05, control=one), FREE, 1) for one in CONTROLS]
    assert max(tiny) == pytest.approx(min(tiny))
    wide = [OVER["http2"](Path(0.1, 50e6, 50e6, 0.1, one)) for one in CONTROLS]
    assert max(wide) > 1.02 * min(wide)


def test_http2_with_more_small_requests_than_a_window_waits_a_round_trip() -> None:
    """Ten segments leave: the handshake's end and nine requests."""
    few, more = (http2_s(page(n, delay_s=0.05), Path(0.05), FREE) for n in (9, 10))
    assert more - few == pytest.approx(0.05, abs=NEARLY)


def test_pacing_merges_requests_into_one_segment() -> None:
    slow, fast = (http2_s(page(30), Path(0.08, control=one), FREE) for one in ("cubic", "bbr"))
    assert slow - fast > 0.07


@pytest.mark.parametrize("pattern", ["six", "http2", "http3"])
def test_a_slower_machine_or_a_longer_link_takes_longer(pattern: str) -> None:
    near = OVER[pattern](Path(0.02))
    assert OVER[pattern](Path(0.04)) > near
    slow = {"six": lambda c: http1_s(MANY, Path(0.02), c, 6)}.get(
        pattern, lambda c: {"http2": http2_s, "http3": http3_s}[pattern](MANY, Path(0.02), c)
    )
    assert slow(Costs(0.001, 0.001, 1e-8, 0.002, 0.001)) > near


def cases() -> Iterator[tuple[str, Path]]:
    for pattern in OVER:
        for control in CONTROLS:
            for rtt_s, rate in ((0.03, 0.0), (0.12, 20e6)):
                yield pattern, Path(rtt_s, rate, rate, 0.1, control)


def test_the_simulation_is_what_it_was(golden: Callable[..., None]) -> None:
    """Any change of a number here is a change of the law: audit it again with a new seed."""
    found = {
        f"{pattern} {where.rtt_s} {where.rate_down:g} {where.control}": round(
            OVER[pattern](where) * 1e3, 3
        )
        for pattern, where in cases()
    }
    assert all(math.isfinite(value) for value in found.values())
    golden("page_simulation", found)
