"""Axes: shared ones agree, wide intervals flatten nothing, every level keeps its place."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib.figure import Figure
from report_builders import near
from report_builders import result as built

from bench import catalog
from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.analysis.shapes import RoleLoad
from bench.stats.estimates import Estimate
from reports import figures
from reports.figures import winner_map
from reports.figures._labels import name_points

KINDS = {kind.name: kind for kind in figures.kinds()}
WIRE = "wire_bytes_per_event"


def drawn(name: str, run: Evaluated, result: ExperimentResult) -> Figure:
    ((_, figure),) = KINDS[name].figures(run, result)
    return figure


def wide(value: float) -> Estimate:
    """Two trials that disagree: the interval says next to nothing."""
    return Estimate(value, value / 1e4, value * 1e4, 2)


@pytest.mark.parametrize("name", ["distribution", "load_over_time"])
def test_panels_that_share_an_axis_show_the_same_range(name: str, swept: Evaluated) -> None:
    """Only the first has numbers: in the others a point would be read against them."""
    for _, figure in KINDS[name].figures(swept, swept.experiments[0]):
        figure.draw_without_rendering()
        shown = [axes for axes in figure.axes if axes.get_visible()]
        assert len(shown) > 1
        assert len({axes.get_ylim() for axes in shown}) == 1


def test_a_whisker_does_not_flatten_the_bars(run: Evaluated) -> None:
    figure = drawn("events", run, built(WIRE, {"a": near(100.0, 10.0), "b": wide(80.0)}))
    (axes,) = figure.axes
    assert 100 < axes.get_xlim()[1] < 200
    numbers = {text.get_text(): text for text in axes.texts}
    assert numbers["80.0"].xy == (80, 1)  # type: ignore[attr-defined]
    assert numbers["80.0"].get_bbox_patch() is not None
    assert numbers["100"].xy == (110, 0)  # type: ignore[attr-defined]


def test_an_interval_does_not_push_the_points_together(run: Evaluated) -> None:
    found = built(WIRE, {"a": near(100.0, 10.0), "b": wide(80.0)})
    grid = {
        key: dataclasses.replace(one, estimates={**one.estimates, "latency_mean": near(2.0)})
        for key, one in found.grid.items()
    }
    figure = drawn("tradeoff", run, dataclasses.replace(found, grid=grid))
    low, high = figure.axes[0].get_xlim()
    assert 5 < low < 80
    assert 100 < high < 2000


def test_a_level_without_a_value_keeps_its_place(run: Evaluated) -> None:
    nothing = Estimate(float("nan"), float("nan"), float("nan"), 0)
    found = built(WIRE, {"a": near(1.0)}, {"a": nothing}, {"a": near(3.0)}, {"a": nothing})
    (axes,) = (one for one in drawn("curves", run, found).axes if one.get_visible())
    low, high = axes.get_xlim()
    assert low < 1
    assert high > 4
    assert [text.get_text() for text in axes.get_xticklabels()] == ["1", "2", "3", "4"]


def test_a_few_percentiles_all_have_their_tick(run: Evaluated) -> None:
    """Of two ticks one may not be left out for want of room."""
    from bench.analysis import raw

    found = built(WIRE, {"a": near(1.0)}, {"a": near(2.0)})
    few = raw.compress(np.arange(1_000_000, 6_000_000, 1_000_000))
    grid = {key: dataclasses.replace(one, distribution=few) for key, one in found.grid.items()}
    figure = drawn("distribution", run, dataclasses.replace(found, grid=grid))
    for axes in figure.axes:
        assert [text.get_text() for text in axes.get_xticklabels()] == ["0 %", "50 %"]


def test_where_more_is_better_the_axis_says_so(run: Evaluated, result: ExperimentResult) -> None:
    kind = KINDS["tradeoff"]
    assert kind.caption_for(result) == kind.caption
    found = dataclasses.replace(
        result,
        experiment=dataclasses.replace(
            result.experiment, tradeoff=(("backend_cpu_us_per_event", "deliveries_per_s"),)
        ),
    )
    assert kind.caption_for(found).startswith(
        "Further left and lower is better, except where an axis"
    )
    (axes,) = drawn("tradeoff", run, found).axes
    assert axes.get_ylabel() == "deliveries per second (/s), more is better"
    assert axes.get_xlabel() == "backend CPU per event (µs)"


def test_maps_show_what_an_experiment_is_about() -> None:
    """The preferred ones where the headline has all of them, else those of the trade-off."""
    bare = built(WIRE, {"a": near(1.0)})
    maps = {
        name: winner_map.metrics_of(dataclasses.replace(bare, experiment=experiment))
        for name, experiment in catalog.experiments().items()
    }
    assert maps["notifications"] == list(winner_map.PREFERRED)
    assert maps["page_load"][:2] == ["makespan_mean", "backend_cpu_us_per_event"]
    assert maps["multipath"][0] == "goodput"


def test_the_link_has_a_line_of_its_own(run: Evaluated, result: ExperimentResult) -> None:
    used = RoleLoad(np.array([0.1, 0.2]), np.array([0.5, 0.4]), 1, 1)
    grid = {
        key: dataclasses.replace(
            one,
            trials=tuple(
                dataclasses.replace(t, roles={**t.roles, "link": used}) if t.roles else t
                for t in one.trials
            ),
        )
        for key, one in result.grid.items()
    }
    figure = drawn("load_over_time", run, dataclasses.replace(result, grid=grid))
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["server (pattern's colour)", "load generator", "emulated link"]
    without = drawn("load_over_time", run, result).legends[0].get_texts()
    assert len(without) == 2


def test_a_name_stands_beside_long_bars_not_on_them() -> None:
    figure = Figure(figsize=(5, 5))
    axes = figure.subplots()
    axes.set_xlim(0, 10)
    axes.set_ylim(0, 10)
    figure.draw_without_rendering()
    name_points(figure, axes, [(5.0, 5.0)], ["direct"], [(1.0, 1.0, 9.0, 9.0)])
    (text,) = axes.texts
    figure.draw_without_rendering()
    box = text.get_window_extent()
    x, y = axes.transData.transform((5.0, 5.0))
    assert not box.x0 <= x <= box.x1
    assert not box.y0 <= y <= box.y1
