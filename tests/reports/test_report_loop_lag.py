"""Lag of a loop over time: from the callers' ticks to a line, and the figure that shows it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from report_builders import near, trial
from report_builders import result as built

from bench.analysis.evaluated import TrialResult
from bench.analysis.shapes import Timeline
from bench.analysis.timelines import MOST_STEPS, loop_lag_of
from bench.analysis.trialdata import TrialData
from bench.model import samples
from reports.figures import loop_lag

T0, SECOND, MS = 5_000_000_000, 1_000_000_000, 1_000_000
OF_CLIENTS, OF_A_PART = 0, 1


def lag(*ticks: tuple[int, float, float]) -> Timeline | None:
    """Of ticks as (who, when it was due in s, how late in ms), in a window of 8 s."""
    rows = np.zeros(len(ticks), samples.DTYPE)
    for at, (part, due_s, late_ms) in enumerate(ticks):
        rows["operation"][at], rows["part"][at] = 1, part
        rows["intended_ns"][at] = T0 + round(due_s * SECOND)
        rows["done_ns"][at] = rows["intended_ns"][at] + round(late_ms * MS)
    events = np.zeros(0, samples.EVENT_DTYPE)
    return loop_lag_of(
        TrialData({"clients": 1}, ("read", "tick"), "read", rows, events, T0, T0 + 8 * SECOND)
    )


def test_a_line_is_of_the_parts_that_call_and_of_the_window() -> None:
    found = lag(
        (OF_A_PART, 0.01, 1),
        (OF_A_PART, 0.02, 9),
        (OF_A_PART, 0.03, 2),
        (OF_A_PART, 4.01, 5),
        (OF_CLIENTS, 2.0, 70),
        (OF_A_PART, -1.0, 80),
        (OF_A_PART, 8.0, 90),
    )
    assert found is not None
    step_s = 8 / MOST_STEPS
    assert found.time_s == pytest.approx([step_s / 2, 4 + step_s / 2])
    assert found.median_ms.tolist() == [2, 5]
    assert found.greatest_ms.tolist() == [9, 5]


def test_without_a_part_that_calls_there_is_no_line() -> None:
    assert lag((OF_CLIENTS, 2.0, 70)) is None


def of(found: Timeline | None, p99_ms: float = 1.0) -> TrialResult:
    one = trial("sse")
    return dataclasses.replace(one, loop_lag=found, metrics={"caller_lag_p99": p99_ms})


def test_the_trial_with_the_median_p99_is_drawn() -> None:
    trials = tuple(of(lag((OF_A_PART, 1.0, late)), late) for late in (40.0, 3.0, 12.0))
    run = built("latency_mean", {"sse": near(1), "websocket": near(2)}, trials={"sse": trials})
    ((name, figure),) = loop_lag.draw(None, run)  # type: ignore[arg-type]
    assert name == "loop_lag"
    (axes,) = figure.axes
    assert [line.get_ydata().tolist() for line in axes.lines] == [[12], [12]]
    assert axes.get_ylabel() == "lag (ms)"


def test_where_no_loop_was_timed_there_is_no_figure() -> None:
    run = built("latency_mean", {"sse": near(1)}, trials={"sse": (of(None),)})
    assert loop_lag.draw(None, run) == []  # type: ignore[arg-type]
