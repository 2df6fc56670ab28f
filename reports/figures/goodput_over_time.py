"""What became of outcomes over the window, around faults: good, late, never; one trial each."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level, TrialResult
from bench.analysis.shapes import Goodput
from reports.figures._axes import linear_axis
from reports.figures._faults import LINE_HEIGHT, label_rows, mark_faults
from reports.figures._middle import middles
from reports.figures._over_time import MOST_COLUMNS, rows_for
from reports.figures._sheet import columns_of, head, legend_below, new_figure
from reports.style import FAINT, INK, look
from reports.sweeps import name_at

TITLE = "Goodput over time"
CAPTION = (
    "What became of the {events} that were due in each eightieth of the window: {done} in time, "
    "{done} later, and not at all, one on top of the other. A brown line marks the start of a "
    "fault, a brown band its duration. It is the trial with the median share of good {events}."
)
SECTION = "distribution"
MISSING = "#b3261e"
MOST_LEVELS = 4

Shown = dict[str, tuple[TrialResult, Goodput]]


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    """At each level at which there are faults, the first few of them."""
    found = {level: middles(result, level, _goodput, _good_share) for level in result.levels}
    levels = {level: shown for level, shown in found.items() if shown}
    return [
        (name_at("goodput_over_time", level), _figure(result, level, shown))
        for level, shown in list(levels.items())[:MOST_LEVELS]
    ]


def _goodput(one: TrialResult) -> Goodput | None:
    """None where no fault was done."""
    return one.goodput if one.record.faults else None


def _good_share(_: TrialResult, one: Goodput) -> float:
    return float(one.good.sum() / (one.good.sum() + one.late.sum() + one.missing.sum()))


def _figure(result: ExperimentResult, level: Level, shown: Shown) -> Figure:
    columns, rows = columns_of(len(shown), MOST_COLUMNS), rows_for(len(shown))
    labels = max(label_rows(trial.record.faults) for trial, _ in shown.values())
    figure = new_figure((1.9 + 0.15 * labels) * rows + 0.7)
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, (name, (trial, one)) in zip(panels, shown.items(), strict=False):
        _panel(axes, trial, one, look(result, name).colour)
        axes.set_title(result.pattern(name).title)
    noun = result.experiment.noun
    for place, axes in enumerate(panels):
        axes.set_visible(place < len(shown))
        if place + columns >= len(shown):
            axes.set_xlabel("time in the window (s)")
            axes.tick_params(labelbottom=True)
        if place % columns == 0:
            axes.set_ylabel(noun.fill("{events} per second"))
    tops = [float((one.good + one.late + one.missing).max()) for _, one in shown.values()]
    linear_axis(panels[0], [max(tops) / (1 - LINE_HEIGHT * labels)])
    head(figure, level.text)
    legend_below(figure, _handles(noun.done))
    return figure


def _panel(axes: Axes, trial: TrialResult, one: Goodput, colour: str) -> None:
    record = trial.record
    window_s = (record.t1_ns - record.t0_ns) / 1e9
    edges = np.linspace(0, window_s, len(one.time_s) + 1)
    floor = np.zeros(len(one.time_s))
    for values, shade in ((one.good, colour), (one.late, FAINT), (one.missing, MISSING)):
        axes.stairs(floor + values, edges, baseline=floor, fill=True, color=shade)
        floor = floor + values
    mark_faults(axes, record.faults, window_s)
    axes.set_xlim(0, window_s)


def _handles(done: str) -> list[Patch]:
    return [
        Patch(color=INK, label=f"{done} in time (pattern's colour)"),
        Patch(color=FAINT, label=f"{done} later"),
        Patch(color=MISSING, label=f"not {done}"),
    ]
