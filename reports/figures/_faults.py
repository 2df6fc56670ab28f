"""Faults in figures over the time of a window: a line where one begins, a band while it lasts.

Pure drawing.  Knows no verb and no actor.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from bench.model.fault import FaultDone
from reports.style import INK, PAPER

TIMES = "\N{MULTIPLICATION SIGN}"
BAND = "#a9744f"
TOP, LINE_HEIGHT, SMALL = 0.99, 0.11, 7.5
MOST_ROWS = 6
RIGHT_HALF = 0.55
"""A label of a fault that begins later stands to the left of its line."""


def mark_faults(axes: Axes, faults: Sequence[FaultDone], window_s: float) -> None:
    """Draw the faults that were carried out; each kind is named once, at its first occurrence."""
    named: dict[str, list[float]] = {}
    for fault in faults:
        if fault.began_ns is None or fault.failure:
            continue
        begin_s = fault.began_ns / 1e9
        end_s = window_s if fault.ended_ns is None else min(window_s, fault.ended_ns / 1e9)
        axes.axvline(begin_s, color=BAND, linewidth=0.9, zorder=0.5)
        axes.axvspan(begin_s, max(begin_s, end_s), color=BAND, alpha=0.16, linewidth=0, zorder=0.4)
        named.setdefault(_name(fault), []).append(begin_s)
    for place, (name, begins) in enumerate(named.items()):
        is_late = begins[0] > RIGHT_HALF * window_s
        axes.text(
            begins[0],
            TOP - LINE_HEIGHT * place,
            f" {name}{f' {TIMES}{len(begins)}' if len(begins) > 1 else ''} ",
            transform=axes.get_xaxis_transform(),
            ha="right" if is_late else "left",
            va="top",
            fontsize=SMALL,
            color=INK,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.4, "alpha": 0.75},
        )


def label_rows(faults: Sequence[FaultDone]) -> int:
    """How many labels stand above one another."""
    return len({_name(fault) for fault in faults})


def make_room(axes: Axes, rows: int) -> None:
    """Raise the upper end of a logarithmic axis, so that so many labels cover no data."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, low * (high / low) ** (1 / (1 - LINE_HEIGHT * min(rows, MOST_ROWS))))


def _name(fault: FaultDone) -> str:
    return f"{fault.who} {fault.verb.removeprefix(f'{fault.actor}_')}"
