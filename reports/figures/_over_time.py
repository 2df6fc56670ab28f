"""Panels side by side with a timeline each: the median as a line, the greatest as dots."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.analysis.evaluated import ExperimentResult, TrialResult
from bench.analysis.shapes import Timeline
from reports.figures._axes import log_axis
from reports.figures._faults import mark_faults
from reports.figures._sheet import columns_of
from reports.style import INK, look

MOST_COLUMNS = 3
LEAST_MS = 0.001
"""What is less is drawn there: a logarithmic axis has no place for it."""

Shown = Mapping[str, tuple[TrialResult, Timeline]]
"""By pattern's name the trial that is drawn, and its timeline."""


def rows_for(count: int) -> int:
    """How many rows so many panels have."""
    return -(-count // columns_of(count, MOST_COLUMNS))


def draw_panels(
    figure: Figure, result: ExperimentResult, shown: Shown, label: str, pad: float | None = None
) -> list[Axes]:
    """The panels of all patterns in their order, with faults; `pad` lies below their names."""
    columns, rows = columns_of(len(shown), MOST_COLUMNS), rows_for(len(shown))
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, (name, (trial, line)) in zip(panels, shown.items(), strict=False):
        _draw(axes, trial, line, look(result, name).colour)
        axes.set_title(result.pattern(name).title, pad=pad)
    for place, axes in enumerate(panels):
        axes.set_visible(place < len(shown))
        if place + columns >= len(shown):
            axes.set_xlabel("time in the window (s)")
            axes.tick_params(labelbottom=True)
        if place % columns == 0:
            axes.set_ylabel(label)
    lines = [line for _, line in shown.values()]
    ends = [float(end) for one in lines for end in (*one.median_ms, *one.greatest_ms)]
    log_axis(panels[0].yaxis, [max(LEAST_MS, end) for end in ends], room=1.3)
    panels[0].set_xlim(0, max(_end_s(*one) for one in shown.values()))
    return list(panels)


def _draw(axes: Axes, trial: TrialResult, line: Timeline, colour: str) -> None:
    axes.plot(
        line.time_s,
        line.greatest_ms,
        color=colour,
        linestyle="none",
        marker=".",
        markersize=3,
        alpha=0.65,
    )
    few = "o" if len(line.time_s) == 1 else ""
    axes.plot(line.time_s, line.median_ms, color=colour, linewidth=1.4, marker=few, markersize=4)
    mark_faults(axes, trial.record.faults, _end_s(trial, line))


def _end_s(trial: TrialResult, line: Timeline) -> float:
    """The window's length, or the timeline's where that is longer."""
    return max(float(line.time_s[-1]), (trial.record.t1_ns - trial.record.t0_ns) / 1e9)


def handles() -> list[Line2D]:
    """What a legend shows of them."""
    median = Line2D([], [], color=INK, linewidth=1.4, label="median (pattern's colour)")
    greatest = Line2D([], [], color=INK, linestyle="none", marker=".", label="greatest")
    return [median, greatest]
