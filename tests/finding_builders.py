"""Metrics and data of trials on a link that raise findings; for tests."""

from __future__ import annotations

import dataclasses
import itertools

from unit_builders import MS, data, events, row, table

from bench.analysis.trialdata import TrialData
from bench.model.readings import Reading

QUIET: dict[str, float] = {
    "generator_cpu_share": 0.2,
    "generator_lag_p99": 0.1,
    "latency_p50": 10.0,
    "latency_mean": 10.0,
    "source_lag_p99": 0.1,
    "generator_marginal_cpu_us": 5.0,
    "server_marginal_cpu_us": 10.0,
}


def asked_50ms(**metrics: float) -> dict[str, float]:
    link = {
        "rtt_asked_ms": 50.0,
        "rtt_probe_ms": 50.5,
        "late_mean_us": 40.0,
        "late_p99_us": 80.0,
    }
    return {f"link_{name}": value for name, value in (link | metrics).items()}


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
