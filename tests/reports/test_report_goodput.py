"""What became of outcomes over the window: from rows to steps, and the figure that shows them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib.patches import StepPatch
from report_builders import near, trial
from report_builders import result as built
from unit_builders import MS, SECOND, data, table

from bench.analysis.evaluated import TrialResult
from bench.analysis.shapes import Goodput
from bench.analysis.timelines import MOST_STEPS, goodput_of
from bench.model import samples
from bench.model.fault import FaultDone
from reports.figures import goodput_over_time

LOAD = {"clients": 1, "soon_s": 0.1}


def of(*requests: tuple[int, int, int]) -> Goodput | None:
    """Of requests as (due, took, outcome), in a window of 8 s."""
    rows = [
        {"operation": 0, "outcome": outcome, "intended_ns": due, "done_ns": due + took}
        for due, took, outcome in requests
    ]
    found = data(
        table(rows),
        operations=("ask",),
        outcome_operation="ask",
        load=LOAD,
        t1_ns=8 * SECOND,
    )
    return goodput_of(found, "soon_s")


def test_each_request_is_good_late_or_missing_in_the_step_in_which_it_was_due() -> None:
    found = of(
        (0, 100 * MS, samples.OK),
        (MS, 101 * MS, samples.OK),
        (2 * MS, MS, samples.FAILED),
        (3 * MS, MS, samples.PENDING),
        (8 * SECOND - 1, MS, samples.OK),
        (8 * SECOND, MS, samples.OK),
    )
    assert found is not None
    step_s = 8 / MOST_STEPS
    assert found.time_s[[0, -1]] == pytest.approx([step_s / 2, 8 - step_s / 2])
    assert [round(float(one[0] * step_s)) for one in (found.good, found.late, found.missing)] == [
        1,
        1,
        2,
    ]
    assert found.good.sum() * step_s == pytest.approx(2)


def test_without_requests_or_without_a_limit_there_is_nothing() -> None:
    assert of() is None
    assert goodput_of(data(table([])), "") is None


def made(good: float, *, is_faulty: bool = True) -> TrialResult:
    steps = np.arange(4) + 0.5
    goodput = Goodput(steps, np.full(4, good), np.full(4, 2.0), np.full(4, 10 - 2 - good))
    one = trial("sse")
    stop = FaultDone("server", "stop", SECOND, 2 * SECOND, SECOND, 2 * SECOND)
    record = dataclasses.replace(
        one.record, t0_ns=0, t1_ns=4 * SECOND, faults=[stop] if is_faulty else []
    )
    return dataclasses.replace(one, record=record, goodput=goodput)


def test_a_panel_stacks_good_late_and_missing_of_the_median_trial() -> None:
    trials = {"sse": (made(1.0), made(5.0), made(7.0))}
    run = built("latency_mean", {"sse": near(1)}, trials=trials)
    ((name, figure),) = goodput_over_time.draw(None, run)  # type: ignore[arg-type]
    assert name == "goodput_over_time"
    (axes,) = [one for one in figure.axes if one.get_visible()]
    assert axes.get_ylabel() == "events per second"
    heights = [
        float(patch.get_data()[0][0]) for patch in axes.patches if isinstance(patch, StepPatch)
    ]
    assert heights == [5, 7, 10]
    assert [text.get_text().strip() for text in axes.texts] == ["server stop"]


def test_without_a_fault_there_is_no_figure() -> None:
    trials = {"sse": (made(5.0, is_faulty=False), trial("sse"))}
    run = built("latency_mean", {"sse": near(1)}, trials=trials)
    assert goodput_over_time.draw(None, run) == []  # type: ignore[arg-type]
