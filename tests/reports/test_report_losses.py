"""The figure of what crashes lost."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from report_builders import near, trial
from report_builders import result as built

from bench.analysis.shapes import Losses
from reports.figures import losses


def lost(*pairs: tuple[float, int]) -> Losses:
    windows, numbers = (np.array(one) for one in zip(*pairs, strict=True))
    ones = np.ones(len(pairs))
    return Losses(ones, windows, numbers, numbers * 100, ones)


def test_a_panel_has_a_bar_back_to_the_oldest_lost_and_its_number() -> None:
    first = dataclasses.replace(trial("sse"), losses=lost((200.0, 1234), (0.0, 0)))
    second = dataclasses.replace(trial("sse"), losses=lost((50.0, 7)))
    run = built(
        "latency_mean", {"sse": near(1), "websocket": near(2)}, trials={"sse": (first, second)}
    )
    ((name, figure),) = losses.draw(None, run)  # type: ignore[arg-type]
    assert name == "losses"
    (axes,) = figure.axes
    assert axes.get_title() == "SSE: 2 of 3 crashes lost something"
    assert [bar.get_width() for bar in axes.patches] == [-200, 0, -50]  # type: ignore[attr-defined]
    assert [text.get_text() for text in axes.texts] == ["1,234", "7"]
    (dots,) = axes.lines
    assert list(dots.get_ydata()) == [1]


def test_a_panel_in_which_every_crash_lost_something_is_as_high_as_one_where_none_did() -> None:
    every = dataclasses.replace(trial("sse"), losses=lost(*[(10.0, 3)] * 24))
    none = dataclasses.replace(trial("websocket"), losses=lost(*[(0.0, 0)] * 24))
    run = built(
        "latency_mean",
        {"sse": near(1), "websocket": near(2)},
        trials={"sse": (every,), "websocket": (none,)},
    )
    ((_, figure),) = losses.draw(None, run)  # type: ignore[arg-type]
    figure.draw_without_rendering()
    heights = [axes.get_window_extent().height for axes in figure.axes]
    assert heights[0] == pytest.approx(heights[1])
    assert min(heights) > figure.bbox.height / 4


def test_without_crashes_there_is_no_figure() -> None:
    run = built("latency_mean", {"sse": near(1)})
    assert losses.draw(None, run) == []  # type: ignore[arg-type]
