"""The audit of laws: how far each random point lies from its law."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from bench.analysis.audit import AuditPoint, LawAudit, audits_of, points_of
from bench.analysis.evaluated import Evaluated, ExperimentResult
from reports import audit
from reports.figures._sheet import is_slim, new_figure, row_inches, row_label
from reports.numbers import percent
from reports.style import FAINT, INK, look

TITLE = "Residuals at random points"
CAPTION = (
    "How far each random point lies from its law; the grey field is the law's band. The table "
    "names the worst point of each row. A point beyond the axis is a triangle at its edge."
)
SECTION = "laws"
ROW_INCHES = 0.42
NEAREST, FARTHEST = 0.15, 0.6
"""The axis reaches at least and at most so far to both sides."""

SLIM_STEPS = 3
"""Of the axis, whose labels are as long as +50.0 %."""

SPREAD = 0.5
"""Of a row's height: points are drawn one below the other, in the order of their loads."""


def draw(run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    ids = audit.ids_of(run)
    if run.file.audit is None:
        return []
    rows = [one for one in audits_of(result, ids) if one.points]
    if not rows:
        return []
    points = points_of(result, ids)
    reach = _reach(points)
    names = [row_label(_name(result, row)) for row in rows]
    figure = new_figure(row_inches(ROW_INCHES, names) * len(rows) + 0.8)
    axes = figure.subplots()
    for place, row in enumerate(rows):
        own = [one for one in points if one.law is row.law and one.pattern == row.pattern]
        band = row.law.band
        axes.add_patch(
            Rectangle((-band, place - 0.45), 2 * band, 0.9, color=FAINT, alpha=0.45, linewidth=0)
        )
        colour = look(result, row.pattern).colour
        for at, one in enumerate(own):
            height = place + SPREAD * (at / max(1, len(own) - 1) - 0.5)
            x, marker = _placed(one.residual, reach)
            axes.plot([x], [height], color=colour, marker=marker, markersize=4, linestyle="none")
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_xlim(-reach * 1.04, reach * 1.04)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), names)
    axes.grid(axis="y", visible=False)
    if is_slim():
        axes.locator_params(axis="x", nbins=SLIM_STEPS)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))
    axes.set_xlabel("measured, more (+) or less (-) than predicted")
    return [("law_residuals", figure)]


def _reach(points: Sequence[AuditPoint]) -> float:
    sizes = [abs(one.residual) for one in points if math.isfinite(one.residual)]
    return min(max([NEAREST, *(1.1 * size for size in sizes)]), FARTHEST)


def _placed(residual: float, reach: float) -> tuple[float, str]:
    """Where a point stands, and its marker: triangles point to where it lies."""
    if abs(residual) <= reach:
        return residual, "o"
    return math.copysign(reach, residual), ">" if residual > 0 else "<"


def _name(result: ExperimentResult, row: LawAudit) -> str:
    title = result.pattern(row.pattern).title
    return f"{row.law.id}  {title}: {result.metric(row.law.metric).title}"
