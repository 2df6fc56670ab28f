"""CPU by role over the window: one panel per pattern, one representative trial each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level, TrialResult
from bench.analysis.metrics import ROLES
from bench.analysis.shapes import RoleLoad
from reports.figures._axes import log_axis
from reports.figures._faults import label_rows, make_room, mark_faults
from reports.figures._middle import middles
from reports.figures._sheet import columns_of, head, legend_below, new_figure
from reports.style import FLOOR_COLOUR, INK, look
from reports.sweeps import key_levels, name_at

TITLE = "Load over time"
CAPTION = (
    "CPU of each role in the window, one point per meter reading (100 % = one core fully busy; "
    "logarithmic, and values below 0.1 % are drawn at 0.1 %). A brown line marks the start of a "
    "fault, a brown band its duration. The trial shown is the one with the median backend CPU."
)
SECTION = "load"
COLUMNS = 3
LEAST = 0.1
"""Percent: less than this is shown as this, since a logarithmic axis has no zero."""

LINES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (2, 2)))
ROLE_LINES: dict[str, Any] = {role: LINES[n % len(LINES)] for n, role in enumerate(ROLES)}
GENERATOR: dict[str, Any] = {"color": FLOOR_COLOUR, "linestyle": "-", "linewidth": 0.9}
LINK: dict[str, Any] = {"color": FLOOR_COLOUR, "linestyle": (0, (1, 1.2)), "linewidth": 0.9}
OTHERS = {"generator": ("load generator", GENERATOR), "link": ("emulated link", LINK)}
"""What is no part of the backend: its name for people, and how it is drawn."""


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    shown = key_levels(result)
    levels = dict.fromkeys([*shown[:1], *shown[-1:]])
    found = []
    for level in levels:
        figure = _figure(result, level)
        if figure is not None:
            found.append((name_at("load_over_time", level), figure))
    return found


def _metered(one: TrialResult) -> Mapping[str, RoleLoad] | None:
    """What its meters kept; None where they kept nothing."""
    return one.roles or None


def _figure(result: ExperimentResult, level: Level) -> Figure | None:
    found = middles(result, level, _metered, lambda one, _: one.metrics["backend_cpu_us_per_event"])
    shown = [(result.pattern(name), trial) for name, (trial, _) in found.items()]
    if not shown:
        return None
    columns = columns_of(COLUMNS, COLUMNS)
    rows = -(-len(shown) // columns)
    label_count = max(label_rows(trial.record.faults) for _, trial in shown)
    figure = new_figure((1.9 + 0.15 * label_count) * rows + 0.7)
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    top = [100 * float(load.cpu_share.max()) for _, trial in shown for load in trial.roles.values()]
    for axes, (pattern, trial) in zip(panels, shown, strict=False):
        _panel(axes, trial, look(result, pattern.name).colour)
        axes.set_title(pattern.title)
    for place, axes in enumerate(panels):
        axes.set_visible(place < len(shown))
        if place + columns >= len(shown):
            axes.set_xlabel("time in the window (s)")
            axes.tick_params(labelbottom=True)
        if place % columns == 0:
            axes.set_ylabel("CPU (% of one core)")
    log_axis(panels[0].yaxis, [LEAST, *top], room=1.2)
    make_room(panels[0], label_count)
    panels[0].set_xlim(left=0)
    head(figure, level.text)
    legend_below(figure, _handles({role for _, trial in shown for role in trial.roles}))
    return figure


def _panel(axes: Axes, trial: TrialResult, colour: str) -> None:
    for role in (*OTHERS, *ROLES):
        load = trial.roles.get(role)
        if load is None:
            continue
        percent = np.maximum(load.cpu_share * 100, LEAST)
        edges = np.concatenate([[0.0], load.time_s])
        axes.stairs(percent, edges, baseline=None, **_style(role, colour))
    record = trial.record
    mark_faults(axes, record.faults, (record.t1_ns - record.t0_ns) / 1e9)


def _style(role: str, colour: str) -> dict[str, Any]:
    if role in OTHERS:
        return OTHERS[role][1]
    return {"color": colour, "linestyle": ROLE_LINES[role], "linewidth": 1.6}


def _handles(roles: set[str]) -> list[Line2D]:
    found = [
        Line2D([], [], color=INK, linestyle=ROLE_LINES[role], label=f"{role} (pattern's colour)")
        for role in ROLES
        if role in roles
    ]
    others = [OTHERS[role] for role in OTHERS if role in roles]
    return [*found, *(Line2D([], [], label=label, **style) for label, style in others)]
