"""The laws of `address_change` against messages passed one by one, whenever a change comes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.address_change import laws


def answered_after(
    moment_s: float, messages: tuple[str, ...], trip_s: float, work_s: float
) -> float:
    """When the answer comes if a client begins then: half a trip each message, work where asked."""
    now = moment_s
    for message in messages:
        now += trip_s / 2
        if message == "GET":
            now += work_s
    return now


EXCHANGE = ("SYN", "SYN+ACK", "ClientHello", "ServerHello..Finished", "GET", "200")
"""The client's ACK and Finished travel with what follows them (RFC 8446, figure 1)."""


@given(st.floats(0.001, 1), st.floats(0, 1))
def test_addr1_counts_the_messages_of_a_new_connection(trip_s: float, work_s: float) -> None:
    found = answered_after(0.0, EXCHANGE, trip_s, work_s)
    assert laws.reconnected(trip_s, work_s) == pytest.approx(found)


QUIC_EXCHANGE = ("ClientHello", "ServerHello..Finished", "GET", "200")
EARLY_EXCHANGE = ("GET", "200")
"""The ClientHello is in the datagrams before the request's, and its answer in those before 200."""


@given(st.floats(0.001, 1), st.floats(0, 1))
def test_addr3_counts_the_messages_of_a_new_quic_connection(trip_s: float, work_s: float) -> None:
    for exchange, handshakes in ((QUIC_EXCHANGE, laws.QUIC), (EARLY_EXCHANGE, laws.EARLY)):
        found = answered_after(0.0, exchange, trip_s, work_s)
        assert laws.reconnected(trip_s, work_s, handshakes) == pytest.approx(found)


@pytest.mark.parametrize(
    ("trip_s", "work_s", "timeout_s"), [(0.08, 0.05, 1.0), (0.04, 0.4, 2.0), (0.3, 0.0, 3.0)]
)
def test_addr2_takes_what_is_left_of_the_timeout(
    trip_s: float, work_s: float, timeout_s: float
) -> None:
    chance, pauses = random.Random(1), []
    for _ in range(20_000):
        asked_s = -chance.random() * (trip_s + work_s)  # the change is at 0
        noticed_s = asked_s + timeout_s
        pauses.append(answered_after(noticed_s, EXCHANGE, trip_s, work_s))
    mean_s = sum(pauses) / len(pauses)
    assert laws.unnoticed(trip_s, work_s, timeout_s) == pytest.approx(mean_s, rel=0.01)
    assert max(pauses) <= timeout_s + laws.reconnected(trip_s, work_s)
