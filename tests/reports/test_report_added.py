"""What patterns add to the latency of the one without, repeat by repeat and as distributions."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from measured import EXPERIMENTS, PATTERNS
from report_builders import ONE, group

from bench.analysis.evaluated import (
    Deliveries,
    Evaluated,
    ExperimentResult,
    Group,
    TrialResult,
)
from bench.analysis.shapes import Distribution
from bench.model.records import TrialFile
from bench.model.trial import Trial
from bench.results.store import VERSION
from reports import figures
from reports.figures import added

SIDECAR = EXPERIMENTS["sidecar"]
ALL = Deliveries(100, 100, 0, 0, 0, 0)
COMMON = (1.0, 3.0, 2.0, 5.0)
"""What each repeat has at any rate."""


def measured_group(name: str, more: float, repeats: tuple[int, ...] = (1, 2, 3, 4)) -> Group:
    trials = tuple(
        TrialResult(
            TrialFile(VERSION, Trial(0, f"sidecar/{name}", {}, repeat, 1, {}), "ok"),
            "used",
            "",
            dict.fromkeys(added.SHARES, COMMON[repeat - 1] + more * (1 + repeat / 100)),
            (),
            ALL,
            {},
        )
        for repeat in repeats
    )
    ms = np.linspace(1.0, 2.0, 101) + more
    shape = Distribution(ms, np.linspace(1.0, 0.01, 101), 1000, 1000)
    whole = group(name, {}, ONE, trials=trials)
    return Group(**{**vars(whole), "distribution": shape})


def result(*groups: Group) -> ExperimentResult:
    names = [one.pattern for one in groups]
    patterns = tuple(PATTERNS["sidecar"][name] for name in names)
    grid = {(one.pattern, ONE.text): one for one in groups}
    return ExperimentResult(SIDECAR, patterns, tuple(names), (ONE,), grid, {})


def kind() -> figures.Kind:
    return next(one for one in figures.kinds() if one.name == "added")


def test_differences_are_of_one_repeat() -> None:
    found = added.added(
        measured_group("envoy_pair", 0.5), measured_group("direct", 0.0), "latency_p50"
    )
    assert found.value == pytest.approx(0.5, rel=0.05)
    assert found.low > 0.4
    assert found.high < 0.6
    assert found.trials == 4


def test_repeats_that_one_lacks_are_left_out() -> None:
    less = measured_group("envoy_pair", 0.5, (2, 3))
    assert added.added(less, measured_group("direct", 0.0), "latency_p50").trials == 2
    alone = added.added(
        measured_group("envoy_pair", 0.5, (1,)), measured_group("direct", 0.0), "latency_p50"
    )
    assert (alone.trials, math.isnan(alone.low)) == (1, True)
    none = added.added(less, measured_group("direct", 0.0, (1,)), "latency_p50")
    assert (none.trials, math.isnan(none.value)) == (0, True)


def test_the_line_is_the_difference_of_quantiles(run: Evaluated) -> None:
    whole = result(measured_group("direct", 0.0), measured_group("envoy_pair", 0.5))
    ((name, figure),) = kind().figures(run, whole)
    assert name == "added"
    lines = [line for line in figure.axes[0].get_lines() if len(line.get_xdata()) > 10]
    assert len(lines) == 1, "the one without adds nothing to itself"
    assert np.asarray(lines[0].get_ydata()) == pytest.approx(0.5)


def test_without_the_one_to_compare_with_there_is_no_figure(run: Evaluated) -> None:
    assert kind().figures(run, result(measured_group("envoy_pair", 0.5))) == []
    assert kind().figures(run, run.experiments[0]) == [], "it names none"


def test_intervals_of_few_repeats_do_not_hide_what_is_added(run: Evaluated) -> None:
    wild = measured_group("envoy_pair", 0.5, (1, 2))
    trials = tuple(
        dataclasses.replace(one, metrics=dict.fromkeys(added.SHARES, value))
        for one, value in zip(wild.trials, (1.4, 3.6), strict=True)
    )
    wild = Group(**{**vars(wild), "trials": trials})
    ((_, figure),) = kind().figures(run, result(measured_group("direct", 0.0), wild))
    bottom, top = figure.axes[0].get_ylim()
    assert bottom <= 0
    assert top >= 0.5
    assert top - bottom < 5, "an interval of two repeats is twelve times their difference"
