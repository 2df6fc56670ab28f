"""How late an event loop was over the window: one panel for each way, one trial each."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.analysis.evaluated import Evaluated, ExperimentResult, Group, Level, TrialResult
from bench.analysis.shapes import Timeline
from reports.figures._axes import log_axis
from reports.figures._faults import mark_faults
from reports.figures._sheet import columns_of, head, legend_below, new_figure
from reports.style import INK, look
from reports.sweeps import key_levels

TITLE = "Lag of the event loop over time"
CAPTION = (
    "How late the program's event loop came to a timer that is due every 10 ms: whatever else the "
    "loop had to do was as late. The line is the median of each eightieth of the window, dots are "
    "the greatest; logarithmic. It is the trial with the median p99."
)
SECTION = "distribution"
COLUMNS = 3
WORST = "caller_lag_p99"
LEAST_MS = 0.001


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    found = []
    for level in key_levels(result):
        groups = {pattern.name: result.group(pattern.name, level) for pattern in result.measured}
        shown = {name: one for name, group in groups.items() if (one := representative(group))}
        if shown:
            name = f"loop_lag-{level.text}" if level.text else "loop_lag"
            found.append((name, _figure(result, level, shown)))
    return found


def representative(group: Group | None) -> tuple[TrialResult, Timeline] | None:
    """The usable trial whose p99 is the median; None where no loop was timed."""
    used = group.used if group else ()
    known = [(one, one.loop_lag) for one in used if one.loop_lag is not None]
    known.sort(key=lambda pair: pair[0].value(WORST))
    return known[len(known) // 2] if known else None


def _figure(
    result: ExperimentResult, level: Level, shown: dict[str, tuple[TrialResult, Timeline]]
) -> Figure:
    columns = columns_of(len(shown), COLUMNS)
    rows = -(-len(shown) // columns)
    figure = new_figure(2.1 * rows + 0.7)
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, (name, (trial, line)) in zip(panels, shown.items(), strict=False):
        _panel(axes, trial, line, look(result, name).colour)
        axes.set_title(result.pattern(name).title)
    for place, axes in enumerate(panels):
        axes.set_visible(place < len(shown))
        if place + columns >= len(shown):
            axes.set_xlabel("time in the window (s)")
            axes.tick_params(labelbottom=True)
        if place % columns == 0:
            axes.set_ylabel("lag (ms)")
    lines = [line for _, line in shown.values()]
    log_axis(
        panels[0].yaxis,
        [max(LEAST_MS, float(end)) for one in lines for end in (*one.median_ms, *one.greatest_ms)],
        room=1.3,
    )
    panels[0].set_xlim(0, max(_end_s(*one) for one in shown.values()))
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
        markersize=3.5,
        alpha=0.7,
    )
    axes.plot(line.time_s, line.median_ms, color=colour, linewidth=1.4)
    mark_faults(axes, trial.record.faults, _end_s(trial, line))


def _end_s(trial: TrialResult, line: Timeline) -> float:
    """The window's length, of which the line may cover less."""
    return max(float(line.time_s[-1]), (trial.record.t1_ns - trial.record.t0_ns) / 1e9)


def _handles() -> list[Line2D]:
    median = Line2D([], [], color=INK, linewidth=1.4, label="median (pattern's colour)")
    greatest = Line2D([], [], color=INK, linestyle="none", marker=".", label="greatest")
    return [median, greatest]
