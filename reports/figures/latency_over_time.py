"""Latency over the window: one panel per pattern, one trial each, with faults and findings."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.analysis.evaluated import Evaluated, ExperimentResult, Group, Level, TrialResult
from bench.analysis.shapes import Timeline
from reports.figures._axes import log_axis
from reports.figures._faults import label_rows, make_room, mark_faults
from reports.figures._sheet import columns_of, head, legend_below, new_figure
from reports.style import INK, look
from reports.sweeps import key_levels

TITLE = "Latency over time"
CAPTION = (
    "Latency of what was scheduled in each eightieth of the window: the median as a line, the "
    "greatest as dots. A brown line marks the start of a fault, a brown band its duration. Doubts "
    "about the trial that is shown stand below the pattern's name. It is the trial with the "
    "median mean latency."
)
SECTION = "distribution"
COLUMNS = 3
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
            name = f"latency_over_time-{level.text}" if level.text else "latency_over_time"
            found.append((name, figure))
    return found


def _has_faults(result: ExperimentResult, level: Level) -> bool:
    groups = [result.group(pattern.name, level) for pattern in result.measured]
    return any(one.record.faults for group in groups if group for one in group.used)


def representative(group: Group) -> tuple[TrialResult, Timeline] | None:
    """The usable trial whose mean latency is the median; None where nothing arrived in any."""
    known = [(one, one.timeline) for one in group.used if one.timeline is not None]
    known.sort(key=lambda pair: pair[0].metrics["latency_mean"])
    return known[len(known) // 2] if known else None


def doubts(trial: TrialResult) -> str:
    """What casts doubt on a trial, by its codes."""
    codes = [one.code.replace("_", " ") for one in trial.findings if one.severity != "note"]
    return ", ".join(dict.fromkeys(codes))


def _figure(result: ExperimentResult, level: Level) -> Figure | None:
    found = {pattern.name: result.group(pattern.name, level) for pattern in result.measured}
    shown = {name: one for name, group in found.items() if group and (one := representative(group))}
    if not any(len(line.time_s) >= LEAST_POINTS for _, line in shown.values()):
        return None  # a dot in a wide field shows no course
    columns = columns_of(len(shown), COLUMNS)
    rows = -(-len(shown) // columns)
    label_count = max(label_rows(trial.record.faults) for trial, _ in shown.values())
    figure = new_figure((1.9 + 0.15 * label_count) * rows + 0.7)
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    has_doubts = any(doubts(trial) for trial, _ in shown.values())
    for axes, (name, (trial, line)) in zip(panels, shown.items(), strict=False):
        _panel(axes, trial, line, look(result, name).colour)
        axes.set_title(result.pattern(name).title, pad=ROOM_POINTS if has_doubts else None)
        _mark_doubts(axes, trial)
    for place, axes in enumerate(panels):
        axes.set_visible(place < len(shown))
        if place + columns >= len(shown):
            axes.set_xlabel("time in the window (s)")
            axes.tick_params(labelbottom=True)
        if place % columns == 0:
            axes.set_ylabel("latency (ms)")
    lines = [line for _, line in shown.values()]
    ends = [float(end) for one in lines for end in (*one.median_ms, *one.greatest_ms)]
    log_axis(panels[0].yaxis, ends, room=1.3)
    make_room(panels[0], label_count)
    panels[0].set_xlim(0, max(_seconds(trial) for trial, _ in shown.values()))
    head(figure, level.text)
    legend_below(figure, _handles())
    return figure


def _panel(axes: Axes, trial: TrialResult, line: Timeline, colour: str) -> None:
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
    mark_faults(axes, trial.record.faults, _seconds(trial))


def _seconds(trial: TrialResult) -> float:
    return (trial.record.t1_ns - trial.record.t0_ns) / 1e9


def _mark_doubts(axes: Axes, trial: TrialResult) -> None:
    if not (words := doubts(trial)):
        return
    shown = textwrap.shorten(f"doubtful: {words}", LABEL_SIGNS)
    axes.text(0, 1.03, shown, transform=axes.transAxes, va="bottom", fontsize=7.5, color=WARNING)


def _handles() -> list[Line2D]:
    median = Line2D([], [], color=INK, linewidth=1.4, label="median (pattern's colour)")
    greatest = Line2D([], [], color=INK, linestyle="none", marker=".", label="greatest")
    return [median, greatest]
