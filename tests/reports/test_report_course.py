"""The share of good rows over the window: from rows to steps, and the figure that shows them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib.patches import StepPatch
from report_builders import near, trial
from report_builders import result as built
from unit_builders import SECOND, data, table

from bench.analysis.evaluated import ExperimentResult, TrialResult
from bench.analysis.shapes import CourseOverTime
from bench.analysis.timelines import COURSE_STEPS, CourseLaw, course_of
from bench.model import samples
from bench.model.experiment import Course
from bench.model.fault import FaultDone
from reports.figures import course_over_time

COURSE = Course("find", "found", "not found")
WINDOW_S = 8


def of(*rows: tuple[float, int], law: CourseLaw | None = None) -> CourseOverTime | None:
    """Of rows as (done, outcome), in a window of 8 s."""
    made = [
        {"operation": 1, "outcome": outcome, "done_ns": round(at * SECOND)} for at, outcome in rows
    ]
    found = data(
        table(made),
        operations=("ask", "find"),
        outcome_operation="ask",
        t1_ns=WINDOW_S * SECOND,
    )
    return course_of(found, COURSE, law)


def test_each_row_counts_in_the_step_in_which_it_was_done() -> None:
    found = of(
        (0.0, samples.OK),
        (0.1, samples.EMPTY),
        (0.15, samples.OK),
        (0.19, samples.FAILED),
        (0.1, samples.PENDING),
        (7.9, samples.OK),
        (8.0, samples.OK),
    )
    assert found is not None
    assert len(found.time_s) == COURSE_STEPS
    assert found.share[[0, -1]] == pytest.approx([0.5, 1.0])
    assert np.isnan(found.share[1:-1]).all()
    assert found.rows.tolist() == [4, *[0] * (COURSE_STEPS - 2), 1]
    assert np.isnan(found.law).all()


def test_the_laws_time_begins_with_the_first_row() -> None:
    found = of((2.0, samples.OK), (3.0, samples.OK), law=lambda since_s: since_s)
    assert found is not None
    assert np.isnan(found.law[found.time_s < 2]).all()
    later = found.time_s > 2
    assert found.law[later] == pytest.approx(found.time_s[later] - 2)


def test_without_rows_or_without_a_course_there_is_nothing() -> None:
    assert of() is None
    assert of((1.0, samples.PENDING)) is None
    assert course_of(data(table([])), None, None) is None


def made(share: float, *, is_faulty: bool = True) -> TrialResult:
    steps = np.arange(4) + 0.5
    shares = np.array([share, share, np.nan, share])
    course = CourseOverTime(steps, shares, np.array([2, 2, 0, 2]), np.full(4, 0.5))
    one = trial("sse")
    stop = FaultDone("server", "stop", SECOND, 2 * SECOND, SECOND, 2 * SECOND)
    record = dataclasses.replace(
        one.record, t0_ns=0, t1_ns=4 * SECOND, faults=[stop] if is_faulty else []
    )
    return dataclasses.replace(one, record=record, course=course)


def result_of(*trials: TrialResult) -> ExperimentResult:
    run = built("latency_mean", {"sse": near(1)}, trials={"sse": trials})
    return dataclasses.replace(run, experiment=dataclasses.replace(run.experiment, course=COURSE))


def test_a_panel_shows_the_median_trial_with_its_law() -> None:
    run = result_of(made(0.1), made(0.4), made(0.9))
    ((name, figure),) = course_over_time.draw(None, run)  # type: ignore[arg-type]
    assert name == "course_over_time"
    (axes,) = [one for one in figure.axes if one.get_visible()]
    heights = [
        float(patch.get_data()[0][0]) for patch in axes.patches if isinstance(patch, StepPatch)
    ]
    assert heights == [0.4, 1.0]
    assert axes.lines[0].get_ydata().tolist() == [0.5] * 4  # type: ignore[union-attr]
    assert [text.get_text().strip() for text in axes.texts] == ["server stop"]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        "found (pattern's colour)",
        "not found",
        "law",
    ]
    assert "the share found" in course_over_time.caption(run)


def test_without_a_fault_or_a_course_there_is_no_figure() -> None:
    run = result_of(made(0.4, is_faulty=False), trial("sse"))
    assert course_over_time.draw(None, run) == []  # type: ignore[arg-type]
    plain = built("latency_mean", {"sse": near(1)}, trials={"sse": (made(0.4),)})
    assert course_over_time.draw(None, plain) == []  # type: ignore[arg-type]
