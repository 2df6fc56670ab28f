"""Which share of an operation's rows was good over the window, with the law's; one trial each."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level, TrialResult
from bench.analysis.shapes import CourseOverTime
from bench.model.experiment import Course
from reports.figures._faults import LINE_HEIGHT, label_rows, mark_faults
from reports.figures._middle import middles
from reports.figures._over_time import MOST_COLUMNS, rows_for
from reports.figures._sheet import columns_of, head, legend_below, new_figure
from reports.style import FAINT, INK, look
from reports.sweeps import name_at

TITLE = "Shares over time"
SECTION = "distribution"
BAD = "#b3261e"
MOST_LEVELS = 4
LAW_WIDTH = 1.6

Shown = dict[str, tuple[TrialResult, CourseOverTime]]


def caption(result: ExperimentResult) -> str:
    """What the experiment's own operation is."""
    course = result.experiment.course
    good, bad = (course.good, course.bad) if course else ("good", "bad")
    return (
        f"In each fortieth of the window: the share {good}, in the pattern's colour, and the share "
        f"{bad}, in red. Nothing is drawn where there was nothing. A brown line marks the start of "
        "a fault, a brown band its duration; a black line is the law, if there is one. It is the "
        "trial with the median share."
    )


CAPTION = "The share of good rows in each fortieth of the window, in the pattern's colour."


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    """At each level at which there are faults, the first few of them."""
    course = result.experiment.course
    if course is None:
        return []
    found = {level: middles(result, level, _course, _whole_share) for level in result.levels}
    levels = {level: shown for level, shown in found.items() if shown}
    return [
        (name_at("course_over_time", level), _figure(result, level, shown, course))
        for level, shown in list(levels.items())[:MOST_LEVELS]
    ]


def _course(one: TrialResult) -> CourseOverTime | None:
    """None where no fault was done."""
    return one.course if one.record.faults else None


def _whole_share(_: TrialResult, one: CourseOverTime) -> float:
    return float(np.nansum(one.share * one.rows) / one.rows.sum())


def _figure(result: ExperimentResult, level: Level, shown: Shown, course: Course) -> Figure:
    columns, rows = columns_of(len(shown), MOST_COLUMNS), rows_for(len(shown))
    labels = max(label_rows(trial.record.faults) for trial, _ in shown.values())
    figure = new_figure((1.9 + 0.15 * labels) * rows + 0.7)
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, (name, (trial, one)) in zip(panels, shown.items(), strict=False):
        _panel(axes, trial, one, look(result, name).colour)
        axes.set_title(result.pattern(name).title)
    for place, axes in enumerate(panels):
        axes.set_visible(place < len(shown))
        if place + columns >= len(shown):
            axes.set_xlabel("time in the window (s)")
            axes.tick_params(labelbottom=True)
        if place % columns == 0:
            axes.set_ylabel("share")
    panels[0].set_ylim(0, 1 / (1 - LINE_HEIGHT * labels))
    panels[0].set_yticks([0, 0.25, 0.5, 0.75, 1.0])
    head(figure, level.text)
    has_law = any(np.isfinite(one.law).any() for _, one in shown.values())
    legend_below(figure, _handles(course, has_law))
    return figure


def _panel(axes: Axes, trial: TrialResult, one: CourseOverTime, colour: str) -> None:
    record = trial.record
    window_s = (record.t1_ns - record.t0_ns) / 1e9
    edges = np.linspace(0, window_s, len(one.time_s) + 1)
    axes.stairs(one.share, edges, baseline=0, fill=True, color=colour, alpha=0.75)
    top = np.where(np.isnan(one.share), np.nan, 1.0)
    axes.stairs(top, edges, baseline=one.share, fill=True, color=BAD, alpha=0.75)
    axes.plot(one.time_s, one.law, color=INK, linewidth=LAW_WIDTH)
    axes.axhline(1.0, color=FAINT, linewidth=0.6)
    mark_faults(axes, record.faults, window_s)
    axes.set_xlim(0, window_s)


def _handles(course: Course, has_law: bool) -> list[Patch | Line2D]:
    law = [Line2D([], [], color=INK, linewidth=LAW_WIDTH, label="law")] if has_law else []
    return [
        Patch(color=INK, alpha=0.75, label=f"{course.good} (pattern's colour)"),
        Patch(color=BAD, alpha=0.75, label=course.bad),
        *law,
    ]
