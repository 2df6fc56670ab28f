"""Doubts about a trial or a run, each typed and with its remedy.  Pure.

A finding "void" forbids the use of a trial's numbers, "doubt" marks them,
"note" only tells.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np

from bench.analysis import host_findings, link_findings
from bench.analysis.metrics import BACKEND_ROLES
from bench.analysis.trialdata import TrialData
from bench.model.experiment import Check, Experiment
from bench.model.finding import Finding
from bench.model.outcome import OutcomeNoun

BUSY_SHARE = 0.8
LAG_SHARE = 0.05
LAG_FLOOR_MS = 1.0
"""What the scheduler of a small shared machine may take; less is noise."""

GENERATOR_PART = 0.5
SOURCE_SHARE = 0.05


def of_trial(
    data: TrialData, counted: int, metrics: Mapping[str, float], experiment: Experiment
) -> list[Finding]:
    """The doubts about one trial, in the experiment's words and with its own.

    `counted` is what the clients say they did.
    """
    checks = (
        rows_lost(len(data.rows), counted),
        clock_backwards(data),
        incomplete(data, experiment.allowances),
        nothing_measured(data, experiment),
        generator_busy(metrics, data.generator_cores),
        generator_late(metrics),
        generator_shares_delay(data, metrics),
        source_late(metrics),
        *link_findings.of_links(data, metrics),
        *host_findings.of_hosts(data, metrics),
        *(check(data) for check in experiment.doubts),
    )
    return [_worded(finding, experiment.noun) for finding in checks if finding is not None]


def _worded(finding: Finding, noun: OutcomeNoun) -> Finding:
    return dataclasses.replace(
        finding, message=noun.fill(finding.message), remedy=noun.fill(finding.remedy)
    )


def disturbed(reasons: Sequence[str]) -> Finding:
    return Finding(
        "disturbed",
        "void",
        f"the machine disturbed it: {'; '.join(reasons)}",
        "stop other work on this machine; it is measured again, within bounds",
    )


def disturbed_and_kept(reasons: Sequence[str]) -> Finding:
    return Finding(
        "disturbed",
        "doubt",
        f"the machine disturbed it: {'; '.join(reasons)}; it was kept because the run keeps such "
        "trials",
        "stop other work on this machine, and measure without --keep-disturbed",
    )


def rows_lost(rows: int, counted: int) -> Finding | None:
    if rows == counted:
        return None
    return Finding(
        "samples_lost",
        "void",
        f"{counted:,} operations were counted but {rows:,} rows were stored",
        "a defect of the harness: keep the results folder and report it",
    )


def clock_backwards(data: TrialData) -> Finding | None:
    rows = data.rows
    backwards = int(np.count_nonzero(rows["done_ns"] < rows["intended_ns"]))
    if not backwards:
        return None
    return Finding(
        "clock",
        "doubt",
        f"samples that end before their intended time: {backwards:,}; they are kept",
        "check that clients and backend read the same clock (one host)",
    )


def incomplete(data: TrialData, allowances: Sequence[Check] = ()) -> Finding | None:
    """A doubt, unless the experiment knows why what is missing is what the load asks for."""
    missing = data.accounting.lost
    if not missing:
        return None
    for allowance in allowances:
        if (found := allowance(data)) is not None:
            return found
    return Finding(
        "incomplete",
        "doubt",
        f"{missing:,} of {data.accounting.expected:,} {{outcomes}} {{missing}}; "
        "latency describes only the others",
        "raise drain, lower the load, or read the target's log",
    )


def nothing_measured(data: TrialData, experiment: Experiment) -> Finding | None:
    """Void, unless a fault or the experiment has a reason why that is as it should be."""
    if len(data.outcomes):
        return None
    for excuse in (path_lost, *experiment.excuses):
        if (found := excuse(data)) is not None:
            return found
    return Finding(
        "nothing_measured",
        "void",
        "nothing was {done} in the window",
        "raise duration, drain or the load, so that {events} fall into the window",
    )


def path_lost(data: TrialData) -> Finding | None:
    if not data.path_was_down:
        return None
    return Finding(
        "path_lost",
        "note",
        "nothing was {done} once the path was down",
        "none needed: this was asked for; begin the fault later to see some {done} before it",
    )


def generator_busy(metrics: Mapping[str, float], cores: int = 1) -> Finding | None:
    """`cores` are those that the load processes share."""
    share = metrics.get("generator_cpu_share", math.nan) / cores
    if not share > BUSY_SHARE:
        return None
    return Finding(
        "generator_saturated",
        "doubt",
        f"the load process used {share:.0%} of its core: part of the latency is its own",
        "use --workers 2, or a lower load",
    )


def generator_late(metrics: Mapping[str, float]) -> Finding | None:
    lag, typical = metrics.get("generator_lag_p99", math.nan), metrics.get("latency_p50", math.nan)
    if not (lag > LAG_FLOOR_MS and lag > LAG_SHARE * typical):
        return None
    return Finding(
        "generator_late",
        "doubt",
        f"requests left up to {lag:.3g} ms late (p99), over {LAG_SHARE:.0%} of the median latency",
        "use --workers 2, or a lower load",
    )


def generator_shares_delay(data: TrialData, metrics: Mapping[str, float]) -> Finding | None:
    """In a broadcast the slower of server and load process sets the pace."""
    if not len(data.window_events):  # clients that make the work wait for no broadcast
        return None
    own = metrics.get("generator_marginal_cpu_us", math.nan)
    backend = sum(
        cost
        for role in BACKEND_ROLES
        if not math.isnan(cost := metrics.get(f"{role}_marginal_cpu_us", math.nan))
    )
    if not own > backend > 0:
        return None
    receivers = data.accounting.expected / max(1, len(data.window_events))
    wait_ms = receivers * own / 2e3
    if not wait_ms > GENERATOR_PART * metrics.get("latency_mean", math.nan):
        return None
    return Finding(
        "generator_limits",
        "doubt",
        f"one {{event}} for {receivers:,.0f} clients costs the load process {own:.3g} us each "
        f"and the backend {backend:.3g} us: the delay is mostly the load process's",
        "use --workers 2, and compare the backend's CPU instead of the latency",
    )


def source_late(metrics: Mapping[str, float]) -> Finding | None:
    lag, typical = metrics.get("source_lag_p99", math.nan), metrics.get("latency_p50", math.nan)
    if not (lag > SOURCE_SHARE * typical and lag > 1.0):
        return None
    return Finding(
        "source_late",
        "note",
        f"the backend published up to {lag:.3g} ms after the schedule (p99); latency counts from "
        "the schedule, so this delay is in it",
        "none needed where the backend is meant to be at its limit",
    )


def worst(findings: Sequence[Finding]) -> str:
    """The gravest severity present, "" where there is none."""
    for severity in Finding.ORDER:
        if any(f.severity == severity for f in findings):
            return severity
    return ""
