"""Bars of parts that stand on one another; each part has its colour and its pattern of lines."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from reports.style import COLOURS, PAPER

HATCHES = ("", "//", "xx", "..", "--", "++")
"""Parts can be distinguished without colours, too."""


def part(place: int, label: str, colours: Sequence[str] = COLOURS) -> Patch:
    """What the part at a place looks like in the legend."""
    colour, hatch = colours[place % len(colours)], HATCHES[place % len(HATCHES)]
    return Patch(facecolor=colour, hatch=hatch, edgecolor=PAPER, label=label)


def stacked(
    axes: Axes, row: int, amounts: Sequence[float], colours: Sequence[str] = COLOURS
) -> float:
    """A bar from 0, one amount behind the other; where it ends."""
    begin = 0.0
    for place, amount in enumerate(amounts):
        patch = part(place, "", colours)
        axes.barh(
            row,
            amount,
            left=begin,
            height=0.7,
            color=patch.get_facecolor(),
            hatch=patch.get_hatch(),
            edgecolor=PAPER,
        )
        begin += amount
    return begin
