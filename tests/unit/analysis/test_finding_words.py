"""What each finding says and asks for, and which of several counts."""

from __future__ import annotations

import math

import measured
import pytest
from finding_builders import asked_50ms, link_costs
from unit_builders import data, events, latencies

from bench.analysis import findings, link_findings, run_findings
from bench.model.finding import Finding, Severity
from bench.model.links import SERVICES
from bench.stats.estimates import Estimate


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
                "packets came out later than asked for: 1.23 ms on average, "
                "12.3 ms at the 99th percentile"
            ),
            "use a lower load, or a machine with four cores: the link then has one of its own",
        ),
        (
            link_findings.link_late(
                {"services_link_rtt_asked_ms": 1, "services_link_late_mean_us": 300}, SERVICES
            ),
            "doubt",
            (
                "packets came out later than asked for on the services link: 0.3 ms on average, "
                "nan ms at the 99th percentile"
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
        (
            run_findings.read_late(
                "latency p99", Estimate(1.2345, 1.1, 1.4, 5), Estimate(0.23456, 0.2, 0.3, 5)
            ),
            "note",
            (
                "latency p99: clients read up to 0.235 ms after the kernel had received, and its "
                "interval ends 0.134 ms below it: by the kernel's time it may lie outside"
            ),
            (
                "use --workers 2, or a lower load; compare patterns of this run, whose clients "
                "read alike"
            ),
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


@pytest.mark.parametrize(
    ("low", "delay", "severity"),
    [
        (9.5, 0.5, None),
        (9.5, 0.501, "note"),
        # Past a millisecond and past 5 % of the latency: both are needed.
        (9.5, 1.0, "note"),
        (9.5, 1.001, "doubt"),
        (math.nan, 5.0, None),
        (9.5, math.nan, None),
    ],
)
def test_a_late_read_counts_where_the_interval_has_no_room(
    low: float, delay: float, severity: Severity | None
) -> None:
    found = run_findings.read_late("x", Estimate(10, low, 11, 5), Estimate(delay, 0, 9, 5))
    assert (found and found.severity) == severity


def test_a_doubt_about_late_reads_is_past_a_share_of_the_latency() -> None:
    found = run_findings.read_late("x", Estimate(100, 99, 101, 5), Estimate(5.0, 0, 9, 5))
    assert found is not None
    assert found.severity == "note"


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
