"""Findings: raised past their threshold, silent at it."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Mapping

import measured
import pytest
from unit_builders import MS, data, events, latencies, row, table

from bench.analysis import findings, link_findings, run_findings
from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.finding import Finding, Severity
from bench.model.links import SERVICES
from bench.model.readings import Reading
from bench.stats.estimates import Estimate

QUIET: dict[str, float] = {
    "generator_cpu_share": 0.2,
    "generator_lag_p99": 0.1,
    "latency_p50": 10.0,
    "latency_mean": 10.0,
    "source_lag_p99": 0.1,
    "generator_marginal_cpu_us": 5.0,
    "server_marginal_cpu_us": 10.0,
}


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


def asked_50ms(**metrics: float) -> dict[str, float]:
    link = {
        "rtt_asked_ms": 50.0,
        "rtt_probe_ms": 50.5,
        "late_mean_us": 40.0,
        "late_p99_us": 80.0,
    }
    return {f"link_{name}": value for name, value in (link | metrics).items()}


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


def link_costs(own_us: float, receivers: int, *, shares: bool = True) -> TrialData:
    """A broadcast to so many, each of which costs the link so much CPU time."""
    times = range(0, 12 * 100 * MS, 100 * MS)
    delivered = [0, *itertools.accumulate(receivers * (turn % 2) for turn in range(11))]
    found = data(
        table(
            [
                row(client=client, intended_ns=turn * 100 * MS, done_ns=turn * 100 * MS + MS)
                for turn in range(1, 11, 2)
                for client in range(receivers)
            ]
        ),
        clients=receivers,
        events=events(*((-1, turn, turn * 100 * MS, 0) for turn in range(1, 11, 2))),
    )
    series = [
        Reading(at, int(own_us * 1e3 * count), 0, 0)
        for at, count in zip(times, delivered, strict=True)
    ]
    return dataclasses.replace(found, link_shares_core=shares, series={"link": series})


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


@pytest.mark.parametrize(
    ("finding", "severity", "message", "remedy"),
    [
        (
            findings.rows_lost(999, 1000),
            "void",
            "1,000 operations were counted but 999 rows were stored",
            "a defect of the harness: keep the results folder and report it",
        ),
        (
            findings.clock_backwards(data(latencies([-1, -5, 5]))),
            "doubt",
            "samples that end before their intended time: 2; they are kept",
            "check that clients and backend read the same clock (one host)",
        ),
        (
            findings.incomplete(data(latencies([5]), clients=3, events=events((-1, 0, 0, 0)))),
            "doubt",
            "2 of 3 {outcomes} {missing}; latency describes only the others",
            "raise drain, lower the load, or read the target's log",
        ),
        (
            findings.nothing_measured(data(), measured.EXPERIMENTS["proxies"]),
            "void",
            "nothing was {done} in the window",
            "raise duration, drain or the load, so that {events} fall into the window",
        ),
        (
            findings.generator_busy({"generator_cpu_share": 0.934}),
            "doubt",
            "the load process used 93% of its core: part of the latency is its own",
            "use --workers 2, or a lower load",
        ),
        (
            findings.generator_late({"generator_lag_p99": 1.2345, "latency_p50": 10}),
            "doubt",
            "requests left up to 1.23 ms late (p99), over 5% of the median latency",
            "use --workers 2, or a lower load",
        ),
        (
            findings.generator_shares_delay(
                data(clients=1000, events=events((-1, 1, 0, 0))),
                {
                    "generator_marginal_cpu_us": 12.345,
                    "server_marginal_cpu_us": 4,
                    "latency_mean": 7,
                },
            ),
            "doubt",
            (
                "one {event} for 1,000 clients costs the load process 12.3 us each and the backend "
                "4 us: the delay is mostly the load process's"
            ),
            "use --workers 2, and compare the backend's CPU instead of the latency",
        ),
        (
            findings.source_late({"source_lag_p99": 12.345, "latency_p50": 10}),
            "note",
            (
                "the backend published up to 12.3 ms after the schedule (p99); latency counts from "
                "the schedule, so this delay is in it"
            ),
            "none needed where the backend is meant to be at its limit",
        ),
        (
            link_findings.link_differs(asked_50ms(rtt_probe_ms=54.321), {}),
            "doubt",
            "asked for a round trip of 50 ms, found 54.3 ms",
            "use a lower load, or a machine with a core for the link",
        ),
        (
            link_findings.link_late(asked_50ms(late_mean_us=1_234.0, late_p99_us=12_345.0)),
            "doubt",
            (
                "packets came out later than asked for: 1.23 ms in the mean, "
                "12.3 ms for one of a hundred"
            ),
            "use a lower load, or a machine with four cores: the link then has one of its own",
        ),
        (
            link_findings.link_late(
                {"services_link_rtt_asked_ms": 1, "services_link_late_mean_us": 300}, SERVICES
            ),
            "doubt",
            (
                "packets came out later than asked for on the services link: 0.3 ms in the mean, "
                "nan ms for one of a hundred"
            ),
            "use a lower load, or a machine with four cores: the link then has one of its own",
        ),
        (
            link_findings.link_shares_core(link_costs(6.2, 200), {"latency_mean": 20.0}),
            "doubt",
            (
                "the link shares a core with what is measured, and takes up to 0.62 ms of the mean "
                "latency"
            ),
            "use a lower load, or a machine with four cores: the link then has one of its own",
        ),
        (
            link_findings.link_shares_core(link_costs(1.0, 2), {"link_cpu_share": 0.234}),
            "doubt",
            "the link shares a core with what is measured, and takes 23% of that core",
            "use a lower load, or a machine with four cores: the link then has one of its own",
        ),
        (
            link_findings.link_overloaded(
                {"link_cpu_share": 0.876, "link_dropped_by_devices": 0.0}
            ),
            "doubt",
            "the link used 88% of a core: it adds more delay or loss than was asked for",
            "use a lower load, or a smaller rate",
        ),
        (
            link_findings.link_overloaded(
                {"link_cpu_share": 0.5, "link_dropped_by_devices": 1234.0}
            ),
            "doubt",
            (
                "1,234 packets were dropped before they reached the link, which used 50% of a "
                "core: it adds more delay or loss than was asked for"
            ),
            "use a lower load, or a smaller rate",
        ),
        (
            run_findings.of_estimate("latency p99", Estimate(10, 5, 15, 5)),
            "note",
            "latency p99: the interval is ±50% of the value",
            "about 11 more repeats (or a longer duration) would narrow it to ±25%",
        ),
        (
            run_findings.percentile_missing("latency p99.9", 1234, 4603, "events"),
            "note",
            "latency p99.9 is not shown: it needs 4,603 events and has 1,234",
            "raise duration or repeats 4 times, or the rate of events",
        ),
        (
            run_findings.percentile_missing("latency p99", 1, 459, "deliveries"),
            "note",
            "latency p99 is not shown: it needs 459 deliveries and has 1",
            "raise duration or repeats 459 times, or the rate of deliveries",
        ),
    ],
)
def test_a_finding_says_what_and_what_to_do(
    finding: Finding, severity: Severity, message: str, remedy: str
) -> None:
    assert (finding.severity, finding.message, finding.remedy) == (severity, message, remedy)


@pytest.mark.parametrize(
    ("entry", "raised"),
    [
        (Estimate(100, 75, 125, 3), False),
        (Estimate(100, 74, 125, 3), True),
        (Estimate(100, math.nan, math.nan, 1), False),
        (Estimate(0, -1, 1, 3), False),
    ],
)
def test_trials_disagree_past_a_quarter(entry: Estimate, raised: bool) -> None:
    finding = run_findings.of_estimate("x", entry)
    assert (finding is not None) == raised
    assert finding is None or finding.code == "trials_disagree"


def test_at_least_one_more_repeat_is_asked_for() -> None:
    finding = run_findings.of_estimate("x", Estimate(100, 74.999, 125, 100))
    assert finding is not None
    assert finding.remedy.startswith("about 1 more")


@pytest.mark.parametrize(
    ("severities", "worst"),
    [
        ([], ""),
        (["note"], "note"),
        (["note", "doubt"], "doubt"),
        (["note", "void", "doubt"], "void"),
    ],
)
def test_the_gravest_severity_counts(severities: list[Severity], worst: str) -> None:
    assert findings.worst([Finding("x", s, "", "") for s in severities]) == worst
