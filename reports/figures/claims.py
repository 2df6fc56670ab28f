"""Each judged claim as a small picture: what was measured against what is claimed."""

from __future__ import annotations

from matplotlib.figure import Figure

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.verdicts.judgement import Judgement
from reports.claims_section import MARKS
from reports.figures._axes import new_figure
from reports.figures._claim_curves import draw_curves, panels_of
from reports.figures._claim_rows import ROW_INCHES, draw_rows, rows_of

TITLE = "The claims as figures"
CAPTION = (
    "Bars are 95 % intervals over trials; the claim holds in the grey area. A dashed line is "
    "the law's prediction. Where the verdict is depends, the coloured band is the "
    "measured crossing with its interval."
)
SECTION = "claims"
WIDTH = 4.9
CURVE_INCHES = 2.4


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    found = []
    for verdict in result.claims:
        judgement = verdict.judgement
        if judgement.verdict != "not measured" and (judgement.curves or rows_of(judgement)):
            head = f"{verdict.claim.id}  {MARKS[judgement.verdict]} {judgement.verdict}"
            found.append((f"claim-{verdict.claim.id}", _figure(result, judgement, head)))
    return found


def _figure(result: ExperimentResult, judgement: Judgement, head: str) -> Figure:
    """Curves above, single numbers below; most claims have one of them."""
    rows = [] if judgement.curves else rows_of(judgement)
    shared = panels_of(judgement.curves)
    heights = [CURVE_INCHES] * len(shared)
    if rows:
        heights.append(ROW_INCHES * len(rows) + 0.75)
    figure = new_figure(sum(heights) + 0.3, WIDTH)
    panels = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, curves in zip(panels, shared, strict=False):
        draw_curves(axes, result, curves)
    if rows:
        draw_rows(panels[-1], result, rows)
    figure.suptitle(head, x=0.01, ha="left", fontsize=10, fontweight="bold")
    return figure
