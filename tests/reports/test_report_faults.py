"""Faults are drawn where they were, each kind is named once, and what was not done is not drawn."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from bench.model.fault import FaultDone
from reports.figures._faults import label_rows, make_room, mark_faults

S = 1_000_000_000


def test_lines_bands_and_names() -> None:
    axes = Figure().subplots()
    done = [
        FaultDone("server", "stop", 0, 0, S, 2 * S),
        FaultDone("path", "path_down", 0, None, 7 * S, None, first=1, last=1),
        FaultDone("server", "stop", 0, 0, 4 * S, 5 * S),
        FaultDone("clients", "cut", 0, None, None, None),
        FaultDone("proxy", "kill", 0, None, S, S, "proxy is not running"),
    ]
    mark_faults(axes, done, 10.0)
    lines = [line.get_xdata()[0] for line in axes.lines]  # type: ignore[index]
    assert lines == [1, 7, 4]
    bands = [(patch.get_x(), patch.get_width()) for patch in axes.patches]  # type: ignore[attr-defined]
    assert bands == [(1, 1), (7, 3), (4, 1)]
    assert [(text.get_text().strip(), text.get_ha()) for text in axes.texts] == [
        ("server stop \N{MULTIPLICATION SIGN}2", "left"),
        ("path.1 down", "right"),
    ]


def test_labels_stand_above_the_data() -> None:
    axes = Figure().subplots()
    axes.set_yscale("log")
    axes.set_ylim(0.1, 10)
    make_room(axes, 0)
    assert axes.get_ylim() == pytest.approx((0.1, 10))
    make_room(axes, 2)
    low, high = axes.get_ylim()
    assert low == pytest.approx(0.1)
    assert axes.transAxes.inverted().transform(axes.transData.transform((0, 10)))[1] < 0.8
    assert high > 10
    assert label_rows([FaultDone("server", "stop", 0, 0), FaultDone("server", "stop", 1, 1)]) == 1
