"""Strips: how far outcomes came, from rows to shares, and the figure that shows it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PolyCollection
from report_builders import near, trial
from report_builders import result as built

from bench.analysis.shapes import Strips
from bench.analysis.strips import MOST_CLIENTS, MOST_OUTCOMES, strips_of
from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.experiment import Progress
from reports.figures import strips

OPERATIONS = ("connect", "step", "cut", "whole")
STEP, CUT, WHOLE = 1, 2, 3
PROGRESS = Progress("step", "cut")
T0, SECOND = 5_000_000_000, 1_000_000_000


def row(
    operation: int,
    times_s: tuple[float, float],
    up: int,
    down: int,
    sequence: int = 0,
    client: int = 0,
) -> np.void:
    found = np.zeros(1, samples.DTYPE)[0]
    begin, end = (T0 + round(one * SECOND) for one in times_s)
    found["operation"], found["client"], found["sequence"] = operation, client, sequence
    found["intended_ns"] = found["sent_ns"] = begin
    found["done_ns"] = end
    found["bytes_up"], found["bytes_down"] = up, down
    return found


def found(*rows: np.void, progress: Progress | None = PROGRESS) -> Strips | None:
    data = TrialData(
        {"clients": 1},
        OPERATIONS,
        "whole",
        np.array(list(rows), samples.DTYPE),
        np.zeros(0, samples.EVENT_DTYPE),
        T0,
        T0 + 10 * SECOND,
    )
    return strips_of(data, progress)


# A cut that keeps a part, one that keeps nothing, then the rest.
ONE = (
    row(STEP, (2.0, 3.0), 80, 80),
    row(CUT, (0.0, 1.0), 30, 20),
    row(CUT, (1.0, 1.5), 40, 0),
    row(WHOLE, (0.0, 3.0), 150, 100),
)


def test_a_level_rises_by_what_was_sent_and_falls_to_what_was_kept() -> None:
    one = found(*ONE)
    assert one is not None
    assert one.before.tolist() == [0, 0.2, 0.2]
    assert one.reached.tolist() == [0.3, 0.6, 1]
    assert one.kept.tolist() == [0.2, 0.2, 1]
    assert one.is_cut.tolist() == [True, True, False]
    assert one.begin_s.tolist() == [0, 1, 2]
    assert one.end_s.tolist() == [1, 1.5, 3]


def test_what_is_not_an_outcome_of_the_window_is_not_shown() -> None:
    other = row(STEP, (0.0, 1.0), 50, 50, sequence=1)  # its outcome never ended
    early = (row(STEP, (-2.0, -1.0), 9, 9, 2), row(WHOLE, (-2.0, -1.0), 9, 9, 2))
    one = found(*ONE, other, *early)
    assert one is not None
    assert len(one.client) == 3


def test_only_the_first_outcomes_of_the_first_clients_are_kept() -> None:
    rows = [
        row(operation, (at / 10, at / 10 + 0.1), 10, 10, sequence=at, client=client)
        for client in range(MOST_CLIENTS + 2)
        for at in range(MOST_OUTCOMES + 3)
        for operation in (STEP, WHOLE)
    ]
    one = found(*rows)
    assert one is not None
    assert set(one.client.tolist()) == set(range(MOST_CLIENTS))
    assert len(one.client) == MOST_CLIENTS * MOST_OUTCOMES


@pytest.mark.parametrize("progress", [None, Progress("request", "cut")])
def test_an_experiment_without_steps_has_no_strips(progress: Progress | None) -> None:
    assert found(*ONE, progress=progress) is None
    assert found(row(CUT, (0, 1), 30, 20)) is None


def test_a_panel_has_a_ramp_for_each_step_and_a_fall_for_each_cut() -> None:
    one = dataclasses.replace(trial("sse"), strips=found(*ONE))
    run = built("latency_mean", {"sse": near(1), "websocket": near(2)}, trials={"sse": (one,)})
    ((name, figure),) = strips.draw(None, run)  # type: ignore[arg-type]
    assert name == "strips"
    (axes,) = figure.axes
    assert axes.get_title() == "SSE"
    (ramps,) = (c for c in axes.collections if isinstance(c, PolyCollection))
    (falls,) = (c for c in axes.collections if isinstance(c, LineCollection))
    assert len(ramps.get_paths()) == 3
    ends = [segment[:, 1].tolist() for segment in falls.get_segments()]
    assert ends == [[0.3, 0.2], [0.6, 0.2]]


def test_what_rises_is_said_in_the_experiments_words() -> None:
    one = dataclasses.replace(trial("sse"), strips=found(*ONE))
    run = built("latency_mean", {"sse": near(1)}, trials={"sse": (one,)})
    own = Progress("step", "cut", "how far the {event} came")
    worded = dataclasses.replace(run, experiment=dataclasses.replace(run.experiment, progress=own))
    said = []
    for which in (run, worded):
        ((_, figure),) = strips.draw(None, which)  # type: ignore[arg-type]
        said.append(figure.legends[0].get_texts()[0].get_text())
    assert said == ["share of the event sent", "how far the event came"]


def test_without_strips_there_is_no_figure() -> None:
    run = built("latency_mean", {"sse": near(1)})
    assert strips.draw(None, run) == []  # type: ignore[arg-type]
