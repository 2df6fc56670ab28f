"""Short ways to make evaluated results by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from measured import EXPERIMENTS, METRICS

from bench.analysis.evaluated import (
    Deliveries,
    ExperimentResult,
    Group,
    Level,
    TrialResult,
    TrialStatus,
)
from bench.model.finding import Finding
from bench.model.pattern import Pattern
from bench.model.records import TrialFile
from bench.model.trial import Trial
from bench.results.store import VERSION
from bench.stats.estimates import Estimate
from scenarios.notifications.load import LOAD

NOTHING = Estimate(math.nan, math.nan, math.nan, 0)
ONE = Level((), "")


def near(value: float, width: float = 0.0) -> Estimate:
    """An estimate whose interval is width to both sides."""
    return Estimate(value, value - width, value + width, 5)


def alone(value: float) -> Estimate:
    """The estimate of a single trial."""
    return Estimate(value, math.nan, math.nan, 1)


def trial(
    pattern: str,
    verdict: TrialStatus = "used",
    findings: tuple[Finding, ...] = (),
    deliveries: Deliveries | None = None,
) -> TrialResult:
    plan = Trial(0, f"notifications/{pattern}", {}, 1, 1, {})
    record = TrialFile(VERSION, plan, "failed" if verdict == "failed" else "ok")
    counts = deliveries or Deliveries(100, 100, 0, 0, 0, 0)
    return TrialResult(record, verdict, f"{verdict} reason", {}, findings, counts, {})


def group(
    pattern: str, estimates: Mapping[str, Estimate], level: Level = ONE, **changes: Any
) -> Group:
    trials = changes.get("trials", (trial(pattern),))
    full = dict.fromkeys(METRICS, NOTHING) | dict(estimates)
    return Group(pattern, level, trials, full, (), (), None, load=LOAD())


def result(
    metric: str,
    *levels: Mapping[str, Estimate],
    floors: tuple[str, ...] = (),
    trials: Mapping[str, tuple[TrialResult, ...]] | None = None,
) -> ExperimentResult:
    """One metric of several patterns; one mapping per level (clients=1, 2, ...)."""
    sweep = [Level((("clients", n),), f"clients={n}") for n in range(1, len(levels) + 1)]
    places = [ONE] if len(levels) == 1 else sweep
    groups = {}
    for level, values in zip(places, levels, strict=True):
        for name, estimate in values.items():
            changes = {"trials": trials[name]} if trials and name in trials else {}
            groups[name, level.text] = group(name, {metric: estimate}, level, **changes)
    names = list(dict.fromkeys(name for values in levels for name in values))
    patterns = [
        Pattern("notifications", name, name.upper(), "", compared=name not in floors)
        for name in names
    ]
    patterns.sort(key=lambda pattern: not pattern.compared)
    compared = tuple(pattern.name for pattern in patterns if pattern.compared)
    return ExperimentResult(
        EXPERIMENTS["notifications"], tuple(patterns), compared, tuple(places), groups, {}
    )
