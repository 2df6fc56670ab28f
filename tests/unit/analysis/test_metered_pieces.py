"""What one piece of work costs where pieces reach over the window's edges."""

from __future__ import annotations

import math

import pytest
from measured import compute
from unit_builders import MS, SECOND, data, reading, row, table

from bench.analysis.trialdata import TrialData

WINDOW = (10 * SECOND, 12 * SECOND)


def work(*spans_s: tuple[float, float], with_end: bool = True) -> TrialData:
    """Pieces by (begun, done); the server used 10 ms of CPU in each second of the trial."""
    rows = table(
        row(
            "delivery",
            sequence=number,
            intended_ns=int(begun * SECOND),
            sent_ns=int(begun * SECOND),
            done_ns=int(done * SECOND),
        )
        for number, (begun, done) in enumerate(spans_s)
    )
    instants = {"t0": 10, "t1": 12} | ({"end": 20} if with_end else {})
    marks = {
        mark: {"server": reading(second * SECOND, cpu_ns=second * 10 * MS)}
        for mark, second in instants.items()
    }
    return data(rows=rows, t0_ns=WINDOW[0], t1_ns=WINDOW[1], marks=marks)


@pytest.mark.parametrize(
    ("spans_s", "cpu_us"),
    [
        # Begun in the window, done long after: metered to the end, 100 ms of CPU for it.
        ([(10.1, 19.0)], 100_000),
        ([(10.1, 15.0), (11.0, 19.0)], 50_000),
        # One that was over before the window is no part of it.
        ([(8.0, 9.0), (10.1, 19.0)], 100_000),
        # Some began before: the window's 20 ms, over what it holds of them.
        ([(9.0, 11.0), (11.0, 12.0)], 20_000 / 1.5),
        ([(9.0, 10.5), (10.5, 11.0), (11.0, 13.0)], 20_000 / (1 / 3 + 1 + 1 / 2)),
        # The window holds less than one whole piece: nobody can tell.
        ([(9.0, 11.0), (11.5, 19.0)], math.nan),
    ],
)
def test_the_cost_of_a_piece_is_over_what_was_metered(
    spans_s: list[tuple[float, float]], cpu_us: float
) -> None:
    found = compute(work(*spans_s))
    assert found["server_cpu_us_per_event"] == pytest.approx(cpu_us, nan_ok=True)


def test_a_share_is_of_the_time_that_was_metered() -> None:
    assert work((10.1, 19.0)).metered_s == 10
    assert work((9.0, 11.0)).metered_s == 2
    assert compute(work((10.1, 19.0)))["server_cpu_share"] == pytest.approx(0.01)


def test_runs_of_before_there_was_an_end_are_metered_to_t1() -> None:
    assert work((10.1, 19.0), with_end=False).metered_to == "t1"
