"""Findings: raised past their threshold, silent at it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import measured
import pytest
from finding_builders import QUIET, asked_50ms, link_costs
from unit_builders import MS, data, events, latencies, row, table

from bench.analysis import findings, link_findings
from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.finding import Finding


def codes(
    found: TrialData,
    counted: int | None = None,
    experiment: str = "notifications",
    **metrics: float,
) -> list[str]:
    rows = len(found.rows) if counted is None else counted
    raised = measured.of_trial(found, rows, QUIET | metrics, experiment)
    for finding in raised:
        assert finding.severity in Finding.ORDER
        assert finding.message
        assert finding.remedy
    return [finding.code for finding in raised]


def one_delivery() -> TrialData:
    return data(latencies([10 * MS]), events=events((-1, 0, 0, 0)))


def test_a_sound_trial_raises_none() -> None:
    assert codes(one_delivery()) == []


@pytest.mark.parametrize(
    ("metrics", "raised"),
    [
        ({"generator_cpu_share": 0.8}, []),
        ({"generator_cpu_share": 0.801}, ["generator_saturated"]),
        ({"generator_cpu_share": math.nan}, []),
        # Past 5 % of the median and past 1 ms: both are needed.
        ({"generator_lag_p99": 1.0}, []),
        ({"generator_lag_p99": 1.001}, ["generator_late"]),
        ({"generator_lag_p99": 5.0, "latency_p50": 100.0}, []),
        ({"generator_lag_p99": 5.001, "latency_p50": 100.0}, ["generator_late"]),
        ({"generator_lag_p99": math.nan}, []),
        ({"source_lag_p99": 1.0}, []),
        ({"source_lag_p99": 1.001}, ["source_late"]),
        ({"source_lag_p99": 5.0, "latency_p50": 100.0}, []),
        ({"source_lag_p99": 5.001, "latency_p50": 100.0}, ["source_late"]),
        ({"source_lag_p99": math.nan}, []),
    ],
)
def test_a_metric_past_its_threshold_raises(
    metrics: Mapping[str, float], raised: list[str]
) -> None:
    assert codes(one_delivery(), **metrics) == raised


@pytest.mark.parametrize(
    ("link", "load", "raised"),
    [
        ({}, {}, []),
        # A millisecond and 5 % too long, a millisecond too short.
        ({"rtt_probe_ms": 53.5}, {}, []),
        ({"rtt_probe_ms": 53.6}, {}, ["link_differs"]),
        ({"rtt_probe_ms": 49.0}, {}, []),
        ({"rtt_probe_ms": 48.9}, {}, ["link_differs"]),
        # The least of a few round trips with jitter is a short one.
        ({"rtt_probe_ms": 40.0}, {"jitter_s": 0.01}, []),
        ({"rtt_probe_ms": 38.9}, {"jitter_s": 0.01}, ["link_differs"]),
        ({"rtt_probe_ms": 53.6}, {"jitter_s": 0.01}, ["link_differs"]),
        # 33 bytes take 4.1 ms at 64 kbit/s, on each way that has a rate.
        ({"rtt_probe_ms": 58.6}, {"rate": 64e3}, ["link_differs"]),
        ({"rtt_probe_ms": 57.6}, {"rate": 64e3}, []),
        ({"rtt_probe_ms": 61.7}, {"rate": 64e3, "rate_up": 64e3}, []),
        ({"rtt_probe_ms": 61.8}, {"rate": 64e3, "rate_up": 64e3}, ["link_differs"]),
        # Nobody knows: every probe was lost, as asked for.
        ({"rtt_probe_ms": math.nan}, {}, []),
        # A millisecond and 3 % of 25 ms for one of a hundred, 0.2 ms and as much in the mean.
        ({"late_p99_us": 1750.0}, {}, []),
        ({"late_p99_us": 1751.0}, {}, ["link_late"]),
        ({"late_mean_us": 950.0}, {}, []),
        ({"late_mean_us": 951.0}, {}, ["link_late"]),
        ({"late_mean_us": 201.0, "rtt_asked_ms": 0.0, "rtt_probe_ms": 0.1}, {}, ["link_late"]),
        ({"late_mean_us": math.nan, "late_p99_us": math.nan}, {}, []),
        ({"rtt_asked_ms": 0.0, "rtt_probe_ms": 1.0}, {}, []),
        ({"rtt_asked_ms": 0.0, "rtt_probe_ms": 1.1}, {}, ["link_differs"]),
        # On loopback nothing was asked for.
        ({"rtt_asked_ms": math.nan, "late_p99_us": 1e6}, {}, []),
        ({"cpu_share": 0.5}, {}, []),
        ({"cpu_share": 0.51}, {}, ["link_overloaded"]),
        ({"cpu_share": math.nan}, {}, []),
        ({"dropped_by_devices": 0.0}, {}, []),
        ({"dropped_by_devices": 1.0}, {}, ["link_overloaded"]),
        (
            {"dropped_by_devices": 1.0, "rtt_probe_ms": 90.0},
            {},
            ["link_differs", "link_overloaded"],
        ),
    ],
)
def test_a_link_that_is_not_as_asked_is_named(
    link: dict[str, float], load: dict[str, float], raised: list[str]
) -> None:
    found = data(latencies([10 * MS]), events=events((-1, 0, 0, 0)), load={"clients": 1, **load})
    assert codes(found, **asked_50ms(**link)) == raised


@pytest.mark.parametrize(
    ("own_us", "shares", "mean_ms", "share", "raised"),
    [
        # 200 receivers at 6 us: the mean one waits for 0.6 ms; 3 % of 20 ms is as much.
        (6.0, True, 20.0, 0.1, False),
        (6.1, True, 20.0, 0.1, True),
        (6.1, False, 20.0, 0.1, False),
        (6.0, True, 19.9, 0.1, True),
        (6.0, True, math.nan, 0.1, False),
        (6.0, True, 20.0, 0.101, True),
        (6.0, False, 20.0, 0.4, False),
        (6.0, True, 20.0, math.nan, False),
    ],
)
def test_a_link_that_takes_a_core_from_what_is_measured_is_named(
    own_us: float, shares: bool, mean_ms: float, share: float, raised: bool
) -> None:
    found = link_costs(own_us, 200, shares=shares)
    assert found.marginal_cpu_us("link") == pytest.approx(own_us)
    metrics = {"latency_mean": mean_ms, "link_cpu_share": share}
    assert (link_findings.link_shares_core(found, metrics) is not None) == raised


@pytest.mark.parametrize(
    ("own", "server", "broker", "mean", "raised"),
    [
        (20.0, 10.0, 0.0, 19.9, ["generator_limits"]),  # 1,000 x 20 us / 2: over a half
        (20.0, 10.0, 0.0, 20.0, []),
        (10.0, 10.0, 0.0, 1.0, []),  # the backend is no faster: it sets the pace
        (10.1, 10.0, 0.0, 1.0, ["generator_limits"]),
        (10.1, 10.0, math.nan, 1.0, ["generator_limits"]),
        (10.1, 5.0, 5.2, 1.0, []),  # server and broker together are the slower
        (20.0, math.nan, math.nan, 1.0, []),
        (math.nan, 10.0, 0.0, 1.0, []),
        (20.0, 10.0, 0.0, math.nan, []),
    ],
)
def test_a_generator_slower_than_the_backend_is_named(
    own: float, server: float, broker: float, mean: float, raised: list[str]
) -> None:
    found = data(latencies([MS]), clients=1000, events=events((-1, 0, 0, 0)))
    metrics = {
        "generator_marginal_cpu_us": own,
        "server_marginal_cpu_us": server,
        "broker_marginal_cpu_us": broker,
        "latency_mean": mean,
    }
    # All but one of the thousand got nothing, which is another finding.
    assert codes(found, **metrics) == ["incomplete", *raised]


def test_work_that_clients_make_waits_for_no_broadcast() -> None:
    """Without events there is none of whose receivers the load process could be the slower part."""
    found = data(latencies([MS]), clients=1000)
    metrics = {
        "generator_marginal_cpu_us": 1e6,
        "server_marginal_cpu_us": 10.0,
        "latency_mean": 1.0,
    }
    assert findings.generator_shares_delay(found, metrics) is None


def test_metrics_that_are_not_known_raise_nothing() -> None:
    assert measured.of_trial(one_delivery(), 1, {}) == []


@pytest.mark.parametrize(
    ("counted", "raised"), [(1, []), (2, ["samples_lost"]), (0, ["samples_lost"])]
)
def test_rows_and_counts_must_agree(counted: int, raised: list[str]) -> None:
    assert codes(one_delivery(), counted) == raised


@pytest.mark.parametrize(("latency", "raised"), [(0, []), (1, []), (-1, ["clock"])])
def test_a_sample_that_ends_before_it_begins_is_flagged(latency: int, raised: list[str]) -> None:
    assert codes(data(latencies([latency]), events=events((-1, 0, 0, 0)))) == raised


def test_a_lost_delivery_is_flagged() -> None:
    two = events((-1, 0, 0, 0), (-1, 1, 0, 0))
    assert codes(data(latencies([5]), events=two)) == ["incomplete"]
    assert codes(data(latencies([5, 5]), events=two)) == []


def test_a_window_without_deliveries_is_void() -> None:
    assert codes(data(table([row("request")]))) == ["nothing_measured"]


def pages(found: TrialData) -> list[str]:
    return codes(found, experiment="page_load")


def test_nothing_beside_streams_that_hold_every_connection_is_a_result() -> None:
    pending = table([row(outcome=samples.PENDING)])
    load = {"clients": 1, "streams": 6}
    assert "streams_hold_all" in pages(data(pending, load=load))
    assert "nothing_measured" in pages(data(pending, load={**load, "streams": 0}))
    # None was begun in the window: that says nothing.
    assert "nothing_measured" in pages(data(load=load))
    # A page that failed did not wait.
    failed = table([row(outcome=samples.PENDING), row(outcome=samples.FAILED)])
    assert "nothing_measured" in pages(data(failed, load=load))
    # A parameter of the same name means something else elsewhere.
    assert "nothing_measured" in codes(data(failed, load=load), experiment="proxies")
    assert "nothing_measured" in codes(data(pending, load=load), experiment="proxies")
