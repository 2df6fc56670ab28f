"""A claim as a slide: its statement, its verdict, and what was measured against it."""

from __future__ import annotations

import re
import textwrap
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from bench.analysis.evaluated import ExperimentResult, JudgedClaim
from bench.verdicts.judgement import BETWEEN, Number, Verdict
from reports.claims_section import MARKS, in_order, number_line, words
from reports.figures._claim_curves import draw_curves, panels_of
from reports.figures._claim_rows import draw_rows, lines_of, rows_of
from reports.figures._sheet import thin_out
from reports.slides import sheet
from reports.style import RC

MOST_ROWS = 6
MOST_PANELS = 2
COLUMNS = 4
MOST_LINES = 6
MOST_SIGNS = 130
MOST_NAME_LINES = 13
"""Of all rows' names together."""

REPEATS = re.compile(r"about ([\d,]+) repeats would settle it")
COLOURS: dict[Verdict, str] = {
    "confirmed": "#1a6b34",
    "refuted": "#a3231f",
    "depends": "#7a4b00",
    "not settled": "#59636e",
    "not measured": "#59636e",
}
"""As on the page."""


def slide(result: ExperimentResult, judged: JudgedClaim, footer: str, answer: str = "") -> Figure:
    """The slide of a claim that the run judges; its title is the statement, or the `answer`."""
    judgement = judged.judgement
    below = f"{MARKS[judgement.verdict]} {judgement.verdict}"
    if answer:
        below += f": {judged.claim.statement}"
    elif judgement.verdict == "not settled":
        below += f": {why_open(words(result, judgement))}"
    rows = [one for one in in_order(judgement) if one in rows_of(judgement)]
    shown = _fitting(result, rows[:MOST_ROWS])
    if left := len(rows) - len(shown):
        footer += f", {left} more number{'s' * (left > 1)} in claims.csv"
    with mpl.rc_context(RC | sheet.plain()):
        made = sheet.sheet(
            answer or judged.claim.statement,
            below,
            f"{footer}, claim {judged.claim.id}",
            COLOURS[judgement.verdict],
        )
        if shared := panels_of(judgement.curves)[:MOST_PANELS]:
            panels = made.body.subplots(1, len(shared), squeeze=False)[0]
            for axes, curves in zip(panels, shared, strict=True):
                draw_curves(axes, result, curves)
            _legend(made.body, list(panels))
        elif rows:
            draw_rows(made.body.subplots(), result, shown)
        else:
            found = [number_line(result, one).text for one in in_order(judgement)]
            sheet.says_nothing(made.body, "\n".join(found[:MOST_LINES]))
        thin_out(made.figure)
    return made.figure


def _fitting(result: ExperimentResult, rows: list[Number]) -> list[Number]:
    """As many rows as a slide has room for the lines of their names."""
    while len(rows) > 1 and lines_of(result, rows) * len(rows) > MOST_NAME_LINES:
        rows = rows[:-1]
    return rows


def why_open(said: str) -> str:
    """The reasons alone, each once: of which part they are is in the picture.

    Of several numbers of repeats the largest settles all.
    """
    own = said.partition(BETWEEN)[0]
    reasons = dict.fromkeys(text.rpartition(": ")[2] for text in own.split("; "))
    counts = {
        text: int(found[1].replace(",", "")) for text in reasons if (found := REPEATS.match(text))
    }
    most = max(counts.values(), default=0)
    reasons = {text: None for text in reasons if counts.get(text, most) == most}
    return textwrap.shorten("; ".join(reasons), MOST_SIGNS, placeholder=" ...")


def _legend(body: SubFigure, panels: list[Axes]) -> None:
    """Below the picture, where it covers no point; each label once."""
    found: dict[str, Any] = {}
    for axes in panels:
        for entry, label in zip(*axes.get_legend_handles_labels(), strict=True):
            found.setdefault(label, entry)
    longest = max(len(label) for label in found)
    columns = max(1, min(COLUMNS, sheet.LEGEND_SIGNS // (longest + 6)))
    handles, labels = list(found.values()), list(found)
    body.legend(handles=handles, labels=labels, loc="outside lower center", ncols=columns)
