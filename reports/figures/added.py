"""What patterns add to the latency of one of them, over the whole distribution."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, NullLocator

from bench.analysis.evaluated import Evaluated, ExperimentResult, Group, Level
from bench.analysis.shapes import Distribution
from bench.model.pattern import Pattern
from bench.stats.estimates import CONFIDENCE, Estimate
from bench.stats.trimmed import centre
from reports.figures._axes import handle, plain
from reports.figures._sheet import columns_of, head, legend_below, new_figure, title_rows
from reports.style import INK, look
from reports.sweeps import distinguish, main_levels

TITLE = "Added latency"
CAPTION = (
    "What each pattern adds to the latency of the one without: at 50 %, its median less the "
    "other's. Lines show all trials together; points are differences within each repeat, with "
    "95 % intervals, which end at the figure's edge where they are much longer than all "
    "differences."
)
SECTION = "distribution"
COLUMNS = 3
MOST_LEVELS = 6
SHARES = {"latency_p50": 0.5, "latency_p90": 0.1, "latency_p99": 0.01}
"""Where the points stand: the share of requests that are slower."""

FIRST = 0.95
"""The line begins where this share is slower: at the least latency nothing is typical."""

STEPS = 60
ROOM = 1.5
"""So many times what lines and points span, intervals may reach beyond them on either side."""

APART = 0.06
"""Of a tenth of the axis: so far points of patterns stand apart."""


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    base = result.experiment.added_to
    levels = [level for level in main_levels(result) if base and _shown(result, base, level)]
    return [("added", _figure(result, base, levels[:MOST_LEVELS]))] if levels else []


def added(group: Group, base: Group, key: str) -> Estimate:
    """The difference of a metric within each repeat that both have, with its interval."""
    theirs = {one.record.trial.repeat: one.value(key) for one in base.used}
    pairs = [(one.value(key), theirs.get(one.record.trial.repeat)) for one in group.used]
    values = [
        mine - other for mine, other in pairs if other is not None and not math.isnan(mine - other)
    ]
    if not values:
        return Estimate(math.nan, math.nan, math.nan, 0)
    found = centre(values)
    low, high = found.interval(CONFIDENCE) if len(values) > 1 else (math.nan, math.nan)
    return Estimate(float(found.value), float(low), float(high), len(values))


def _shown(result: ExperimentResult, base: str, level: Level) -> list[tuple[Pattern, Group]]:
    """The patterns that were measured at a level beside the one without."""
    without = result.group(base, level)
    if without is None or not without.used:
        return []
    groups = ((pattern, result.group(pattern.name, level)) for pattern in result.measured)
    return [
        (pattern, group)
        for pattern, group in groups
        if group is not None and group.used and pattern.name != base
    ]


def _figure(result: ExperimentResult, base: str, levels: Sequence[Level]) -> Figure:
    columns = columns_of(len(levels), COLUMNS)
    lines = -(-len(levels) // columns)
    figure = new_figure(lines * 2.9 + 0.9)
    panels = figure.subplots(lines, columns, squeeze=False, sharey=True).ravel()
    common, texts = distinguish(result, levels)
    for axes, level in zip(panels, levels, strict=False):
        without = result.group(base, level)
        assert without is not None
        _panel(axes, result, without, _shown(result, base, level))
    _bound(list(panels[: len(levels)]))
    for axes in panels[len(levels) :]:
        axes.set_visible(False)
    for axes in panels[max(0, len(levels) - columns) : len(levels)]:
        axes.set_xlabel(result.worded("share of {outcomes} that are faster"))
    for axes in panels[::columns]:
        axes.set_ylabel("added latency (ms)")
    titles = [(axes, texts[level]) for axes, level in zip(panels, levels, strict=False)]
    title_rows(figure, titles, columns, size=8.5)
    head(figure, common)
    names = dict.fromkeys(p.name for level in levels for p, _ in _shown(result, base, level))
    patterns = [pattern for pattern in result.measured if pattern.name in names]
    legend_below(figure, [handle(result, pattern) for pattern in patterns])
    return figure


def _panel(
    axes: Axes, result: ExperimentResult, without: Group, shown: Sequence[tuple[Pattern, Group]]
) -> None:
    axes.axhline(0, color=INK, linewidth=0.8)
    for place, (pattern, group) in enumerate(shown):
        own = look(result, pattern.name)
        if group.distribution is not None and without.distribution is not None:
            x, y = _line(group.distribution, without.distribution)
            axes.plot(x, y, color=own.colour, linestyle=own.line)
        shift = 10 ** (APART * (place - (len(shown) - 1) / 2))
        for share, one in _points(group, without).items():
            reach = None if math.isnan(one.low) else [[one.value - one.low], [one.high - one.value]]
            axes.errorbar(
                shift / share, one.value, reach, color=own.colour, marker=own.marker, markersize=4
            )
    _percentiles(axes)


def _bound(panels: Sequence[Axes]) -> None:
    """The common axis shows all lines and points; of few repeats the intervals reach far beyond."""
    values = [line.get_ydata() for axes in panels for line in axes.lines]
    drawn = np.concatenate([np.asarray(one, float) for one in values])
    low, high = float(np.nanmin(drawn)), float(np.nanmax(drawn))
    room = ROOM * (high - low)
    for axes in panels:
        bottom, top = axes.get_ylim()
        if room:
            axes.set_ylim(max(bottom, low - room), min(top, high + room))


def _line(mine: Distribution, other: Distribution) -> tuple[np.ndarray, np.ndarray]:
    """Quantile less quantile, over 1 / the share that is slower, as far as both carry it."""
    last = max(1 / mine.observations, 1 / other.observations, min(SHARES.values()))
    shares = np.geomspace(FIRST, last, STEPS)
    mine_ms, other_ms = (np.interp(-shares, -one.exceedance, one.ms) for one in (mine, other))
    return 1 / shares, mine_ms - other_ms


def _points(group: Group, without: Group) -> Mapping[float, Estimate]:
    found = {share: added(group, without, key) for key, share in SHARES.items()}
    return {share: one for share, one in found.items() if not math.isnan(one.value)}


def _percentiles(axes: Axes) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator([1 / share for share in SHARES.values()]))
    axes.xaxis.set_major_formatter(
        FixedFormatter([f"{100 * (1 - share):.10g} %" for share in SHARES.values()])
    )
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(plain))
