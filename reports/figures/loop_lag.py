"""How late an event loop was over the window: one panel for each way, one trial each."""

from __future__ import annotations

from matplotlib.figure import Figure

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from reports.figures._middle import middles
from reports.figures._over_time import Shown, draw_panels, handles, rows_for
from reports.figures._sheet import head, legend_below, new_figure
from reports.sweeps import key_levels, name_at

TITLE = "Lag of the event loop over time"
CAPTION = (
    "How late the program's event loop came to a timer that is due every 10 ms: everything else "
    "that the loop had to do was as late. The line is the median of each eightieth of the "
    "window, dots are the greatest; logarithmic. It is the trial with the median p99."
)
SECTION = "distribution"
WORST = "caller_lag_p99"


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    found = []
    for level in key_levels(result):
        shown = middles(result, level, lambda one: one.loop_lag, lambda one, _: one.value(WORST))
        if shown:
            found.append((name_at("loop_lag", level), _figure(result, level, shown)))
    return found


def _figure(result: ExperimentResult, level: Level, shown: Shown) -> Figure:
    figure = new_figure(2.1 * rows_for(len(shown)) + 0.7)
    draw_panels(figure, result, shown, "lag (ms)")
    head(figure, level.text)
    legend_below(figure, handles())
    return figure
