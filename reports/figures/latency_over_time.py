"""Latency over the window: one panel per pattern, one trial each, with faults and findings."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level, TrialResult
from reports.figures._faults import label_rows, make_room
from reports.figures._middle import middles
from reports.figures._over_time import draw_panels, handles, rows_for
from reports.figures._sheet import head, legend_below, new_figure
from reports.sweeps import key_levels, name_at

TITLE = "Latency over time"
CAPTION = (
    "Latency of what was scheduled in each eightieth of the window: the median as a line, the "
    "greatest as dots. A brown line marks the start of a fault, a brown band its duration. Doubts "
    "about the trial that is shown stand below the pattern's name. It is the trial with the "
    "median mean latency."
)
SECTION = "distribution"
WARNING = "#b3541e"
LABEL_SIGNS = 48
LEAST_POINTS = 3
ROOM_POINTS = 15
"""Between a panel and its name, where doubts stand between them."""


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    """At the first and at the last level, and at each at which there are faults."""
    shown = key_levels(result)
    faulty = [level for level in result.levels if _has_faults(result, level)]
    found = []
    for level in dict.fromkeys([*shown[:1], *shown[-1:], *faulty[:2]]):
        figure = _figure(result, level)
        if figure is not None:
            found.append((name_at("latency_over_time", level), figure))
    return found


def _has_faults(result: ExperimentResult, level: Level) -> bool:
    groups = [result.group(pattern.name, level) for pattern in result.measured]
    return any(one.record.faults for group in groups if group for one in group.used)


def doubts(trial: TrialResult) -> str:
    """What casts doubt on a trial, by its codes."""
    codes = [one.code.replace("_", " ") for one in trial.findings if one.severity != "note"]
    return ", ".join(dict.fromkeys(codes))


def _figure(result: ExperimentResult, level: Level) -> Figure | None:
    shown = middles(
        result, level, lambda one: one.timeline, lambda one, _: one.metrics["latency_mean"]
    )
    if not any(len(line.time_s) >= LEAST_POINTS for _, line in shown.values()):
        return None  # a dot in a wide field shows no course
    label_count = max(label_rows(trial.record.faults) for trial, _ in shown.values())
    has_doubts = any(doubts(trial) for trial, _ in shown.values())
    figure = new_figure((1.9 + 0.15 * label_count) * rows_for(len(shown)) + 0.7)
    pad = ROOM_POINTS if has_doubts else None
    panels = draw_panels(figure, result, shown, "latency (ms)", pad)
    for axes, (trial, _) in zip(panels, shown.values(), strict=False):
        _mark_doubts(axes, trial)
    make_room(panels[0], label_count)
    head(figure, level.text)
    legend_below(figure, handles())
    return figure


def _mark_doubts(axes: Axes, trial: TrialResult) -> None:
    if not (words := doubts(trial)):
        return
    shown = textwrap.shorten(f"doubtful: {words}", LABEL_SIGNS)
    axes.text(0, 1.03, shown, transform=axes.transAxes, va="bottom", fontsize=7.5, color=WARNING)
