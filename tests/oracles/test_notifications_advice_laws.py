"""The laws of advice against a machine on which each message costs exactly the same.

What its trials would show is written down in advice_builders; the costs below are counted
message by message, without the laws.  The last tests have trials that scatter by more than a
message costs.
"""

from __future__ import annotations

import math

import pytest
from advice_builders import CLIENT_US, COSTS_US, IDLE_US, constants, with_values, workload
from hypothesis import given
from hypothesis import strategies as st

from bench.analysis.advising import Adviser, Figure, Option

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


# --- trials that scatter by more than a message costs ---------------------------------------------

CPU = "backend_cpu_us_per_s"
EVERY = st.floats(1.0, 100_000.0)
"""Whatever trials may show, be it nonsense together."""


def scattered(pattern: str, values: dict[str, float], **texts: str) -> Option:
    """What is said of a workload where a pattern's constants are these."""
    found = Adviser(workload().advice, with_values(constants(spread=0.0), pattern, values))
    return next(one for one in found.options(workload(**texts)) if one.pattern == pattern)


@given(EVERY, EVERY, EVERY, EVERY, st.sampled_from(["sse", "websocket"]))
def test_under_the_load_of_the_constants_a_push_costs_what_was_measured(
    seldom: float, some: float, often: float, many: float, pattern: str
) -> None:
    """A curve goes through its points, also where one more client costs less than 0."""
    values = {
        f"seldom.{CPU}": seldom,
        f"some.{CPU}": some,
        f"often.{CPU}": often,
        f"many.{CPU}": many,
    }
    for name, texts in {
        "seldom": {"clients": "100", "event_rate": "5/s", "audience": "one"},
        "some": {"clients": "100", "event_rate": "20/s", "audience": "one"},
        "often": {"clients": "100", "event_rate": "100/s", "audience": "one"},
        "many": {"clients": "200", "event_rate": "8/s", "audience": "every"},
    }.items():
        found = scattered(pattern, values, **texts)
        measured = values[f"{name}.{CPU}"]
        assert found.figures["cpu"].value == pytest.approx(measured, rel=1e-6, abs=1e-6)


@given(st.floats(1.0, 3.0), st.floats(0.5, 2.0))
def test_over_a_link_too(some: float, often: float) -> None:
    """Both trials over a link cost what they cost, each with a multiple of its own."""
    asked = {"seldom": 3000.0, "some": 8000.0, "often": 30_000.0}
    far = {"far_some": 8000.0 * some, "far": 30_000.0 * often}
    values = {f"{name}.{CPU}": value for name, value in (asked | far).items()}
    for name, rate in (("far_some", 20), ("far", 100)):
        texts = {"clients": "100", "event_rate": f"{rate}/s", "audience": "one", "rtt": "20ms"}
        found = scattered("websocket", values, **texts)
        assert found.figures["cpu"].value == pytest.approx(far[name], rel=1e-6)


def test_between_two_trials_a_message_costs_what_lies_between() -> None:
    """Cores that sleep between messages: each costs 600, 400 and 300 us at 5, 20 and 100/s."""
    values = {f"seldom.{CPU}": 3000.0, f"some.{CPU}": 8000.0, f"often.{CPU}": 30_000.0}
    found = [
        scattered("sse", values, clients="50", event_rate=f"{rate}/s", audience="one")
        for rate in (5, 10, 20, 60, 100)
    ]
    costs = [one.figures["cpu"].value for one in found]
    assert costs == pytest.approx([3000.0, 3000 + 5000 / 3, 8000.0, 19_000.0, 30_000.0])


@given(EVERY, EVERY, EVERY, EVERY, EVERY)
def test_under_the_load_of_the_constants_polls_cost_what_was_measured(
    seldom: float, some: float, often: float, news: float, singly: float
) -> None:
    """Also where a poll with news costs less than one without, or an event less than nothing."""
    values = {
        f"polled_seldom.{CPU}": seldom,
        f"polled_some.{CPU}": some,
        f"polled_often.{CPU}": often,
        f"polled_news.{CPU}": news,
        f"polled_singly.{CPU}": singly,
        "polled_news.useless_share": math.exp(-5 * 0.5),
        "polled_singly.useless_share": math.exp(-0.5),
    }
    for name, rate, audience in (("polled_news", 5, "every"), ("polled_singly", 100, "one")):
        texts = {"clients": "100", "event_rate": f"{rate}/s", "audience": audience}
        found = scattered("short_polling", values, poll_interval="500ms", **texts)
        measured = values[f"{name}.{CPU}"]
        assert found.figures["cpu"].value == pytest.approx(measured, rel=1e-6, abs=1e-3)


def test_a_reply_that_is_dearer_by_itself_is_part_of_the_sum() -> None:
    """A broadcast's message costs more than an event for one: rare ones are what they are."""
    dearer = IDLE_US + 8 * (COSTS_US["long_polling"] + 199 * 400.0)
    texts = {"clients": "5", "event_rate": "0.5/s", "audience": "every"}
    found = scattered("long_polling", {f"many.{CPU}": dearer}, **texts)
    counted = IDLE_US + 0.5 * (COSTS_US["long_polling"] + 4 * 400.0)
    assert found.figures["cpu"].value == pytest.approx(counted, rel=0.001)


LESS = {f"many.{CPU}": IDLE_US}
"""Broadcasts that seem to cost nothing: one more client costs less than that."""


def test_a_sum_below_zero_is_no_cost_and_says_so() -> None:
    below = scattered("sse", LESS, clients="500", event_rate="15/s", audience="every")
    assert "cpu" not in below.figures
    assert below.state == "unknown"
    (why,) = below.why
    assert why == "law FAN-2 gives a cost below zero: its constants scatter by more than it costs"
    above = scattered("sse", LESS, clients="50", event_rate="15/s", audience="every")
    assert 0 < above.figures["cpu"].value < IDLE_US + 15 * COSTS_US["sse"]


def test_a_gap_between_long_polls_is_not_below_zero() -> None:
    near = scattered("long_polling", LESS, clients="50", audience="every")
    assert near.state == "unknown"
    assert "law FAN-2, LP-2 has no value for it: by the constants one more client" in near.why[0]
    far = scattered("long_polling", LESS, clients="50", audience="every", rtt="50ms")
    assert far.figures["late"].value > 25.0


def test_what_a_link_makes_dearer_must_cost_something() -> None:
    less = {f"often.{CPU}": IDLE_US, f"seldom.{CPU}": IDLE_US + 1.0}
    texts = {"clients": "50", "event_rate": "10/s", "audience": "every"}
    found = scattered("sse", less, **texts, rtt="20ms")
    assert found.state == "unknown"
    assert "law FAN-2 has no value for it: by the constants an event costs" in found.why[0]
    assert scattered("sse", less, **texts).figures["cpu"].value > 0
