"""How far each outcome came over time: a strip for each client, with what set it back."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level, TrialResult
from bench.analysis.shapes import Strips
from bench.model.experiment import Progress
from reports.figures._faults import mark_faults
from reports.figures._sheet import head, legend_below, new_figure
from reports.style import look
from reports.sweeps import key_levels, name_at

TITLE = "Each {event} over time"
CAPTION = (
    "Each strip is a client, and one {event} after the other rises in it from nothing to all. A "
    "cross marks a cut: the level falls to what the server has kept, and what was above it is sent "
    "again. One trial of each pattern; all panels show the same time."
)
SECTION = "distribution"
CUT = "#b3261e"
GREY = "#6b6b6b"
STRIDE = 1.25
"""A strip has height 1; the rest is room between strips."""

HEAD_INCHES, STRIP_INCHES = 0.85, 0.62


def draw(_run: Evaluated, result: ExperimentResult) -> list[tuple[str, Figure]]:
    levels = {level: shown for level in key_levels(result) if (shown := _trials(result, level))}
    return [
        (name_at("strips", level), _figure(result, level, shown)) for level, shown in levels.items()
    ]


def _trials(result: ExperimentResult, level: Level) -> dict[str, TrialResult]:
    """The first usable trial of each pattern that has strips."""
    groups = {pattern.name: result.group(pattern.name, level) for pattern in result.measured}
    return {
        name: one
        for name, group in groups.items()
        for one in (group.used if group else ())[:1]
        if one.strips is not None
    }


def _figure(result: ExperimentResult, level: Level, shown: dict[str, TrialResult]) -> Figure:
    strips = {name: one.strips for name, one in shown.items() if one.strips is not None}
    rows = max(len(set(one.client.tolist())) for one in strips.values())
    figure = new_figure((HEAD_INCHES + STRIP_INCHES * rows) * len(shown) + 0.7)
    panels = figure.subplots(len(shown), 1, squeeze=False, sharex=True).ravel()
    # Where one has nothing more to show the others end too: emptiness would look like rest.
    end_s = min(float(one.end_s.max()) for one in strips.values())
    for axes, (name, one) in zip(panels, strips.items(), strict=True):
        _panel(axes, one, look(result, name).colour)
        faults = shown[name].record.faults
        mark_faults(axes, [one for one in faults if (one.began_ns or 0) < end_s * 1e9], end_s)
        axes.set_title(result.pattern(name).title)
        axes.set_xlim(0, end_s)
    panels[-1].set_xlabel("time in the window (s)")
    head(figure, level.text)
    noun = result.experiment.noun
    share = (result.experiment.progress or Progress).share
    legend_below(
        figure,
        [
            Patch(color=GREY, alpha=0.35, label=noun.fill(share)),
            Line2D([], [], color=CUT, marker="x", label="cut, and what it cost"),
        ],
    )
    return figure


def _panel(axes: Axes, one: Strips, colour: str) -> None:
    """Each step a ramp from what was there to what it reached; a cut falls to what was kept."""
    clients = sorted(set(one.client.tolist()))
    base = one.client * 0.0
    for place, client in enumerate(clients):
        base[one.client == client] = place * STRIDE
    ramps = [
        [(b, low), (b, low + before), (e, low + reached), (e, low)]
        for b, e, before, reached, low in zip(
            one.begin_s, one.end_s, one.before, one.reached, base, strict=True
        )
    ]
    axes.add_collection(
        PolyCollection(ramps, facecolor=colour, edgecolor=colour, alpha=0.35, linewidth=0.6)
    )
    cut = one.is_cut
    falls = [
        [(e, low + reached), (e, low + kept)]
        for e, reached, kept, low in zip(
            one.end_s[cut], one.reached[cut], one.kept[cut], base[cut], strict=True
        )
    ]
    axes.add_collection(LineCollection(falls, colors=CUT, linewidths=1.0))
    axes.plot(
        one.end_s[cut],
        (base + one.reached)[cut],
        color=CUT,
        linestyle="none",
        marker="x",
        markersize=4.5,
    )
    axes.set_ylim(-0.05, STRIDE * len(clients))
    if len(clients) == 1:
        axes.set_yticks([0, 0.5, 1], ["0", "50 %", "all"])
    else:
        places = [place * STRIDE + 0.5 for place in range(len(clients))]
        axes.set_yticks(places, [f"client {client}" for client in clients])
        axes.grid(axis="y", visible=False)
