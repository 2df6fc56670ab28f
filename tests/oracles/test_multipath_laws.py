"""The laws of `multipath` against packets laid out field by field, and a race of two paths."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.multipath import laws

IPV4, TCP = ">BBHHHBBH4s4s", ">HHIIBBHHH"
TIMESTAMPS = ">BBBBII"  # two NOPs before it, RFC 7323
DSS = ">BBHQQIHxx"  # kind, length, flags, acknowledgement, place, subflow's place, length; padded


def data_bytes(*options: str) -> int:
    """What a packet of 1500 bytes has left for data."""
    return 1500 - sum(struct.calcsize(layout) for layout in (IPV4, TCP, *options))


def drain(rates: tuple[float, ...], payload: int, packets: int) -> tuple[float, list[int]]:
    """Each path takes the next packet when it is free: the time of the last, packets by path."""
    free, taken = [0.0] * len(rates), [0] * len(rates)
    for _ in range(packets):
        ends = [start + 1500 * 8 / rate for start, rate in zip(free, rates, strict=True)]
        path = ends.index(min(ends))
        free[path] = ends[path]
        taken[path] += 1
    return packets * payload * 8 / max(free), taken


def test_mp1_one_path_carries_full_packets() -> None:
    rate, _ = drain((10e6,), data_bytes(TIMESTAMPS), 1000)
    assert laws.goodput((10e6,), 1) == pytest.approx(rate)


@pytest.mark.parametrize("rates", [(10e6, 5e6), (5e6, 10e6), (3e6, 3e6), (20e6, 1e6)])
def test_mp1_mp2_two_paths_race(rates: tuple[float, float]) -> None:
    options = (TIMESTAMPS, DSS)
    assert struct.calcsize(DSS) == laws.DSS_BYTES
    rate, taken = drain(rates, data_bytes(*options), 5000)
    assert laws.goodput(rates, 1, laws.DSS_BYTES) == pytest.approx(rate, rel=0.01)
    assert laws.second_share(*rates) == pytest.approx(taken[1] / sum(taken), rel=0.02)


@given(
    st.tuples(st.floats(1e5, 1e9), st.floats(1e5, 1e9)),
    st.integers(1, 100),
    st.sampled_from([0, laws.DSS_BYTES]),
)
def test_paths_add_and_clients_share(
    rates: tuple[float, float], clients: int, options: int
) -> None:
    both = laws.goodput(rates, clients, options)
    apart = sum(laws.goodput((rate,), 1, options) for rate in rates)
    assert both * clients == pytest.approx(apart)
    assert laws.second_share(*rates) + laws.second_share(*rates[::-1]) == pytest.approx(1)
