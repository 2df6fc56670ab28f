"""The laws of advice against a machine on which each message costs exactly the same.

What its trials would show is written down in advice_builders; the costs below are counted
message by message, without the laws.
"""

from __future__ import annotations

import math

import pytest
from advice_builders import CLIENT_US, COSTS_US, IDLE_US, constants, workload
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.advising import Adviser, Figure

EXACT = Adviser(workload().advice, constants(spread=0.0))


def figure(pattern: str, cost: str, **texts: str) -> Figure:
    found = {one.pattern: one for one in EXACT.options(workload(**texts))}
    return found[pattern].figures[cost]


@given(st.integers(5, 300), st.floats(0.5, 15), st.sampled_from(["sse", "websocket"]))
def test_a_broadcast_costs_its_messages(clients: int, rate: float, pattern: str) -> None:
    each = COSTS_US[pattern] + (clients - 1) * CLIENT_US[pattern]
    found = figure(pattern, "cpu", clients=str(clients), event_rate=f"{rate}/s")
    assert found.value == pytest.approx(IDLE_US + rate * each, rel=1e-6)


@given(st.integers(20, 400), st.floats(0.5, 100))
def test_events_for_one_client_cost_one_message_each(clients: int, rate: float) -> None:
    texts = {"clients": str(clients), "event_rate": f"{rate}/s", "audience": "one"}
    found = figure("sse", "cpu", **texts)
    assert found.value == pytest.approx(IDLE_US + rate * COSTS_US["sse"], rel=1e-6)


@given(st.integers(5, 200), st.floats(0.2, 5))
def test_polls_cost_their_number_and_their_news(clients: int, interval: float) -> None:
    rate = 0.5
    found = figure(
        "short_polling",
        "cpu",
        clients=str(clients),
        event_rate=f"{rate}/s",
        poll_interval=f"{interval}s",
    )
    polls = clients / interval
    news = polls * (1 - math.exp(-rate * interval))
    counted = IDLE_US + polls * COSTS_US["short_polling"] + news * 30.0 + rate * 40.0
    assert found.value == pytest.approx(counted, rel=1e-3)


@given(st.integers(5, 100), st.floats(0.5, 5))
def test_rare_events_make_as_many_long_polls_as_deliveries(clients: int, rate: float) -> None:
    found = figure("long_polling", "cpu", clients=str(clients), event_rate=f"{rate}/s")
    each = COSTS_US["long_polling"] + (clients - 1) * CLIENT_US["long_polling"]
    counted = IDLE_US + rate * each
    assert found.value == pytest.approx(counted, rel=0.05)


def test_a_link_makes_messages_dearer_and_nothing_else() -> None:
    near, far = (
        figure("sse", "cpu", clients="20", event_rate="10/s", rtt=rtt) for rtt in ("0s", "20ms")
    )
    assert (far.value - IDLE_US) / (near.value - IDLE_US) == pytest.approx(1.2)


@given(st.floats(0.1, 5), st.sampled_from([0.0, 0.05]))
def test_a_poll_comes_half_an_interval_late(interval: float, rtt: float) -> None:
    found = figure("short_polling", "late", poll_interval=f"{interval}s", rtt=f"{rtt}s")
    assert found.value == pytest.approx((interval + rtt) / 2 * 1e3)


def test_a_push_comes_half_a_round_trip_late() -> None:
    found = figure("sse", "late", rtt="100ms", audience="one", event_rate="50/s")
    assert found.value == pytest.approx(50.8)


@given(st.integers(48, 1000), st.floats(1, 20))
def test_a_longer_payload_is_longer_on_the_wire_by_itself(payload: int, rate: float) -> None:
    texts = {"event_rate": f"{rate}/s", "clients": "20"}
    short = figure("sse", "bytes", payload="48B", **texts).value
    long = figure("sse", "bytes", payload=f"{payload}B", **texts).value
    assert long - short == pytest.approx(rate * (payload - 48))
