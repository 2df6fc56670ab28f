"""Each judged claim as a small picture: what was measured against what is claimed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.verdicts.judgement import Curve, Number
from reports.claims_section import MARKS
from reports.figures._claim_curves import draw_curves, legend_of, panels_of
from reports.figures._claim_rows import draw_rows, height_of, rows_of
from reports.figures._sheet import head, legend_below, new_figure

TITLE = "The claims as figures"
CAPTION = (
    "Bars are 95 % intervals over trials; the claim holds in the grey area. A dashed line is "
    "the law's prediction. Where the verdict is depends, the coloured band is the "
    "measured crossing with its interval."
)
SECTION = "claims"
WIDTH = 4.9
CURVE_INCHES = 2.3
LINE_INCHES = 0.2


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    found = []
    for verdict in result.claims:
        judgement = verdict.judgement
        if judgement.verdict != "not measured" and (judgement.curves or rows_of(judgement)):
            mark = f"{verdict.claim.id} {MARKS[judgement.verdict]} {judgement.verdict}"
            words = f"{mark}: {verdict.claim.statement}"
            rows = [] if judgement.curves else rows_of(judgement)
            shared = panels_of(judgement.curves)
            found.append((f"claim-{verdict.claim.id}", claim_figure(result, shared, rows, words)))
    return found


def claim_figure(
    result: ExperimentResult,
    shared: Sequence[Sequence[Curve]],
    rows: Sequence[Number],
    words: str = "",
) -> Figure:
    """Curves above, one panel for those that share axes, single numbers below."""
    heights = [CURVE_INCHES] * len(shared)
    if rows:
        heights.append(height_of(result, rows) + 0.75)
    figure = new_figure(sum(heights), WIDTH)
    panels = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
    handles: list[Any] = []
    for axes, curves in zip(panels, shared, strict=False):
        draw_curves(axes, result, curves)
        handles += legend_of(axes)
    if rows:
        draw_rows(panels[-1], result, rows)
    lines = head(figure, words, is_bold=True) + legend_below(figure, handles)
    figure.set_figheight(sum(heights) + LINE_INCHES * lines)
    return figure
