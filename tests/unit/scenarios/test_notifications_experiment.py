"""The declaration of `notifications` holds together: names, defaults, predictions."""

from __future__ import annotations

import itertools
import math
import statistics

import pytest
from measured import EXPERIMENTS, METRICS

from bench.plan import arrivals
from scenarios.notifications import laws
from scenarios.notifications._lateness import few, many
from scenarios.notifications.load import LOAD, rate_per_client

EXPERIMENT = EXPERIMENTS["notifications"]

FACTS = dict.fromkeys(METRICS, 1.0) | {
    "rtt_us": 50_000.0,
    "server_marginal_cpu_us": 10.0,
    "generator_marginal_cpu_us": 20.0,
    "rarely.poll_bytes_up": 80.0,
    "rarely.empty_bytes_down": 120.0,
    "rarely.useful_bytes_down": 150.0 + 100,
    "singly.latency_mean": 25.4,
    "singly.server_cpu_us_per_event": 210.0,
    "few.latency_mean": 25.4,
    "few.server_cpu_us_per_event": 30.0,
    "many.server_cpu_us_per_event": 11.0,
    "many_near.server_cpu_us_per_event": 11.0,
    "seed": 1,
}


def predicted(pattern: str, metric: str, **load: object) -> float:
    (entry,) = (p for p in EXPERIMENT.predictions_for(pattern) if p.metric == metric)
    return entry.function(LOAD(**load), FACTS)  # type: ignore[arg-type]


def test_an_event_for_one_is_rarer_at_each_client() -> None:
    every, one = (
        LOAD(clients=10, event_rate_per_s=5, audience=audience) for audience in ("every", "one")
    )
    assert (rate_per_client(every), rate_per_client(one)) == (5, 0.5)


@pytest.mark.parametrize(
    "entry", EXPERIMENT.predictions, ids=lambda entry: f"{entry.law}-{entry.metric}"
)
@pytest.mark.parametrize("audience", ["every", "one"])
def test_every_prediction_is_a_number(entry: object, audience: str) -> None:
    value = entry.function(LOAD(audience=audience), FACTS)  # type: ignore[attr-defined]
    assert math.isfinite(value)
    assert value > 0
    assert all((entry.law, entry.formula, entry.source, entry.patterns))  # type: ignore[attr-defined]


def test_predictions_are_in_the_metrics_unit() -> None:
    """Milliseconds for latencies, microseconds taken from the facts."""
    assert predicted("short_polling", "latency_mean", poll_interval_s=1.0) == pytest.approx(525)
    assert predicted("short_polling", "latency_p50", poll_interval_s=1.0) == pytest.approx(525)
    assert predicted("short_polling", "latency_p99", poll_interval_s=1.0) == pytest.approx(1015)
    # Evenly spaced: the window has just as many events as the rate says.
    even = {"schedule": "constant", "event_rate_per_s": 0.5}
    assert predicted("short_polling", "useless_share", **even) == pytest.approx(0.5)
    assert predicted("short_polling", "requests_per_event", **even) == pytest.approx(2)
    even["event_rate_per_s"] = 1.0
    assert predicted("short_polling", "wire_bytes_per_event", **even) == 80 + 150 + 156 + 100


def test_laws_of_counts_follow_the_trials_schedule() -> None:
    """One event for each of five clients, on average: lambda is what the window has of them."""
    load = {"clients": 5, "audience": "one", "event_rate_per_s": 7.0, "warmup_s": 2.0}
    events = sum(
        1
        for at_ns in itertools.takewhile(lambda ns: ns < 12e9, arrivals.poisson(7.0, 1))
        if at_ns >= 2e9
    )
    rate = events / 5 / 10
    assert rate != 7 / 5
    assert predicted("short_polling", "useless_share", **load) == pytest.approx(math.exp(-rate))
    assert predicted("short_polling", "requests_per_event", **load) == pytest.approx(1 / rate)


def test_a_broadcast_is_served_in_turn() -> None:
    """25.4 ms for ten clients, and half of 10 us more for each of 90 others.

    190 more clients are 200 x 11 - 10 x 30 us.
    """
    load = {"clients": 100, "schedule": "constant"}
    expected = 25.4 + 90 * 0.010 / 2
    assert predicted("sse", "latency_mean", **load) == pytest.approx(expected)
    assert predicted("websocket", "latency_mean", **load) == pytest.approx(expected)
    assert predicted("sse", "latency_mean", **load, audience="one") == pytest.approx(25.4)


@pytest.mark.parametrize("clients", [1, 10, 60, 61, 200, 300, 301, 600])
def test_calibration_is_with_other_numbers_of_clients(clients: int) -> None:
    load = LOAD(clients=clients)
    assert len({clients, few(load), many(load)}) == 3 if clients != 1 else True
    assert few(load) < many(load)


def test_an_event_waits_for_the_broadcast_before_it() -> None:
    """Over many schedules as Pollaczek and Khinchine say: rho D/(2 (1 - rho))."""
    alone = {"clients": 500, "event_rate_per_s": 50.0, "duration_s": 40.0}
    cost_s = (600 * 11 - 10 * 30) / 590 / 1e6
    broadcast_s = 0.0003 + 490 * cost_s
    busy = 50 * broadcast_s
    expected = busy * broadcast_s / 2 / (1 - busy)
    law = next(one for one in EXPERIMENT.predictions if one.law == "FAN-1")
    values = [law.function(LOAD(**alone), FACTS | {"seed": seed}) for seed in range(8)]
    waits_ms = statistics.fmean(values) - 25.4 - 490 * cost_s * 1e3 / 2
    assert waits_ms == pytest.approx(expected * 1e3, rel=0.1)


def test_a_long_poll_waits_for_the_gap_and_for_those_before_it() -> None:
    # Of the events for one at 0.2/s and client, 1 % came while nobody asked, and waited 25 ms.
    singly = 25.4 - 0.2 * 0.05001 * 25
    rare = predicted("long_polling", "latency_mean", clients=100, event_rate_per_s=0.001)
    assert rare == pytest.approx(singly + 99 * 0.005 / 2, rel=1e-3)
    # g = R + (N + 1) s/2; lambda g is large, so each event falls at random into a gap.
    often = predicted("long_polling", "latency_mean", clients=100, event_rate_per_s=1e4)
    assert often - rare == pytest.approx((50 + 101 * 0.010 / 2) / 2, rel=0.01)


def test_bytes_of_a_pushed_event_are_the_laws() -> None:
    stream = "stream_bytes_down_per_event"
    assert predicted("websocket", stream, payload_bytes=200) == 204
    # Events 13 to 52, by the schedule.
    load = {"payload_bytes": 200, "event_rate_per_s": 4.0, "warmup_s": 3.0, "duration_s": 10.0}
    assert predicted("sse", stream, **load) == laws.sse_bytes(200, 2)
    assert predicted("sse_http2", stream, **load) == laws.sse_http2_bytes(200, 2)


def test_sequence_numbers_grow_longer_in_a_window() -> None:
    """Events 1 to 20: nine with one digit, eleven with two."""
    stream = "stream_bytes_down_per_event"
    load = {"payload_bytes": 200, "event_rate_per_s": 2.0, "warmup_s": 0.0, "duration_s": 10.0}
    expected = (9 * laws.sse_bytes(200, 1) + 11 * laws.sse_bytes(200, 2)) / 20
    assert predicted("sse", stream, **load) == pytest.approx(expected)
