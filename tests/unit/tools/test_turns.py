"""Turns of generators and of AMQP receivers: an older engine may drop out."""

from __future__ import annotations

import io
import math
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from bench.model.errors import TrialFailed
from bench.tools import calibration
from bench.tools.amqp_deliveries import BARE, LIBRARY, OURS, AmqpCosts, figures_of, table_of
from bench.tools.calibration import ENGINE, FAST_HTTP, WRK, Level, Turn, engine_at
from bench.tools.older import Older

OLDER = Older("abc1234", Path("/nowhere"))


def measured(monkeypatch: pytest.MonkeyPatch, **generators: Any) -> tuple[list[Level], str]:
    """Two turns of these generators at one level, and what was printed."""

    class Bench:
        def __init__(self, *_: object) -> None:
            self.nginx = SimpleNamespace(pid=os.getpid(), stop=lambda: None)

        def generators(self) -> dict[str, Any]:
            names = {"older": engine_at(OLDER), "engine": ENGINE}
            return {names[name]: run for name, run in generators.items()}

    monkeypatch.setattr(calibration, "Bench", Bench)
    console = Console(width=120, file=io.StringIO())
    levels = calibration.measure([8], 2, 1.0, console, OLDER)
    return levels, console.file.getvalue()  # type: ignore[attr-defined]


def refuses(*_: object) -> Turn:
    raise TrialFailed("it speaks otherwise")


def test_an_older_engine_that_cannot_run_takes_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    (level,), said = measured(monkeypatch, engine=lambda *_: Turn(100.0, 5.0), older=refuses)
    assert level.turns == {ENGINE: [Turn(100.0, 5.0)] * 2}
    assert said.count("engine at abc1234 takes no part: it speaks otherwise") == 1


def test_an_engine_of_this_code_that_fails_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TrialFailed):
        measured(monkeypatch, engine=refuses, older=lambda *_: Turn(100.0, 5.0))


def test_what_the_engines_reach_of_wrk() -> None:
    before = engine_at(OLDER)
    turns = {
        ENGINE: [Turn(80.0, 6.0)],
        before: [Turn(60.0, math.nan)],
        WRK: [Turn(100.0, 5.0)],
        FAST_HTTP: [Turn(10.0, 50.0)],
    }
    figures = calibration.figures_of([Level(8, turns, [0.5])], OLDER)
    assert [(one.value, one.before, one.is_reached) for one in figures] == [
        (0.8, 0.6, True),
        (1.2, None, True),
    ]
    rows = {row[0]: row[1] for row in calibration.table_of([Level(8, turns, [0.5])]).rows}
    assert rows["engine / engine at abc1234"] == "1.33"
    assert rows["CPU, engine / engine at abc1234"] == "not measured"
    assert rows["CPU, engine at abc1234"] == "not measured"


def test_what_an_amqp_delivery_costs_beside_others() -> None:
    costs = AmqpCosts({OURS: [9.0, 11.0, 10.0], LIBRARY: [90.0, 80.0, 100.0]})
    assert [(one.value, one.is_reached) for one in figures_of(costs, None)] == [
        (None, None),
        (10 / 90, False),
    ]
    costs.turns[BARE] = [8.0, 8.0, 8.0]
    assert figures_of(costs, OLDER)[0].value == 1.25
    rows = dict(table_of(costs, 5).rows)
    assert rows[OURS] == "10.0 us\n9.00 to 11.0"
    assert rows[f"{OURS} / {BARE}"] == "1.25"
