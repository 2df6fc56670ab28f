"""The one curve that an experiment is about, on a figure of its own, both axes logarithmic."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.analysis.evaluated import Evaluated, ExperimentResult
from reports.figures._axes import handle, log_axis
from reports.figures._sheet import head, legend_below, new_figure
from reports.figures.curves import panel
from reports.style import INK
from reports.sweeps import Sweep, sweeps

TITLE = "The main curve"
CAPTION = (
    "Points are measured values with 95 % intervals; dashed lines are the laws' predictions for "
    "the same load. Both axes are logarithmic: what grows linearly rises by one decade per "
    "decade, and what does not depend on it is flat."
)
SECTION = "curves"
LEAST_LEVELS = 2
INCHES = 4.2


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    if result.experiment.main_curve is None:
        return []
    key, over = result.experiment.main_curve
    found = [sweep for sweep in sweeps(result) if sweep.name == over and _has(result, sweep, key)]
    return [
        ("-".join(["main_curve", *filter(None, [sweep.fixed])]), _figure(result, sweep, key))
        for sweep in found
    ]


def _has(result: ExperimentResult, sweep: Sweep, key: str) -> bool:
    """Whether some pattern has a positive value at two levels, and none another one."""
    values = [
        [result.estimate(pattern.name, level, key).value for level in sweep.levels]
        for pattern in result.measured
    ]
    known = [[value for value in one if not math.isnan(value)] for one in values]
    longest = max((len(one) for one in known), default=0)
    return longest >= LEAST_LEVELS and all(value > 0 for one in known for value in one)


def _figure(result: ExperimentResult, sweep: Sweep, key: str) -> Figure:
    figure = new_figure(INCHES)
    axes = figure.subplots()
    has_law = panel(axes, result, sweep, key)
    log_axis(axes.yaxis, [value for line in axes.get_lines() for value in _values(line)])
    head(figure, sweep.fixed)
    handles = [handle(result, one, line=False) for one in result.measured_at(sweep.levels)]
    if has_law:
        handles.append(Line2D([], [], color=INK, linestyle="--", linewidth=1.3, label="law"))
    legend_below(figure, handles)
    return figure


def _values(line: Line2D) -> list[float]:
    found = np.asarray(line.get_ydata(), np.float64)
    return [float(value) for value in found if value > 0]
