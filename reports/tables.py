"""Tidy pandas frames of an evaluated run: one row per observation, numbers as numbers.

What the page shows, one frame a table; the files for analysts are made in `datafiles`.
Formatting is left to `present`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from bench.analysis.evaluated import Evaluated, ExperimentResult, Group
from bench.analysis.metrics import ROLES
from bench.model import linktext
from bench.model.finding import Finding
from bench.model.linktext import prefix_of
from reports.memory import per_further_client

HARNESS = (
    "generator_cpu_us_per_event",
    "generator_cpu_share",
    "loop_lag_p99",
    "read_delay_p50",
    "read_delay_p99",
    "generator_lag_p99",
)
CLOCKS = "clock_uncertainty_us"

LINK = (
    "link_rtt_asked_ms",
    "link_rtt_probe_ms",
    "link_late_p99_us",
    "link_cpu_share",
    "link_packets_per_s",
)
LINK_SHARES = ("lost", "overflowed", "retransmitted")
"""Of the packets of each direction; see bench.analysis.metrics.link."""

WAYS = ("down", "up")


def _where(result: ExperimentResult, group: Group) -> dict[str, Any]:
    return {"experiment": result.name, "pattern": group.pattern, "level": group.level.text}


def predictions(result: ExperimentResult) -> pd.DataFrame:
    """Laws beside measurements; `difference` is measured / predicted - 1.

    By pattern and law, its levels below one another.
    """
    columns = ["law", "formula", "source", "pattern", "level", "metric", "unit", "predicted"]
    columns += ["measured", "low", "high", "difference", "band", "fitted"]
    rows: list[dict[str, Any]] = []
    for group in result.groups:
        for one in group.predicted:
            rows.append(
                {
                    "law": one.law,
                    "formula": one.formula,
                    "source": one.source,
                    "pattern": group.pattern,
                    "level": group.level.text,
                    "metric": one.metric,
                    "unit": result.metrics[one.metric].unit,
                    "predicted": one.value,
                    "measured": one.measured.value,
                    "low": one.measured.low,
                    "high": one.measured.high,
                    "difference": one.residual,
                    "band": one.band,
                    "fitted": one.is_only_fitted,
                }
            )
    names = [pattern.name for pattern in result.patterns]
    laws = list(dict.fromkeys((row["law"], row["metric"]) for row in rows))
    rows.sort(
        key=lambda row: (names.index(row["pattern"]), laws.index((row["law"], row["metric"])))
    )
    return pd.DataFrame(rows, columns=columns)


def backend(result: ExperimentResult) -> pd.DataFrame:
    """What each role used: CPU, memory, context switches; means over the usable trials."""
    rows = []
    for group in result.groups:
        for role in (*ROLES, "generator", "link"):
            loads = [one.roles[role] for one in group.used if role in one.roles]
            if not loads:
                continue
            switches = [
                one.roles[role].context_switches / delivered
                for one in group.used
                if role in one.roles and (delivered := one.metrics["deliveries"])
            ]
            rows.append(
                _where(result, group)
                | {
                    "role": role,
                    "cpu_us_per_event": _cpu_us_per_event(group, role),
                    "cpu_share": group.estimates[f"{role}_cpu_share"].value,
                    "peak_memory_bytes": max(load.peak_memory_bytes for load in loads),
                    "memory_bytes_per_client": per_further_client(result, group, role),
                    "switches_per_event": float(np.mean(switches)) if switches else math.nan,
                }
            )
    return pd.DataFrame(rows)


def _cpu_us_per_event(group: Group, role: str) -> float:
    """The link is no part of what is compared, and has no such metric."""
    if role != "link":
        return group.estimates[f"{role}_cpu_us_per_event"].value
    found = [
        one.metrics["link_cpu_share"] * (one.record.t1_ns - one.record.t0_ns) / 1e3 / delivered
        for one in group.used
        if (delivered := one.metrics["deliveries"])
    ]
    return float(np.mean(found)) if found else math.nan


def deliveries(result: ExperimentResult) -> pd.DataFrame:
    """Who got what, summed over the usable trials."""
    rows = []
    for group in result.groups:
        if group.used:
            found = group.deliveries
            rows.append(_where(result, group) | vars(found) | {"trials": len(group.used)})
    return pd.DataFrame(rows)


def harness_keys(result: ExperimentResult) -> tuple[str, ...]:
    """The metrics of the harness; that of clocks only where several hosts carried the load."""
    known = [group.estimates[CLOCKS].value for group in result.groups if group.used]
    return HARNESS if all(math.isnan(value) for value in known) else (*HARNESS, CLOCKS)


def harness(result: ExperimentResult) -> pd.DataFrame:
    """What the load side itself cost, and how late it was."""
    rows = []
    for group in result.groups:
        if group.used:
            values = {key: group.estimates[key].value for key in harness_keys(result)}
            rows.append(_where(result, group) | values)
    return pd.DataFrame(rows)


def link(result: ExperimentResult) -> pd.DataFrame:
    """What each emulated link was asked for and did; empty where all went over loopback.

    The columns are named after the keys of the clients' link, whichever link a row is of.
    """
    rows = []
    for group in result.groups:
        for link in linktext.links_of(group.load.values()) if group.used else ():
            rows.append(_where(result, group) | {"link": link} | _of_link(group, link))
    return pd.DataFrame(rows)


def _of_link(group: Group, link: str) -> dict[str, float]:
    keys = [*LINK, *(f"link_{what}_share_{way}" for what in LINK_SHARES for way in WAYS)]
    # All links have one process.
    own = {key: key if key == "link_cpu_share" else f"{prefix_of(link)}{key}" for key in keys}
    return {key: group.estimates[name].value for key, name in own.items()}


def harness_times_s(evaluated: Evaluated) -> list[float]:
    """Seconds per trial outside connect, warm-up, window and drain, where recorded."""
    phases = [result.record.phases_s for result in evaluated.trials]
    return [one["harness"] for one in phases if "harness" in one]


def trials(result: ExperimentResult) -> pd.DataFrame:
    """One row per trial, in the order in which they were run."""
    rows = []
    for group in result.groups:
        for one in group.trials:
            rows.append(
                {
                    "number": one.record.trial.number,
                    "pattern": group.pattern,
                    "level": group.level.text,
                    "repeat": one.record.trial.repeat,
                    "verdict": one.verdict,
                    "deliveries": one.metrics.get("deliveries", math.nan),
                    "latency_mean": one.metrics.get("latency_mean", math.nan),
                    "backend_cpu_us_per_event": one.metrics.get(
                        "backend_cpu_us_per_event", math.nan
                    ),
                    "findings": ", ".join(finding.code for finding in one.findings),
                    "reason": one.reason,
                }
            )
    frame = pd.DataFrame(rows)
    return frame.sort_values("number", ignore_index=True) if len(frame) else frame


def findings(result: ExperimentResult) -> pd.DataFrame:
    """Doubts, gravest first; the same doubt of several trials of a group is one row."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {
        ("", "", finding.message): {
            "severity": finding.severity,
            "code": finding.code,
            "pattern": "",
            "level": "",
            "times": 1,
            "message": finding.message,
            "remedy": finding.remedy,
        }
        for finding in result.findings
    }
    for group in result.groups:
        doubts = [f for one in group.trials for f in one.findings]
        for finding in (*doubts, *group.findings):
            # A group's finding names its metric in the message; a trial's may differ in digits.
            about = finding.message if finding in group.findings else finding.code
            key = (group.pattern, group.level.text, about)
            row = rows.setdefault(
                key,
                {
                    "severity": finding.severity,
                    "code": finding.code,
                    "pattern": group.pattern,
                    "level": group.level.text,
                    "times": 0,
                    "message": finding.message,
                    "remedy": finding.remedy,
                },
            )
            row["times"] += 1
    found = sorted(rows.values(), key=_gravity)
    return pd.DataFrame(found)


def _gravity(row: dict[str, Any]) -> int:
    return Finding.ORDER.index(row["severity"])
