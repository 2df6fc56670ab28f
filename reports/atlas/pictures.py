"""The claims of the atlas as pictures: small ones for the page, slides as files.

Drawn by what draws a report's claims; knows no claim.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

from reports import picture_files, svg
from reports.atlas.rows import Row
from reports.claims_section import in_order
from reports.figures import claims
from reports.figures._claim_curves import panels_of
from reports.figures._claim_rows import rows_of
from reports.figures._sheet import slim, thin_out
from reports.slides import claims as claim_slides
from reports.slides import sheet
from reports.style import RC

MOST_ROWS = 6
MOST_PANELS = 2


@dataclass(frozen=True)
class Small:
    """A figure to stand in the page, and its size in pixels, so that its place can be kept."""

    svg: Markup
    width: int
    height: int


def small(row: Row) -> Small | None:
    """The claim's figure; None where it has no number to draw."""
    source = row.entry.source
    if source is None:
        return None
    judgement = source.judged.judgement
    drawn = rows_of(judgement)
    numbers = [one for one in in_order(judgement) if one in drawn][:MOST_ROWS]
    panels = panels_of(judgement.curves)[:MOST_PANELS]
    if judgement.verdict == "not measured" or not (panels or numbers):
        return None
    with mpl.rc_context(RC), slim():
        figure = claims.claim_figure(source.result, panels, [] if panels else numbers)
        thin_out(figure)
        text = svg.as_svg(figure, row.slug)
    width, height = (round(96 * inches) for inches in figure.get_size_inches())
    label = html.escape(f"{row.id}: {row.answer}")
    return Small(Markup(svg.inline(text, row.slug, label)), width, height)


def slides(rows: Sequence[Row], folder: Path) -> list[str]:
    """A slide of each measured claim as PNG and SVG, titled with the answer; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for row in rows:
        if row.verdict != "not measured":
            sheet.save(slide(row), folder / row.slug)
            found.append(row.slug)
    return found


def slide(row: Row) -> Figure:
    """The slide of a claim that some run judges."""
    source = row.entry.source
    assert source is not None
    footer = picture_files.footer_of(source.run, source.usable)
    return claim_slides.slide(source.result, source.judged, footer, row.answer)
