"""Lives: what became of outcomes, from rows to ms, and the figure that shows it."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from report_builders import near, trial
from report_builders import result as built

from bench.analysis.lives import MOST_OUTCOMES, lives_of
from bench.analysis.shapes import Lives
from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.experiment import Life
from reports.figures import lives

OPERATIONS = ("connect", "whole", "work", "away")
WHOLE, WORK, AWAY = 1, 2, 3
LIFE = Life("work", "away")
T0, MS = 5_000_000_000, 1_000_000


def row(
    operation: int,
    times_ms: tuple[float, float, float, float],
    sequence: int = 0,
    client: int = 0,
    outcome: int = samples.OK,
) -> np.void:
    found = np.zeros(1, samples.DTYPE)[0]
    names = ("intended_ns", "sent_ns", "first_byte_ns", "done_ns")
    for name, at in zip(names, times_ms, strict=True):
        found[name] = 0 if math.isnan(at) else T0 + round(at * MS)
    found["operation"], found["client"], found["sequence"] = operation, client, sequence
    found["outcome"] = outcome
    return found


def found(*rows: np.void, life: Life | None = LIFE) -> Lives | None:
    data = TrialData(
        {"clients": 1},
        OPERATIONS,
        "whole",
        np.array(list(rows), samples.DTYPE),
        np.zeros(0, samples.EVENT_DTYPE),
        T0,
        T0 + 1000 * MS,
    )
    return lives_of(data, life)


KNOWN = row(WHOLE, (100, 101, 105, 400)), row(WORK, (100, 150, 150, 300))
ABSENT = row(AWAY, (200, 200, 200, 350))
LOST = row(WHOLE, (50, 50, math.nan, 90), client=1, outcome=samples.PENDING)


def test_times_count_from_when_it_was_asked_for() -> None:
    one = found(*KNOWN, ABSENT, LOST)
    assert one is not None
    assert one.ended_ms.tolist() == [40, 300]
    assert one.is_lost.tolist() == [True, False]
    assert one.acknowledged_ms[1] == 5
    assert math.isnan(one.acknowledged_ms[0])
    assert one.begun_ms[1] == 50
    assert one.finished_ms[1] == 200
    assert math.isnan(one.begun_ms[0])
    assert (one.away_of.tolist(), one.away_ms.tolist(), one.back_ms.tolist()) == ([1], [100], [250])


def test_absences_of_others_and_at_other_times_are_not_shown() -> None:
    one = found(*KNOWN, row(AWAY, (200,) * 4, client=7), row(AWAY, (99, 99, 99, 120)))
    assert one is not None
    assert not len(one.away_of)


def test_only_the_first_of_the_window_are_kept() -> None:
    rows = [row(WHOLE, (at, at, at, at + 5), sequence=at) for at in range(MOST_OUTCOMES + 5)]
    early = row(WHOLE, (-5, -5, -5, 3), sequence=99)
    one = found(early, *reversed(rows))
    assert one is not None
    assert len(one.ended_ms) == MOST_OUTCOMES


@pytest.mark.parametrize("life", [None, Life("labour", "away")])
def test_an_experiment_without_lives_has_none(life: Life | None) -> None:
    assert found(*KNOWN, life=life) is None
    assert found(ABSENT) is None


def test_the_parts_of_a_bar_follow_one_another() -> None:
    one = found(*KNOWN, LOST)
    assert one is not None
    spans = {name: (a.tolist(), b.tolist()) for name, (a, b) in lives.spans(one).items()}
    assert spans == {
        "queued": ([0, 0], [40, 50]),
        "working": ([40, 50], [40, 200]),
        "unknown": ([40, 200], [40, 300]),
    }


def test_a_panel_has_a_bar_for_each_part_and_marks_what_is_lost() -> None:
    one = dataclasses.replace(trial("sse"), lives=found(*KNOWN, ABSENT, LOST))
    run = built("latency_mean", {"sse": near(1), "websocket": near(2)}, trials={"sse": (one,)})
    ((name, figure),) = lives.draw(None, run)  # type: ignore[arg-type]
    assert name == "lives"
    (axes,) = figure.axes
    assert axes.get_title() == "SSE"
    bars = [len(c.get_paths()) for c in axes.collections if isinstance(c, PolyCollection)]
    assert bars == [2, 1, 1, 1]
    (lost,) = (line for line in axes.lines if line.get_marker() == "x")
    assert (list(lost.get_xdata()), list(lost.get_ydata())) == ([40], [1])


def test_without_lives_there_is_no_figure() -> None:
    run = built("latency_mean", {"sse": near(1)})
    assert lives.draw(None, run) == []  # type: ignore[arg-type]
