"""Laws against measurements: the ratio of what was measured to what was predicted."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from bench.analysis.evaluated import Evaluated, ExperimentResult, Predicted
from reports.figures._axes import log_axis
from reports.figures._sheet import new_figure, row_inches, row_label
from reports.style import FAINT, INK, look

TITLE = "Laws against measurements"
CAPTION = (
    "Measured over predicted: 1 means agreement; the grey field is the law's band. Bars are the "
    "95 % interval of the measurement; several points in one row are the levels, from top to "
    "bottom."
)
SECTION = "laws"
ROW_INCHES = 0.36


def draw(run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    rows = _rows(result)
    if not rows or run.file.audit is not None:  # an audit has a figure of its own
        return []
    names = [row_label(label) for _, label in rows]
    figure = new_figure(row_inches(ROW_INCHES, names) * len(rows) + 0.8)
    axes = figure.subplots()
    ratios = [1 / 1.3, 1.3]
    for place, ((pattern, _), points) in enumerate(rows.items()):
        own = look(result, pattern)
        spread = 0.6 / len(points)
        band = points[0].band
        axes.add_patch(
            Rectangle((1 - band, place - 0.5), 2 * band, 1, color=FAINT, alpha=0.45, linewidth=0)
        )
        for level, one in enumerate(points):
            ratio = one.measured.value / one.value
            below, above = 0.0, 0.0
            if one.measured.has_interval and one.measured.low > 0:
                below = ratio - one.measured.low / one.value
                above = one.measured.high / one.value - ratio
            axes.errorbar(
                ratio,
                place + spread * (level - (len(points) - 1) / 2),
                xerr=[[below], [above]],
                color=own.colour,
                marker=own.marker,
                markersize=5.5,
                elinewidth=1.2,
                capsize=2,
            )
            ratios += [ratio - below, ratio + above]
    axes.axvline(1, color=INK, linewidth=1)
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    log_axis(axes.xaxis, ratios, room=1.1)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
    axes.set_xlabel("measured / predicted")
    return [("law_check", figure)]


def _rows(result: ExperimentResult) -> dict[tuple[str, str], list[Predicted]]:
    """By pattern and law with its metric; values of 0 have no place on a ratio axis."""
    rows: dict[tuple[str, str], list[Predicted]] = {}
    for pattern in result.measured:
        for level in result.levels:
            group = result.group(pattern.name, level)
            for one in group.predicted if group else ():
                if one.value > 0 and one.measured.value > 0:
                    label = f"{one.law}  {pattern.title}: {result.metric(one.metric).title}"
                    rows.setdefault((pattern.name, label), []).append(one)
    return rows
