"""How late an event loop was over the window: one panel for each way, one trial each."""

from __future__ import annotations

from matplotlib.figure import Figure

from bench.analysis.evaluated import Evaluated, ExperimentResult, Group, Level, TrialResult
from bench.analysis.shapes import Timeline
from reports.figures._over_time import Shown, draw_panels, handles, rows_for
from reports.figures._sheet import head, legend_below, new_figure
from reports.sweeps import key_levels

TITLE = "Lag of the event loop over time"
CAPTION = (
    "How late the program's event loop came to a timer that is due every 10 ms: whatever else the "
    "loop had to do was as late. The line is the median of each eightieth of the window, dots are "
    "the greatest; logarithmic. It is the trial with the median p99."
)
SECTION = "distribution"
WORST = "caller_lag_p99"


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


def _figure(result: ExperimentResult, level: Level, shown: Shown) -> Figure:
    figure = new_figure(2.1 * rows_for(len(shown)) + 0.7)
    draw_panels(figure, result, shown, "lag (ms)")
    head(figure, level.text)
    legend_below(figure, handles())
    return figure
