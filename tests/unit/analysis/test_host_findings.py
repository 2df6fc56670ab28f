"""Doubts about hosts that carry the load: raised where they matter, silent elsewhere."""

from __future__ import annotations

import math
from typing import Any

import measured
import pytest
from finding_builders import QUIET
from unit_builders import MS, SECOND, data, events, latencies, reading

from bench.analysis import host_findings
from bench.analysis.trialdata import TrialData

HOST = {"workers": 2, "rows": 10, "blocks": 1, "uncertainty_ns": 40_000}


def trial(cpu_share: float = 0.1, **hosts: dict[str, Any]) -> TrialData:
    marks = {
        mark: {f"clients at {name}": reading(at, round(cpu_share * at)) for name in hosts}
        for mark, at in (("t0", 0), ("t1", SECOND))
    }
    return data(latencies([10 * MS]), events=events((-1, 0, 0, 0)), hosts=hosts, part_marks=marks)


def codes(found: TrialData, **metrics: float) -> list[str]:
    values = QUIET | measured.compute(found, ["clock_uncertainty_us"]) | metrics
    return [one.code for one in measured.of_trial(found, len(found.rows), values)]


def test_one_host_has_no_clocks_to_doubt() -> None:
    assert codes(trial()) == []
    assert math.isnan(measured.compute(trial(), ["clock_uncertainty_us"])["clock_uncertainty_us"])


def test_the_worst_host_decides() -> None:
    found = trial(a=HOST, b={**HOST, "uncertainty_ns": 70_000}, c={"workers": 1})
    assert measured.compute(found, ["clock_uncertainty_us"]) == {"clock_uncertainty_us": 70.0}


@pytest.mark.parametrize(
    ("median_ms", "raised"), [(0.8, []), (0.79, ["hosts_clocks"]), (math.nan, [])]
)
def test_an_uncertain_clock_matters_beside_a_short_latency(
    median_ms: float, raised: list[str]
) -> None:
    assert codes(trial(a=HOST), latency_p50=median_ms) == raised


@pytest.mark.parametrize(("cpu_share", "raised"), [(1.6, []), (1.61, ["host_saturated"])])
def test_a_busy_host_is_named(cpu_share: float, raised: list[str]) -> None:
    assert codes(trial(cpu_share, a=HOST)) == raised
    if raised:
        finding = host_findings.host_saturated(trial(cpu_share, a=HOST))
        assert finding is not None
        assert "a 80%" in finding.message or "a 81%" in finding.message


def test_a_lost_host_is_named_with_its_moment() -> None:
    lost = {"workers": 1, "lost": "its load process ended", "lost_ns": 3_200_000_000}
    found = trial(a=HOST, b=lost)
    assert codes(found) == ["host_lost"]
    finding = host_findings.host_lost(found)
    assert finding is not None
    assert "b 3.2 s after the window began (its load process ended)" in finding.message
